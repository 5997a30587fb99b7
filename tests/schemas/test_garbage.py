"""The collector is paused for as long as anybody wants it, and then as it was."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from schemas.garbage import uncollected


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    was_enabled = gc.isenabled()
    gc.enable()
    yield
    if not was_enabled:
        gc.disable()


def test_it_is_paused_inside_and_resumed_after_an_error() -> None:
    with pytest.raises(ValueError, match="paused"), uncollected():
        raise ValueError("enabled" if gc.isenabled() else "paused")
    assert gc.isenabled()


def test_of_two_that_overlap_the_last_one_resumes_it() -> None:
    first, second = ExitStack(), ExitStack()
    first.enter_context(uncollected())
    second.enter_context(uncollected())
    first.close()
    assert not gc.isenabled()
    second.close()
    assert gc.isenabled()


def test_a_process_that_goes_without_it_is_left_without_it() -> None:
    gc.disable()
    with uncollected():
        pass
    assert not gc.isenabled()
