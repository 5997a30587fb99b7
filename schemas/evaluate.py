"""The Query's interpreter: what a correct tool returns, worked out from rows alone.

It is the oracle of rehearsal and the witness of a live answer, so it shares no code with the generator: a loop for each
clause, in the order join, metric, where, window, group, order, limit, select.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cmp_to_key
from math import fsum
from typing import TypeVar

from schemas.base import Json, Scalar, canonical_json, lookup
from schemas.query import Aggregate, Grouping, Join, Order, Predicate, Query, Window

Row = dict[str, Json]
"""A result row: column name to value."""

Relations = Mapping[str, Sequence[Json]]
"""Rows by alias."""

T = TypeVar("T")

Bound = dict[str, Json]
"""A row under evaluation: alias to the API's row (or None where an outer join found no partner)."""


@dataclass(frozen=True)
class Evaluation:
    """The result rows; for each, which input rows it came from; and which rows lacked a value they were judged by."""

    rows: list[Row]
    lineage: list[tuple[tuple[str, int], ...]]
    """Parallel to `rows`: (alias, index in that relation) of every input row behind a result row."""
    missing: dict[str, int]
    """Path to the number of rows that have no value there, for paths that a comparison, window or order reads."""
    unknown: list[Json] = field(default_factory=list)
    """The keys of the rows that only their unknown figure of the metric keeps from being judged, in order."""


@dataclass(frozen=True)
class _Tracked:
    bound: Bound
    origin: tuple[tuple[str, int], ...]

    def at(self, path: str) -> Json:
        alias, _, rest = path.partition(".")
        return lookup(self.bound.get(alias), rest)


def evaluate(query: Query, relations: Relations, arguments: Mapping[str, Scalar], now: datetime) -> Evaluation:
    """Evaluate `query` over the rows of each alias in `relations`; arguments default to the question's constants.

    A row of the metric's relation is `{"key": …, "value": …}`.
    """
    return evaluate_places(query, (relations,), arguments, now)


def evaluate_places(query: Query, places: Sequence[Relations], arguments: Mapping[str, Scalar], now: datetime) -> Evaluation:
    """Evaluate `query` over several places at once, such as regions: rows are joined within their place, and then taken together.

    An index of the lineage counts a relation's rows through all places in order.
    """
    bound = query.defaults | dict(arguments)
    tracked, offsets = list[_Tracked](), Counter[str]()
    for relations in places:
        tracked += _bound(query, relations, offsets, bound)
        offsets.update({alias: len(rows) for alias, rows in relations.items()})
    missing = _missing(query, tracked)
    unknown = _unknown(query, tracked, bound, now)
    tracked = [row for row in tracked if all(_holds(predicate, row, bound) for predicate in query.where)]
    if query.window:
        tracked = [row for row in tracked if _within(query.window, row, bound, now)]
    if query.group:
        return _grouped(query, query.group, tracked, bound, missing, unknown)
    tracked = _ordered(tracked, query.order, lambda row, path: row.at(path))[: _limit(query, bound)]
    rows = [{column.name: row.at(column.path) for column in query.select} for row in tracked]
    return Evaluation(rows, [row.origin for row in tracked], missing, unknown)


def _bound(query: Query, relations: Relations, offsets: Mapping[str, int], arguments: Mapping[str, Scalar]) -> list[_Tracked]:
    """The rows of one place with their partners."""
    first = query.call.alias
    tracked = [_Tracked({first: row}, ((first, index),)) for index, row in enumerate(relations.get(first, ()), offsets.get(first, 0))]
    joins = [*query.joins]
    if query.metric:
        joins.append(Join(call=query.metric.call, left=query.metric.left, right=f"{query.metric.call.alias}.key"))
    for join in joins:
        alias = join.call.alias
        tracked = _joined(tracked, join, relations.get(alias, ()), offsets.get(alias, 0), arguments)
    return tracked


def _joined(rows: Sequence[_Tracked], join: Join, relation: Sequence[Json], offset: int, arguments: Mapping[str, Scalar]) -> list[_Tracked]:
    alias = join.call.alias
    partners: dict[bytes, list[_Tracked]] = {}
    for index, row in enumerate(relation, offset):
        partner = _Tracked({alias: row}, ((alias, index),))
        if partner.at(join.right) is not None and all(_holds(predicate, partner, arguments) for predicate in join.where):
            partners.setdefault(canonical_json(partner.at(join.right)), []).append(partner)
    nobody = [_Tracked({alias: None}, ())]
    return [
        _Tracked({**left.bound, **right.bound}, (*left.origin, *right.origin))
        for left in rows
        for right in partners.get(canonical_json(left.at(join.left)), nobody)
    ]


def _unknown(query: Query, rows: Sequence[_Tracked], arguments: Mapping[str, Scalar], now: datetime) -> list[Json]:
    """Keys of rows without a figure that every condition on anything else lets pass."""
    metric = query.metric
    if metric is None or all(predicate.path != metric.path for predicate in query.where):
        return []
    others = [predicate for predicate in query.where if predicate.path != metric.path]
    return [
        row.at(metric.left)
        for row in rows
        if row.at(metric.path) is None
        and all(_holds(predicate, row, arguments) for predicate in others)
        and (query.window is None or _within(query.window, row, arguments, now))
    ]


def is_empty(value: Json) -> bool:
    """Missing, null, "" or an empty list or object."""
    return value is None or value in ("", [], {})


def _holds(predicate: Predicate, row: _Tracked, arguments: Mapping[str, Scalar]) -> bool:
    value = row.at(predicate.path)
    if predicate.op == "is_empty":
        return is_empty(value)
    if predicate.op == "is_not_empty":
        return not is_empty(value)
    return compare(predicate.op, value, arguments[predicate.parameter or ""])


def compare(op: str, value: Json, constant: Scalar) -> bool:
    """`value op constant`; false where the value is missing or the two have no order. Text compares without case."""
    if value is None:
        return False
    left, right = _comparable(value), _comparable(constant)
    match op:
        case "eq":
            return bool(left == right)
        case "ne":
            return bool(left != right)
        case "contains":
            return right in left if isinstance(left, str | list) else False
    if not _have_order(left, right):
        return False
    return bool({"gt": left > right, "ge": left >= right, "lt": left < right, "le": left <= right}[op])


def _comparable(value: Json) -> Json:
    if isinstance(value, list):
        return [_comparable(item) for item in value]
    return value.casefold() if isinstance(value, str) else value


def _have_order(left: Json, right: Json) -> bool:
    numbers = all(isinstance(side, int | float) and not isinstance(side, bool) for side in (left, right))
    return numbers or (isinstance(left, str) and isinstance(right, str))


def parse_time(value: Json) -> datetime | None:
    """RFC 3339 text or Unix seconds as an aware time; None for anything else."""
    if isinstance(value, bool):
        return None
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        parsed = datetime.fromisoformat(value)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _within(window: Window, row: _Tracked, arguments: Mapping[str, Scalar], now: datetime) -> bool:
    at = parse_time(row.at(window.path))
    return at is not None and now - timedelta(hours=float(arguments[window.parameter])) <= at <= now


def _ordered(rows: list[T], orders: Sequence[Order], at: Callable[[T, str], Json]) -> list[T]:
    """Stable sort, the first order the most significant."""
    for order in reversed(orders):
        keyed = [(at(row, order.path), row) for row in rows]
        present = [pair for pair in keyed if pair[0] is not None]
        absent = [row for value, row in keyed if value is None]
        rows = [row for _, row in sorted(present, key=cmp_to_key(_by_value), reverse=order.descending)] + absent
    return rows


def _by_value(one: tuple[Json, object], other: tuple[Json, object]) -> int:
    left, right = _comparable(one[0]), _comparable(other[0])
    if not _have_order(left, right):
        left, right = str(left), str(right)
    return int(left > right) - int(left < right)


def _limit(query: Query, arguments: Mapping[str, Scalar]) -> int | None:
    return None if query.limit is None else max(0, int(arguments[query.limit]))


def _grouped(
    query: Query,
    group: Grouping,
    tracked: list[_Tracked],
    arguments: Mapping[str, Scalar],
    missing: dict[str, int],
    unknown: list[Json],
) -> Evaluation:
    groups: dict[bytes, list[_Tracked]] = {} if group.by else {b"": []}
    for row in tracked:
        key = canonical_json([row.at(column.path) for column in group.by]) if group.by else b""
        groups.setdefault(key, []).append(row)
    made = [(_group_row(group, members), _origins(members)) for members in groups.values()]
    made = _ordered(made, query.order, lambda pair, path: pair[0].get(path))[: _limit(query, arguments)]
    return Evaluation([row for row, _ in made], [origin for _, origin in made], missing, unknown)


def _group_row(group: Grouping, members: Sequence[_Tracked]) -> Row:
    keys = {column.name: members[0].at(column.path) for column in group.by}
    return keys | {aggregate.name: _aggregated(aggregate, members) for aggregate in group.aggregates}


def _origins(members: Sequence[_Tracked]) -> tuple[tuple[str, int], ...]:
    return tuple(origin for member in members for origin in member.origin)


def _aggregated(aggregate: Aggregate, members: Sequence[_Tracked]) -> Json:
    """SQL's rules: missing and non-numeric values are left out; of nothing, the figure is None.

    `fsum` rounds once (Shewchuk 1997), so a tool that uses it too agrees to the last digit, whatever the Python or the order.
    """
    if aggregate.path is None:
        return len(members)
    values = [value for member in members if _have_order(value := member.at(aggregate.path), 0)]
    if not values:
        return None
    match aggregate.function:
        case "min":
            return min(values)
        case "max":
            return max(values)
        case "avg":
            return fsum(values) / len(values)
        case _:
            return fsum(values)


def _missing(query: Query, rows: Sequence[_Tracked]) -> dict[str, int]:
    read = [p.path for p in query.where if p.parameter] + ([query.window.path] if query.window else [])
    read += [] if query.group else [order.path for order in query.order]
    counts = {path: sum(row.at(path) is None for row in rows) for path in read}
    return {path: count for path, count in counts.items() if count}
