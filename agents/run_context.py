"""Which run is at work: known to whatever keeps accounts, without passing through every engine's signature."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_run_id: ContextVar[str] = ContextVar("run_id")


@contextmanager
def running(run_id: str) -> Iterator[None]:
    """Within, `current_run` is this one. Threads that copy the context, as the graph's do, see it too."""
    token = _run_id.set(run_id)
    try:
        yield
    finally:
        _run_id.reset(token)


def current_run() -> str:
    """The id of the run at work. Raises LookupError outside of one: nobody would pay."""
    return _run_id.get()
