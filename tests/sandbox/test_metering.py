"""What a run used, and the thread that stops it."""

from __future__ import annotations

import math
import threading

import pytest

from sandbox.jobs import FindingCode, Limits
from sandbox.metering import Meter, Watchdog


@pytest.mark.parametrize(
    ("limits", "finding"),
    [
        (Limits(cpu_seconds=100, wall_seconds=100), None),
        (Limits(cpu_seconds=-1, wall_seconds=100), "F_CPU"),
        (Limits(cpu_seconds=100, wall_seconds=-1), "F_WALL"),
    ],
)
def test_a_meter_names_the_limit_that_is_used_up(limits: Limits, finding: FindingCode | None) -> None:
    assert Meter(limits).overrun() == finding


def test_sleeping_counts_by_its_length() -> None:
    meter = Meter(Limits(wall_seconds=100))
    with meter.sleeping(60):
        pass
    assert 60 <= meter.usage(0).wall_seconds < 90
    assert meter.slept_seconds == 60
    assert meter.overrun() is None
    with meter.sleeping(60):
        pass
    assert meter.overrun() == "F_WALL"


@pytest.mark.parametrize(
    ("seconds", "allowed"),
    [(0.0, True), (59.0, True), (60.5, False), (-0.1, False), (math.inf, False), (-math.inf, False), (math.nan, False)],
)
def test_a_sleep_has_to_fit_into_the_wall(seconds: float, allowed: bool) -> None:
    assert Meter(Limits(wall_seconds=60)).allows_sleep(seconds) is allowed


def test_the_watchdog_interrupts_a_run_over_its_limit_and_none_afterwards() -> None:
    interrupted = threading.Event()
    dog = Watchdog(interrupted.set)
    dog.start()
    with dog.watching(Meter(Limits(wall_seconds=-1))):
        assert interrupted.wait(10)
    interrupted.clear()
    with dog.watching(Meter(Limits(wall_seconds=100, cpu_seconds=100))):
        assert not interrupted.wait(0.05)


def test_what_the_host_takes_beyond_a_sleep_s_length_counts_against_the_wall() -> None:
    meter = Meter(Limits(wall_seconds=100))
    before = meter.usage(0).wall_seconds
    with meter.sleeping(0):
        threading.Event().wait(0.02)
    assert meter.usage(0).wall_seconds >= before + 0.02
    assert meter.slept_seconds == 0
