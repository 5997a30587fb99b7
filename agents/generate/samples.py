"""Two or three rows for a tool's own tests: some that match and some that do not. The proof is rehearsal's; these are for reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.base import Json, Scalar
from schemas.operation import Operation, RowField
from schemas.query import Predicate, Query

Relations = dict[str, list[Json]]


@dataclass(frozen=True)
class Samples:
    """Rows by alias, and the moments in them by the name that the test gives them, with their age in hours."""

    rows: Relations
    stamps: dict[str, tuple[str, float]]


def sample(query: Query, operations: Mapping[str, Operation], now: datetime) -> Samples:
    """A matching row and one decoy for each predicate, with just the fields that the Query reads."""
    hours = float(query.defaults[query.window.parameter]) if query.window else 1.0
    ages = {"RECENTLY": hours / 2, "LONG_AGO": hours * 2}
    stamps = {name: ((now - timedelta(hours=age)).isoformat(), age) for name, age in ages.items()}
    first = query.call.alias
    match = _row(query, first, operations, number=1, recent=stamps["RECENTLY"][0])
    decoys: list[Json] = []
    for number, predicate in enumerate((p for p in query.where if p.path.startswith(f"{first}.")), 2):
        decoy = _row(query, first, operations, number=number, recent=stamps["RECENTLY"][0])
        _put(decoy, predicate.path, _failing(predicate, query.defaults, _field(predicate.path, query, operations)))
        decoys.append(decoy)
    if query.window:
        late = _row(query, first, operations, number=9, recent=stamps["LONG_AGO"][0])
        decoys.append(late)
    rows: Relations = {first: [match, *decoys]}
    for join in query.joins:
        partner = _row(query, join.call.alias, operations, number=1, recent=stamps["RECENTLY"][0])
        covered = _row(query, first, operations, number=7, recent=stamps["RECENTLY"][0])
        key = _get(covered, join.left)
        _put(partner, join.right, key)
        rows[join.call.alias] = [partner]
        rows[first].append(covered)
    used = {name: stamp for name, stamp in stamps.items() if stamp[0] in str(rows)}
    return Samples(rows, used)


def _row(query: Query, alias: str, operations: Mapping[str, Operation], *, number: int, recent: str) -> Json:
    row: dict[str, Json] = {}
    for path in _paths(query, alias):
        field = _field(path, query, operations)
        _put(row, path, _plain(field, path, number, recent))
    for predicate in query.predicates:
        if predicate.path.startswith(f"{alias}."):
            _put(row, predicate.path, _passing(predicate, query.defaults, _field(predicate.path, query, operations)))
    return row


def _paths(query: Query, alias: str) -> list[str]:
    paths = [c.path for c in query.select] + [p.path for p in query.predicates] + [o.path for o in query.order if not query.group]
    paths += [side for join in query.joins for side in (join.left, join.right)] + ([query.window.path] if query.window else [])
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


def _passing(predicate: Predicate, constants: Mapping[str, Scalar], field: RowField | None) -> Json:
    constant = constants.get(predicate.parameter or "")
    match predicate.op:
        case "is_empty":
            return None
        case "is_not_empty":
            return _plain(field, predicate.path, 1, "2026-01-01T00:00:00+00:00")
        case "gt" | "lt":
            return _shifted(constant, 1 if predicate.op == "gt" else -1)
        case "ne":
            return _other(constant, field)
        case _:
            return constant


def _failing(predicate: Predicate, constants: Mapping[str, Scalar], field: RowField | None) -> Json:
    constant = constants.get(predicate.parameter or "")
    match predicate.op:
        case "is_empty":
            return _plain(field, predicate.path, 1, "2026-01-01T00:00:00+00:00")
        case "is_not_empty":
            return None
        case "ge" | "le":
            return _shifted(constant, -1 if predicate.op == "ge" else 1)
        case "eq" | "contains":
            return _other(constant, field)
        case _:
            return constant


def _shifted(constant: Scalar | None, by: int) -> Json:
    return constant + by if isinstance(constant, int | float) else constant


def _other(constant: Scalar | None, field: RowField | None) -> Json:
    if field and field.enum:
        return next((member for member in field.enum if member != constant), None)
    return (not constant) if isinstance(constant, bool) else (constant + 1 if isinstance(constant, int | float) else f"not {constant}")


def _put(row: Json, path: str, value: Json) -> None:
    *steps, last = path.split(".")[1:]
    for step in steps:
        row = row.setdefault(step, {})
    row[last] = value


def _get(row: Json, path: str) -> Json:
    for step in path.split(".")[1:]:
        row = row[step]
    return row
