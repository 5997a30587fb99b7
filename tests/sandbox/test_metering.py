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


def _interrupted_after(limits: Limits, seconds_slept: float) -> bool:
    """Whether a run that sleeps once, which takes no time, is interrupted then."""
    interrupted = threading.Event()
    dog = Watchdog(interrupted.set)
    dog.start()
    meter = Meter(limits, dog.hurry)
    with dog.watching(meter):
        with meter.sleeping(seconds_slept):
            pass
        return interrupted.wait(10 if seconds_slept >= limits.wall_seconds else 0.05)


@pytest.mark.parametrize(("seconds", "stopped"), [(60.0, True), (30.0, False)])
def test_a_sleep_that_brings_the_wall_nearer_wakes_the_watchdog_earlier(seconds: float, stopped: bool) -> None:
    assert _interrupted_after(Limits(cpu_seconds=100, wall_seconds=60), seconds) is stopped


def test_a_shorter_run_after_a_longer_one_is_not_forgotten() -> None:
    interrupted = threading.Event()
    dog = Watchdog(interrupted.set)
    dog.start()
    for _ in range(3):
        with dog.watching(Meter(Limits(cpu_seconds=100, wall_seconds=100))):
            pass
    with dog.watching(Meter(Limits(wall_seconds=0.01, cpu_seconds=100))):
        assert interrupted.wait(10)


@pytest.mark.parametrize(("limits", "left"), [(Limits(9, 5), 5), (Limits(5, 9), 5), (Limits(5, -1), -1)])
def test_no_limit_can_be_reached_sooner_than_the_nearest(limits: Limits, left: float) -> None:
    assert left - 1 < Meter(limits).seconds_left() <= left


def test_what_the_host_takes_beyond_a_sleep_s_length_counts_against_the_wall() -> None:
    meter = Meter(Limits(wall_seconds=100))
    before = meter.usage(0).wall_seconds
    with meter.sleeping(0):
        threading.Event().wait(0.02)
    assert meter.usage(0).wall_seconds >= before + 0.02
    assert meter.slept_seconds == 0
