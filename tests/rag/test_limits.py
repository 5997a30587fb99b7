"""What goes when the cache is full."""

from __future__ import annotations

import pytest

from rag.limits import CacheLimits

SIZES = {"oldest": 40, "gone": 40, "newer": 40, "newest": 40}


def never() -> set[str]:
    raise AssertionError("asked although everything fits")


@pytest.mark.parametrize(
    ("size_bytes", "victims"),
    [(159, ["gone"]), (120, ["gone"]), (119, ["gone", "oldest"]), (1, ["gone", "oldest", "newer"])],
)
def test_what_is_configured_no_more_goes_first_and_then_what_was_unused_longest(size_bytes: int, victims: list[str]) -> None:
    limits = CacheLimits(size_bytes=size_bytes)
    assert list(limits.victims(SIZES, "newest", lambda: {"oldest", "newer", "newest"})) == victims


def test_nothing_goes_while_all_fits() -> None:
    assert list(CacheLimits(size_bytes=160).victims(SIZES, "newest", never)) == []
