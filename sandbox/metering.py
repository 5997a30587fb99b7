"""What a run has used up, and the thread that stops it when that is too much."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sandbox.jobs import FindingCode, Limits, Usage

TICK_SECONDS = 0.01
"""How late a limit may be noticed."""


class Meter:
    """Counts one run's seconds from its creation, which must be on the thread that runs it.

    CPU is the process's own, so waiting for the host is free. The wall counts waiting, and each second slept as a second,
    however long the sleep really took: whether a run stays within it does not depend on who answers its sleeps.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._cpu_start = time.process_time()
        self._thread_start = time.thread_time()
        self._wall_start = time.monotonic()
        self._asleep = 0.0
        self.slept_seconds = 0.0

    def overrun(self) -> FindingCode | None:
        """The limit that is used up, if any."""
        if time.process_time() - self._cpu_start > self._limits.cpu_seconds:
            return "F_CPU"
        return "F_WALL" if self._wall_seconds() > self._limits.wall_seconds else None

    def allows_sleep(self, seconds: float) -> bool:
        """Whether the run may sleep that long; never for negative or infinite lengths or NaN."""
        return 0 <= seconds < math.inf and self._wall_seconds() + seconds <= self._limits.wall_seconds

    @contextmanager
    def sleeping(self, seconds: float) -> Iterator[None]:
        """Count what happens inside as `seconds` slept.

        What the host takes beyond them is waiting like any other: or a loop of sleeps of no length would stop the wall's clock.
        """
        began = time.monotonic()
        try:
            yield
        finally:
            self._asleep += min(time.monotonic() - began, seconds)
            self.slept_seconds += seconds

    def usage(self, calls: int) -> Usage:
        """What was used so far. On the run's own clock: under a CPU limit the process's moves in steps of 4 ms."""
        return Usage(time.thread_time() - self._thread_start, self._wall_seconds(), self.slept_seconds, calls)

    def _wall_seconds(self) -> float:
        return time.monotonic() - self._wall_start - self._asleep + self.slept_seconds


class Watchdog:
    """A thread that calls `interrupt` while the watched run is over a limit.

    wasmtime lets go of Python's lock while the isolate computes, so the thread gets its turn.
    """

    def __init__(self, interrupt: Callable[[], None]) -> None:
        self._interrupt = interrupt
        self._meter: Meter | None = None
        self._changed = threading.Condition()

    def start(self) -> None:
        """Start watching; the thread ends with the process."""
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    @contextmanager
    def watching(self, meter: Meter) -> Iterator[None]:
        """Watch one run. Afterwards no interrupt on its account can come any more."""
        self._set(meter)
        try:
            yield
        finally:
            self._set(None)

    def _set(self, meter: Meter | None) -> None:
        with self._changed:
            self._meter = meter
            self._changed.notify()

    def _watch(self) -> None:
        with self._changed:
            while True:
                self._changed.wait(TICK_SECONDS if self._meter else None)
                if self._meter and self._meter.overrun():
                    self._interrupt()
