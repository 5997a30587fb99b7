"""Whose turn it is: a few run at once, some more may wait for so long, the rest is turned away."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from schemas.errors import BackendUnavailable


class WorkersBusy(BackendUnavailable):
    """All sandbox workers are busy and no more runs may wait for one, or not any longer; nothing was run."""


@dataclass(frozen=True)
class Patience:
    """How many runs may wait for a worker, and how long each."""

    runs: int = 128
    seconds: float = 120.0


USUAL_PATIENCE = Patience()


class Turns:
    """`size` turns at a time, given in the order in which they were asked for: nobody is overtaken, however busy it gets."""

    def __init__(self, size: int, patience: Patience) -> None:
        self._patience = patience
        self._lock = threading.Lock()
        self._free = size
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """A turn, once it comes; given back at the end. Raises WorkersBusy where too many wait, or it takes too long."""
        if came := self._ask():
            self._await(came)
        try:
            yield
        finally:
            self._pass_on()

    def _ask(self) -> threading.Event | None:
        """What will be set when the turn comes; None where it has come."""
        with self._lock:
            if self._free:
                self._free -= 1
                return None
            if len(self._waiting) >= self._patience.runs:
                raise WorkersBusy(
                    f"All sandbox workers are busy, and {self._patience.runs} runs wait for one already, which is the most that may.",
                    hint="Try again later, or raise OPSWRIGHT_WORKERS or OPSWRIGHT_WORKER_QUEUE.",
                )
            self._waiting.append(came := threading.Event())
            return came

    def _await(self, came: threading.Event) -> None:
        try:
            came.wait(self._patience.seconds)
        except BaseException:  # Ctrl-C: a turn that came meanwhile would be nobody's
            if not self._withdrawn(came):
                self._pass_on()
            raise
        if self._withdrawn(came):
            raise WorkersBusy(
                f"All sandbox workers are busy, and none came free within {self._patience.seconds:g} s.",
                hint="Try again later, or raise OPSWRIGHT_WORKERS or OPSWRIGHT_WORKER_WAIT_SECONDS.",
            )

    def _withdrawn(self, came: threading.Event) -> bool:
        """Whether the turn had not come yet. It won't any more."""
        with self._lock:
            if came not in self._waiting:
                return False
            self._waiting.remove(came)
            return True

    def _pass_on(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._free += 1
