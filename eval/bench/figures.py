"""What a benchmark finds, and the record it leaves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from schemas.base import Frozen


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
