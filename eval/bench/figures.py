"""What a benchmark finds, and the record it leaves."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from schemas.base import Frozen

Result = TypeVar("Result")


class Figure(Frozen):
    """One measured value. `note` says what it was measured against, or under what condition."""

    name: str
    value: float
    unit: str
    note: str = ""


class Machine(Frozen):
    """Where figures were taken: without it they mean nothing."""

    processor: str
    cores: int
    system: str
    python: str


class Report(Frozen):
    """One run of one area. `commit` ends in `+` where the checkout had changes, and is empty outside of one."""

    area: str
    quick: bool
    measured_at: datetime
    commit: str
    machine: Machine
    versions: dict[str, str]
    figures: tuple[Figure, ...]


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest measured value that at least `percent` per cent of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * percent // 100))
    return ordered[int(rank) - 1]


def spread(name: str, values: Sequence[float], *percents: int, note: str = "") -> list[Figure]:
    """These percentiles of milliseconds, a figure each."""
    return [Figure(name=f"{name}, p{percent}", value=percentile(values, percent), unit="ms", note=note) for percent in percents]


def milliseconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    return timed(work)[1]


def timed(work: Callable[[], Result]) -> tuple[Result, float]:
    """What it gives, and how many milliseconds it takes."""
    began = time.perf_counter()
    result = work()
    return result, (time.perf_counter() - began) * 1000
