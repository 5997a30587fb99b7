"""The generated pages say what the code says."""

from __future__ import annotations

import pytest

from opswright import ROOT
from opswright.docs import PAGES


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_up_to_date(name: str) -> None:
    assert (ROOT / "docs" / name).read_text() == PAGES[name](), "run `make docs`"
