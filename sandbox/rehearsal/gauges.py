"""The rehearsed metrics operation: reads what each item of a request asks for, and gives the planted datapoints for it."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from typing import Final

from sandbox.rehearsal.envelope import put
from sandbox.rehearsal.figures import Series
from sandbox.rehearsal.pages import Page
from sandbox.rehearsal.rows import RowMaker
from sandbox.rehearsal.shapes import below, body_node
from schemas.base import Json, Scalar, lookup
from schemas.errors import quoted
from schemas.evaluate import parse_time
from schemas.metric import Metric, fill, place_of, unify
from schemas.operation import CursorPagination, Slice
from schemas.query import MetricJoin

COMPLETE: Final = "Complete"
PARTIAL: Final = "PartialData"
"""How CloudWatch marks a result that lacks nothing, and one that goes on on the next page."""

OLDEST_FIRST: Final = "TimestampAscending"
_ID: Final = re.compile(r"[a-z][A-Za-z0-9_]*")


class BadInput(Exception):
    """The request is one that the service refuses; the text says why."""


@dataclass(frozen=True)
class Asked:
    """One item of a request: its id, the key that it asks about, and what is wrong with it, if anything is."""

    id: str
    key: str
    complaint: str


class Gauge:
    """Answers for one metric of one Query. `planted` are rows of keys and series; all times lie before `now`."""

    def __init__(self, slice_: Slice, maker: RowMaker, join: MetricJoin, now: datetime) -> None:
        self._operation = slice_.operation
        self._join = join
        self._now = now
        self._metric = _metric(slice_, join)
        self._wanted: Mapping[str, Scalar] = {"statistic": join.statistic, "period": join.period_seconds}
        reader, node = maker.reader, body_node(slice_.document)
        self._result_node = reader.merged(below(reader, node, self._metric.results_path)).get("items", {})
        self._template = maker.values.make(self._result_node, depth=0)
        self._maker = maker

    def asked(self, members: Mapping[str, Json]) -> list[Asked]:
        """The items of a request in the order in which their results come. Raises BadInput for what the service refuses."""
        items = lookup(dict(members), self._metric.items_path)
        if not isinstance(items, list) or not items:
            raise BadInput(f"{self._metric.items_path} must hold at least one item")
        if len(items) > self._metric.batch:
            raise BadInput(f"{self._metric.items_path} holds {len(items)} items, and a call may have at most {self._metric.batch}")
        asked = [self._item(item) for item in items]
        ids = Counter(item.id for item in asked)
        if bad := [id_ for id_, times in ids.items() if times > 1 or not _ID.fullmatch(id_)]:
            raise BadInput(f"the id {quoted(bad[0])} is not unique, or is more than a small letter followed by letters, digits and _")
        return sorted(asked, key=lambda item: hashlib.sha256(item.id.encode()).digest())

    def reach(self, members: Mapping[str, Json]) -> tuple[float, float]:
        """How many seconds before the run's clock a request's window starts and ends."""
        places = dict(_places(self._metric.request, dict(members)))
        start, end = parse_time(places.get("start")), parse_time(places.get("end"))
        return (self._now - start).total_seconds() if start else inf, (self._now - end).total_seconds() if end else -inf

    def body(self, members: Mapping[str, Json], asked: Sequence[Asked], planted: Mapping[str, Series], page: Page) -> Json:
        """One page of results. Keys without datapoints take turns at an empty result and none at all.

        The last key of a page has its newest datapoint there, and the others on the page that follows.
        """
        results: list[Json] = []
        for index in range(max(0, page.start - 1), page.stop) if page.stop > page.start else ():
            points = self._points(members, asked[index], planted)
            if index < page.start:
                results += [self._result(asked[index], points[1:], PARTIAL)] if points[1:] else []
            elif index == page.stop - 1 and page.next and points[1:]:
                results.append(self._result(asked[index], points[:1], PARTIAL))
            elif points or len(asked[index].key) % 2 == 0:
                results.append(self._result(asked[index], points, COMPLETE))
        body: dict[str, Json] = {}
        put(body, self._metric.results_path, results)
        match self._operation.pagination:
            case CursorPagination(next_path=path, cursor_parameter=name) if page.next:
                put(body, path, page.next[name])
        return body

    def sample(self, planted: Mapping[str, Series], arguments: Mapping[str, Scalar]) -> Json:
        """What a right request for one batch of keys gets."""
        members = self._request([*planted][: self._metric.batch] or ["none"], arguments)
        asked = self.asked(members)
        return self.body(members, asked, planted, Page(0, len(asked), len(asked), len(asked)))

    def _request(self, keys: Sequence[str], arguments: Mapping[str, Scalar]) -> dict[str, Json]:
        start = self._now - timedelta(minutes=float(arguments[self._join.window]))
        bindings: dict[str, Scalar] = {**self._wanted, "start": start.isoformat(), "end": self._now.isoformat()}
        body: dict[str, Json] = fill(self._metric.request, bindings)
        items = [fill(self._metric.item, {**bindings, "key": key, "id": f"m{number}"}) for number, key in enumerate(keys)]
        put(body, self._metric.items_path, items)
        return body

    def _item(self, item: Json) -> Asked:
        bound: Mapping[str, Json] = unify(self._metric.item, item) or {}
        if bound and all(bound.get(name, value) == value for name, value in self._wanted.items()):
            return Asked(str(bound["id"]), str(bound["key"]), "")
        found = dict(_places(self._metric.item, item))
        return Asked(str(found.get("id", "")), str(found.get("key", "")), _difference(self._metric.item, item, self._wanted))

    def _result(self, item: Asked, points: Sequence[tuple[datetime, float]], status: str) -> Json:
        result = dict(self._template)
        put(result, self._metric.id_path, item.id)
        put(result, self._metric.values_path, [value for _, value in points])
        for name, node in self._maker.reader.merged(self._result_node).get("properties", {}).items():
            schema = self._maker.reader.merged(node)
            if status in schema.get("enum", ()):
                result[name] = status
            elif self._maker.reader.merged(schema.get("items", {})).get("format") == "date-time":
                result[name] = [at.isoformat() for at, _ in points]
        return result

    def _points(self, members: Mapping[str, Json], item: Asked, planted: Mapping[str, Series]) -> list[tuple[datetime, float]]:
        """The datapoints from the request's start to before its end, newest first unless it asks for the oldest."""
        oldest, newest = self.reach(members)
        series = [] if item.complaint else planted.get(item.key, [])
        inside = [(self._now - timedelta(seconds=age), value) for age, value in series if newest < age <= oldest]
        return inside[::-1] if OLDEST_FIRST in members.values() else inside


def _metric(slice_: Slice, join: MetricJoin) -> Metric:
    """The metric that a Query names. Raises LookupError where the operation has none of that name."""
    metric = slice_.operation.metric(join.metric)
    if metric is None:
        raise LookupError(f"{slice_.operation.id} has no metric {join.metric!r}")
    return metric


def _places(template: Json, value: Json) -> Iterator[tuple[str, Json]]:
    """What stands at the template's places in a value that may be another otherwise."""
    if (place := place_of(template)) is not None:
        yield place, value
    elif isinstance(template, dict) and isinstance(value, dict):
        for name, part in template.items():
            yield from _places(part, value.get(name))
    elif isinstance(template, list) and isinstance(value, list):
        for part, other in zip(template, value, strict=False):
            yield from _places(part, other)


def _difference(template: Json, value: Json, wanted: Mapping[str, Scalar], path: str = "") -> str:
    """The first thing in an item that is not as it should be, in words; empty where all is."""
    place = place_of(template)
    if place is not None:
        template = wanted.get(place, value)
    if isinstance(template, dict) and isinstance(value, dict):
        if missing := [name for name in template if name not in value]:
            return f"{path or 'an item'} has no {missing[0]}"
        if extra := [name for name in value if name not in template]:
            return f"{f'{path}.{extra[0]}' if path else extra[0]} is more than an item has"
        found = (_difference(part, value[name], wanted, f"{path}.{name}" if path else name) for name, part in template.items())
        return next(filter(None, found), "")
    if isinstance(template, list) and isinstance(value, list) and len(template) == len(value):
        pairs = enumerate(zip(template, value, strict=True))
        return next(filter(None, (_difference(part, other, wanted, f"{path}[{index}]") for index, (part, other) in pairs)), "")
    return "" if template == value else f"{path} is {_shown(value)}, and it should be {_shown(template)}"


def _shown(value: Json) -> str:
    return quoted(value) if isinstance(value, str) else str(value)[:80]
