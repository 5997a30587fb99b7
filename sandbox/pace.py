"""How long a search for credentials may go on."""

from __future__ import annotations

import math
import time

_STEPS = 256
"""Between two looks at the clock; each takes microseconds, a hundred at the worst."""


class SearchOverdue(Exception):
    """A search did not get through its text in time."""


class Pace:
    """Until when a search may go on, by `time.monotonic`. All its loops share one, so none of them is long unnoticed."""

    def __init__(self, ends: float = math.inf) -> None:
        self._ends = ends
        self._steps = 0

    def step(self) -> None:
        """Count one; now and then, look at the clock."""
        self._steps += 1
        if self._steps % _STEPS == 0:
            self.look()

    def look(self) -> None:
        """Raise SearchOverdue if the time is over."""
        if time.monotonic() > self._ends:
            raise SearchOverdue
