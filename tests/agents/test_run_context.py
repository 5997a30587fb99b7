"""Which run is at work."""

from __future__ import annotations

import contextvars
from concurrent.futures import ThreadPoolExecutor

import pytest

from agents.run_context import current_run, running


def test_within_a_run_its_id_is_known_and_afterwards_nobodys() -> None:
    with running("outer"):
        with running("inner"):
            assert current_run() == "inner"
        assert current_run() == "outer"
    with pytest.raises(LookupError):
        current_run()


def test_a_thread_with_the_runs_context_knows_it() -> None:
    with running("r1"), ThreadPoolExecutor(1) as pool:
        assert pool.submit(contextvars.copy_context().run, current_run).result() == "r1"
