"""Response bodies around sample rows, in the envelope that a specification describes."""

from __future__ import annotations

from schemas.base import Json
from schemas.operation import Operation


def body(operation: Operation, rows: list[Json]) -> Json:
    """One page with these rows; the first of them where the operation returns one object, all in one list where lists are nested."""
    if operation.row_is_single:
        return _around(operation.rows_path, rows[0])
    return _around(operation.rows_path, rows)


def put(body: dict[str, Json], path: str, value: Json) -> None:
    """Set the value at a dotted path."""
    *steps, last = path.split(".")
    for step in steps:
        body = body.setdefault(step, {})
    body[last] = value


def _around(path: str | None, rows: Json) -> Json:
    if not path:
        return rows
    *outer, last = path.split("[].")
    found: dict[str, Json] = {}
    put(found, last, rows)
    for step in reversed(outer):
        holder: dict[str, Json] = {}
        put(holder, step, [found])
        found = holder
    return found
