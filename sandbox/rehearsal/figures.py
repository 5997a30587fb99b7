"""The figures of a metric, planted: for each key a series of datapoints, of which a window shows some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import count, takewhile
from random import Random
from typing import Final

from sandbox.rehearsal.choices import ABSENT, Choice
from sandbox.rehearsal.rows import RowMaker
from schemas.base import Json, Scalar
from schemas.metric import Take, reduce
from schemas.operation import Slice
from schemas.query import Join, MetricJoin, Query

Series = list[list[float]]
"""Datapoints as `[age in seconds, figure]`, newest first."""

STALE: Final = "stale_turn"
"""Only a stale figure has it: the how manieth of its world it is."""

FIGURE: Final[dict[str, Json]] = {
    "type": "object",
    "required": ["key"],
    "properties": {"key": {"type": "string"}, "value": {"type": "number", "minimum": 0}, STALE: {"type": "integer"}},
}
"""A row of the metric's relation as it is planted; without a value there is no datapoint, and stale ones are older than the window.
What is measured is never less than nothing.
"""

STALE_POINTS: Final = 2
"""Datapoints of a series that is stale, and those that lie behind the longest window in any other."""

SPREAD: Final = 5.0
"""How far datapoints lie from what they come to together."""


class FigureMaker(RowMaker):
    """Makes the rows of a metric's relation."""

    def __init__(self, slice_: Slice, random: Random, now: datetime) -> None:
        super().__init__(slice_, random, now, node=FIGURE)

    def row(self, chosen: Mapping[str, Choice]) -> Json:
        """A key and a figure, stale only where that is chosen."""
        if not _has_value(chosen):
            return {"key": chosen["key"].value}
        row = {"key": "", "value": self.values.make(FIGURE["properties"]["value"], "value")}
        return row | {path: choice.value for path, choice in chosen.items() if choice.value is not ABSENT}

    def bare(self, chosen: Mapping[str, Choice]) -> Json:
        """The same: there is nothing to leave out."""
        return self.row(chosen)


def _has_value(chosen: Mapping[str, Choice]) -> bool:
    return STALE in chosen or "value" not in chosen or chosen["value"].value is not ABSENT


def joins_of(query: Query) -> tuple[Join, ...]:
    """The joins of a Query, that of its metric's figures last."""
    if query.metric is None:
        return query.joins
    alias = query.metric.call.alias
    return (*query.joins, Join(call=query.metric.call, left=query.metric.left, right=f"{alias}.key"))


class Plotter:
    """Plots series for the figures of one Query. `windows` are those that its tool is run with, in seconds."""

    def __init__(self, query: Query, metric: MetricJoin, argument_sets: Sequence[Mapping[str, Scalar]]) -> None:
        constants = [query.defaults | dict(arguments) for arguments in argument_sets] or [query.defaults]
        asked = [predicate.parameter for predicate in query.where if predicate.path == metric.path]
        self._metric = metric
        self._windows = sorted({seconds_of(metric, values) for values in constants})
        self._bounds = [values[name] for values in constants for name in asked if name]

    def plotted(self, row: Mapping[str, Json]) -> Json:
        """The row with its series. Stale ones, numbered as they grew, take turns at lying behind each of the windows."""
        series: Series = []
        if STALE in row:
            window = self._windows[row[STALE] % len(self._windows)]
            series = [[window + self._age(step), row["value"]] for step in range(STALE_POINTS)]
        elif row.get("value") is not None:
            series = self._around(row["value"])
        return {"key": row["key"], "series": series}

    def _around(self, value: float) -> Series:
        """A series that comes to the value in the shortest window, and to the other side of the bound for whoever reads it wrongly."""
        shortest, longest = self._windows[0], self._windows[-1]
        ages = list(takewhile(lambda age: age <= longest, map(self._age, count())))
        inside = sum(age <= shortest for age in ages)
        other = self._other_side(value)
        match self._metric.take:
            case "latest":
                figures = [value, *[other] * len(ages)]
            case "mean":
                figures = [*_balanced(value, inside), *[value] * len(ages)]
            case "max":
                figures = [max(0.0, value - SPREAD), value, *[max(0.0, value - 2 * SPREAD)] * len(ages)][inside == 1 :]
            case "min":
                figures = [value + SPREAD, value, *[value + 2 * SPREAD] * len(ages)][inside == 1 :]
        behind = [longest + self._age(step) for step in range(STALE_POINTS)]
        return [[age, figure] for age, figure in (*zip(ages, figures, strict=False), *((age, other) for age in behind))]

    def _other_side(self, value: float) -> float:
        bounds = [float(bound) for bound in self._bounds if isinstance(bound, int | float)]
        bound = min(bounds, key=lambda bound: abs(bound - value), default=value)
        step = abs(bound) / 8 + 1
        return max(0.0, bound - step) if value > bound else bound + step

    def _age(self, step: int) -> float:
        """In the middle of a period: however a tool rounds its times, it is in the same window."""
        return (step + 0.5) * self._metric.period_seconds


def _balanced(value: float, count: int) -> list[float]:
    """So many figures whose mean is the value."""
    spread = min(SPREAD, value / max(1, count // 2))
    pairs = [figure for step in range(1, count // 2 + 1) for figure in (value + step * spread, value - step * spread)]
    return [*pairs, *[value] * (count % 2)]


def seconds_of(metric: MetricJoin, constants: Mapping[str, Scalar]) -> float:
    """The window of a metric in seconds."""
    return float(constants[metric.window]) * 60


def figure(series: Series, window_seconds: float, take: Take) -> float | None:
    """What a series comes to in a window; None where it has no datapoint there."""
    return reduce([value for age, value in series if age <= window_seconds], take)


def figured(row: Mapping[str, Json], value: float | None) -> dict[str, Json]:
    """A row of the metric's relation as the interpreter takes it; the series stays with it."""
    return {"key": row["key"], "series": row["series"]} | ({} if value is None else {"value": value})
