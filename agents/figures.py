"""The figures of a metric, worked out from what its calls asked for and were answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from agents.seen import Delivered
from agents.speech.voice import Voice
from schemas.base import Json, Scalar, lookup
from schemas.evaluate import parse_time
from schemas.metric import Metric, Take, datapoints, reduce, unify
from schemas.query import MetricJoin

_BASIS: Final[Mapping[Take, str]] = {"latest": "metric_latest", "mean": "metric_mean", "max": "metric_max", "min": "metric_min"}


@dataclass
class Figures:
    """Rows of key and value, and the calls behind each."""

    rows: list[Json] = field(default_factory=list)
    calls: list[tuple[int, ...]] = field(default_factory=list)


def figures(metric: Metric, join: MetricJoin, minutes: float, delivered: Sequence[Delivered], now: datetime) -> Figures:
    """The figure of each key that has one. A call about another window, statistic or period says nothing."""
    found = Figures()
    points: defaultdict[str, list[Json]] = defaultdict(list)
    calls: defaultdict[str, list[int]] = defaultdict(list)
    for call in delivered:
        if not _covers(metric, call.request, join, minutes, now):
            continue
        for key, values in datapoints(metric, call.request, call.response, _wanted(join)):
            points[key] += values
            calls[key].append(call.number)
    for key, values in points.items():
        if (value := reduce(values, join.take)) is not None:
            found.rows.append({"key": key, "value": value})
            found.calls.append(tuple(calls[key]))
    return found


def keys_asked(metric: Metric, join: MetricJoin, minutes: float, delivered: Sequence[Delivered], now: datetime) -> set[str]:
    """All keys that the calls asked the figure of, whether they were answered or not."""
    asked = [call.request for call in delivered if _covers(metric, call.request, join, minutes, now)]
    lists = [items for request in asked if isinstance(items := lookup(request, metric.items_path), list)]
    bound = [unify(metric.item, item) for items in lists for item in items]
    wanted = _wanted(join)
    return {str(places["key"]) for places in bound if places and all(places.get(name, value) == value for name, value in wanted.items())}


def basis(metric: Metric, join: MetricJoin, minutes: float, voice: Voice) -> str:
    """What a figure stands for, in words."""
    unit = voice.say("metric_unit", unit=metric.unit) if metric.unit else ""
    return voice.say(
        _BASIS[join.take], title=metric.title, statistic=join.statistic, period=join.period_seconds, minutes=f"{minutes:g}", unit=unit
    )


def _covers(metric: Metric, request: Json, join: MetricJoin, minutes: float, now: datetime) -> bool:
    """Whether a call asked as the metric's template says, about the window; a tool may round its ends to whole periods."""
    if not isinstance(request, dict):
        return False
    items = metric.items_path.partition(".")[0]
    template: dict[str, Json] = {name: value for name, value in metric.request.items() if name != items}
    bound = unify(template, {name: request[name] for name in template if name in request})
    if bound is None:
        return False
    ends = {"start": now - timedelta(minutes=minutes), "end": now}
    period = timedelta(seconds=join.period_seconds)
    return all(_is_near(bound[name], wanted, period) for name, wanted in ends.items() if name in bound)


def _is_near(value: Scalar, wanted: datetime, most: timedelta) -> bool:
    at = parse_time(value)
    return at is not None and abs(at - wanted) <= most


def _wanted(join: MetricJoin) -> Mapping[str, Scalar]:
    return {"statistic": join.statistic, "period": join.period_seconds}
