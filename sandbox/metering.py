"""What a run has used up, and the thread that stops it when that is too much."""

from __future__ import annotations

import math
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from sandbox.jobs import FindingCode, Limits, Usage

SOONEST_SECONDS = 0.001
"""Between two looks at a run that nears its limit: a busy machine gives it less CPU than it could use up."""
AGAIN_SECONDS = 0.01
"""Between two interrupts of a run over its limit. The first is lost on one that is not yet in its isolate."""


class Meter:
    """Counts one run's seconds from its creation, which must be on the thread that runs it.

    CPU is that thread's, so waiting for the host is free. The wall counts waiting, and each second slept as a second, however
    long the sleep really took: whether a run stays within it does not depend on who answers its sleeps. After each, when the
    wall may suddenly be near, `slept` is called.
    """

    def __init__(self, limits: Limits, slept: Callable[[], None] = lambda: None) -> None:
        self._limits = limits
        self._slept = slept
        self._cpu_time = _cpu_time_of_this_thread()
        self._cpu_start = self._cpu_time()
        self._wall_start = time.monotonic()
        self._asleep = 0.0
        self.slept_seconds = 0.0

    def overrun(self) -> FindingCode | None:
        """The limit that is used up, if any."""
        if self._cpu_seconds() > self._limits.cpu_seconds:
            return "F_CPU"
        return "F_WALL" if self._wall_seconds() > self._limits.wall_seconds else None

    def seconds_left(self) -> float:
        """For how long no limit can be reached, short of a sleep; negative when one is."""
        return min(self._limits.cpu_seconds - self._cpu_seconds(), self._limits.wall_seconds - self._wall_seconds())

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
        self._slept()

    def usage(self, calls: int) -> Usage:
        """What was used so far."""
        return Usage(self._cpu_seconds(), self._wall_seconds(), self.slept_seconds, calls)

    def _cpu_seconds(self) -> float:
        return self._cpu_time() - self._cpu_start

    def _wall_seconds(self) -> float:
        return time.monotonic() - self._wall_start - self._asleep + self.slept_seconds


def _cpu_time_of_this_thread() -> Callable[[], float]:
    """Reads the calling thread's CPU seconds, from any thread. Under a CPU limit the process's clock moves in steps of 4 ms."""
    if sys.platform != "linux":
        return time.process_time
    return partial(time.clock_gettime, time.pthread_getcpuclockid(threading.get_ident()))


class Watchdog:
    """A thread that calls `interrupt` while the watched run is over a limit.

    It sleeps until the earliest moment at which one can be reached, and short runs don't wake it at all. wasmtime lets go of
    Python's lock while the isolate computes, so the thread gets its turn.
    """

    def __init__(self, interrupt: Callable[[], None]) -> None:
        self._interrupt = interrupt
        self._meter: Meter | None = None
        self._changed = threading.Condition()
        self._wakes_at = math.inf

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

    def hurry(self) -> None:
        """Wake up earlier if the watched run's limits have come nearer."""
        with self._changed:
            if self._meter and time.monotonic() + self._meter.seconds_left() < self._wakes_at:
                self._changed.notify()

    def _set(self, meter: Meter | None) -> None:
        with self._changed:
            self._meter = meter
            self.hurry()

    def _watch(self) -> None:
        with self._changed:
            while True:
                pause = self._look()
                self._wakes_at = time.monotonic() + pause
                self._changed.wait(None if math.isinf(pause) else pause)

    def _look(self) -> float:
        """Interrupt a run over its limit; the seconds until the next look."""
        if self._meter is None:
            return math.inf
        if self._meter.overrun():
            self._interrupt()
            return AGAIN_SECONDS
        return max(self._meter.seconds_left(), SOONEST_SECONDS)
