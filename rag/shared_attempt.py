"""Work that many ask for at the same time and one does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

Outcome = TypeVar("Outcome")


class SharedAttempt(Generic[Outcome]):
    """Runs one attempt at a time; whoever waited for it shares its outcome, an error included, instead of trying again.

    Take a ticket *before* looking whether an attempt is needed: one that ended in between counts as shared, too.
    """

    def __init__(self) -> None:
        self._running = threading.Lock()
        self._ended = 0
        self._latest: Future[Outcome] = Future()

    def ticket(self) -> int:
        """The number of attempts that have ended."""
        return self._ended

    def run(self, ticket: int, work: Callable[[], Outcome]) -> Outcome:
        """The outcome of `work`, or of the latest attempt where one has ended since `ticket` was taken."""
        with self._running:
            if self._ended == ticket:
                self._latest = _settled(work)
                self._ended += 1
            return self._latest.result()


def _settled(work: Callable[[], Outcome]) -> Future[Outcome]:
    future: Future[Outcome] = Future()
    try:
        future.set_result(work())
    except Exception as error:  # noqa: BLE001 - raised again in everyone who waited
        future.set_exception(error)
    return future
