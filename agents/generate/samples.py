"""Two or three rows for a tool's own tests: some that match and some that do not. The proof is rehearsal's; these are for reading."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from agents.generate.complete import Answers
from schemas.base import Json, Scalar
from schemas.operation import Operation, RowField
from schemas.query import MetricJoin, Predicate, Query

Relations = dict[str, list[Json]]


@dataclass(frozen=True)
class Samples:
    """Rows by alias, and the moments in them by the name that the test gives them, with their age in hours."""

    rows: Relations
    stamps: dict[str, tuple[str, float]]
    models: Mapping[str, Answers]
    """Of AWS's operations, by id: what completes an answer."""

    def told_in(self, text: str) -> dict[str, tuple[str, float]]:
        """Those of the moments that a text tells by their names."""
        return {name: stamp for name, stamp in self.stamps.items() if name in text}


def sample(query: Query, operations: Mapping[str, Operation], documents: Mapping[str, Json], now: datetime) -> Samples:
    """A matching row and one decoy for each predicate, with the fields that the Query reads and those that a model demands."""
    hours = float(query.defaults[query.window.parameter]) if query.window else 1.0
    ages = {"RECENTLY": hours / 2, "LONG_AGO": hours * 2}
    stamps = {name: ((now - timedelta(hours=age)).isoformat(), age) for name, age in ages.items()}
    recent, first = stamps["RECENTLY"][0], query.call.alias
    match = _row(query, first, operations, number=1, recent=recent)
    decoys: list[Json] = []
    for number, predicate in enumerate((p for p in query.where if p.path.startswith(f"{first}.")), 2):
        decoy = _row(query, first, operations, number=number, recent=recent)
        _put(decoy, predicate.path, _failing(predicate, query.defaults, _field(predicate.path, query, operations), recent))
        decoys.append(decoy)
    if query.window:
        late = _row(query, first, operations, number=9, recent=stamps["LONG_AGO"][0])
        decoys.append(late)
    rows: Relations = {first: [match, *decoys]}
    for join in query.joins:
        partner = _row(query, join.call.alias, operations, number=1, recent=recent)
        covered = _row(query, first, operations, number=7, recent=recent)
        key = _get(covered, join.left)
        _put(partner, join.right, key)
        rows[join.call.alias] = [partner]
        rows[first].append(covered)
    if query.metric:
        rows[first] += [_row(query, first, operations, number=number, recent=recent) for number in (5, 6)]
    models = _models(query, operations, documents, recent)
    for call in query.relations:
        if model := models.get(call.operation):
            rows[call.alias] = [model.row(operations[call.operation].rows_path or "", row) for row in rows[call.alias]]
    if query.metric:
        rows[query.metric.call.alias] = _figures(query, query.metric, rows, strangers=rows[first][-2:])
    return Samples(rows, stamps, models)


def _models(query: Query, operations: Mapping[str, Operation], documents: Mapping[str, Json], moment: str) -> dict[str, Answers]:
    called = {call.operation: operations[call.operation] for call in query.calls}
    return {
        name: Answers.of(operation, documents[name], moment)
        for name, operation in called.items()
        if operation.protocol == "aws" and name in documents
    }


def nothing(query: Query, operations: Mapping[str, Operation], models: Mapping[str, Answers] = MappingProxyType({})) -> Relations:
    """What a server without a single row has."""
    return {call.alias: _nothing(operations[call.operation], models.get(call.operation)) for call in query.calls}


def _nothing(operation: Operation, model: Answers | None) -> list[Json]:
    if not operation.row_is_single:
        return []
    return [model.row(operation.rows_path or "", {}) if model else {}]


def _figures(query: Query, metric: MetricJoin, rows: Relations, strangers: list[Json]) -> list[Json]:
    """A figure that passes for every key, but for the first stranger, whose figure does not, and the second, who has none."""
    failing, unknown = strangers
    wanted = [predicate for predicate in query.where if predicate.path == metric.path]
    keys = {_get(row, metric.left): row for row in rows[metric.left.partition(".")[0]]}
    found: list[Json] = []
    for number, (key, row) in enumerate(keys.items(), 1):
        value: Json = 10.0 * number
        for predicate in wanted:
            choose = _failing if row is failing else _passing
            value = choose(predicate, query.defaults, None, "")
        if row is not unknown and value is not None:
            found.append({"key": key, "value": value})
    return found


def _row(query: Query, alias: str, operations: Mapping[str, Operation], *, number: int, recent: str) -> Json:
    row: dict[str, Json] = {}
    for path in _paths(query, alias):
        field = _field(path, query, operations)
        _put(row, path, _plain(field, path, number, recent))
    for predicate in query.predicates:
        if predicate.path.startswith(f"{alias}."):
            _put(row, predicate.path, _passing(predicate, query.defaults, _field(predicate.path, query, operations), recent))
    return row


def _paths(query: Query, alias: str) -> list[str]:
    paths = [c.path for c in query.select] + [p.path for p in query.predicates] + [o.path for o in query.order if not query.group]
    paths += [side for join in query.joins for side in (join.left, join.right)] + ([query.window.path] if query.window else [])
    paths += [query.metric.left] if query.metric else []
    if query.group:
        paths += [c.path for c in query.group.by] + [a.path for a in query.group.aggregates if a.path]
    return [path for path in dict.fromkeys(paths) if path.startswith(f"{alias}.")]


def _field(path: str, query: Query, operations: Mapping[str, Operation]) -> RowField | None:
    alias, _, rest = path.partition(".")
    call = next(call for call in query.calls if call.alias == alias)
    return operations[call.operation].field(rest)


def _plain(field: RowField | None, path: str, number: int, recent: str) -> Json:
    if field is None or field.type == "string" or field.type == "any":
        if field and field.enum:
            return field.enum[0]
        return recent if field and field.format == "date-time" else f"{path.rpartition('.')[2]}-{number}"
    return {"integer": number, "number": float(number), "boolean": True, "array": [], "object": {}}[field.type]


def _passing(predicate: Predicate, constants: Mapping[str, Scalar], field: RowField | None, recent: str) -> Json:
    constant = constants.get(predicate.parameter or "")
    match predicate.op:
        case "is_empty":
            return _nothing_in(field)
        case "is_not_empty":
            return _something_in(field, predicate.path, recent)
        case "gt" | "ge":
            return _above(constant, field, by=1 if predicate.op == "gt" else 0)
        case "lt" | "le":
            return _below(constant, field, by=1 if predicate.op == "lt" else 0)
        case "ne":
            return _other(constant, field)
        case _:
            return _whole(constant, field)


def _failing(predicate: Predicate, constants: Mapping[str, Scalar], field: RowField | None, recent: str) -> Json:
    constant = constants.get(predicate.parameter or "")
    match predicate.op:
        case "is_empty":
            return _something_in(field, predicate.path, recent)
        case "is_not_empty":
            return _nothing_in(field)
        case "gt" | "ge":
            return _below(constant, field, by=1 if predicate.op == "ge" else 0)
        case "lt" | "le":
            return _above(constant, field, by=1 if predicate.op == "le" else 0)
        case "eq" | "contains":
            return _other(constant, field)
        case _:
            return _whole(constant, field)


def _nothing_in(field: RowField | None) -> Json:
    return [] if field is not None and field.type == "array" else None


def _something_in(field: RowField | None, path: str, recent: str) -> Json:
    return ["something"] if field is not None and field.type == "array" else _plain(field, path, 1, recent)


def _above(constant: Scalar | None, field: RowField | None, by: int) -> Json:
    """The constant, or what is that much above it; of whole numbers the next one."""
    if isinstance(constant, int | float):
        return math.ceil(constant + by) if _is_whole(field) else constant + by
    return constant


def _below(constant: Scalar | None, field: RowField | None, by: int) -> Json:
    if isinstance(constant, int | float):
        return math.floor(constant - by) if _is_whole(field) else constant - by
    return constant


def _whole(constant: Scalar | None, field: RowField | None) -> Json:
    """The constant as the field has it: 7.0 of a question is the 7 of an integer."""
    return int(constant) if _is_whole(field) and isinstance(constant, float) and constant.is_integer() else constant


def _is_whole(field: RowField | None) -> bool:
    return field is not None and field.type == "integer"


def _other(constant: Scalar | None, field: RowField | None) -> Json:
    if field and field.enum:
        return next((member for member in field.enum if member != constant), None)
    if isinstance(constant, bool):
        return not constant
    return _above(constant, field, by=1) if isinstance(constant, int | float) else f"not {constant}"


def _put(row: Json, path: str, value: Json) -> None:
    *steps, last = path.split(".")[1:]
    for step in steps:
        row = row.setdefault(step, {})
    row[last] = value


def _get(row: Json, path: str) -> Json:
    for step in path.split(".")[1:]:
        row = row[step]
    return row
