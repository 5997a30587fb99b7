"""Of rows, a tool gets to see what its Query names and nothing more.

An EC2 instance is two kilobytes of which a question reads a hundred bytes. What stays outside can't be leaked, misread or taken
for an order, and costs neither the crossing nor the record anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from schemas.base import Json
from schemas.operation import Operation
from schemas.query import Query

Fields = dict[str, "Fields"]
"""Members to keep, each with what to keep of it; an empty one is kept whole."""


class Narrowing:
    """What the rows of one operation are cut down to."""

    def __init__(self, rows_path: str, fields: Iterable[str]) -> None:
        self._ways = [step.split(".") if step else [] for step in rows_path.split("[].")]
        self._fields = _tree(fields)

    def of(self, body: bytes) -> bytes:
        """The body with its rows cut down and all around them, page tokens above all, as it was; another body as it is."""
        try:
            content = orjson.loads(body)
        except orjson.JSONDecodeError:
            return body
        self._narrow(content, self._ways)
        return orjson.dumps(content)

    def _narrow(self, holder: Json, ways: list[list[str]]) -> None:
        *steps, last = ways[0]
        for step in steps:
            holder = holder.get(step) if isinstance(holder, dict) else None
        if not isinstance(holder, dict) or not isinstance(rows := holder.get(last), list):
            return
        if len(ways) == 1:
            holder[last] = [_cut(row, self._fields) for row in rows]
            return
        for inner in rows:
            self._narrow(inner, ways[1:])


def narrowings(query: Query, operations: Iterable[Operation]) -> Mapping[str, Narrowing]:
    """By operation's id. An operation whose answer is one object, or holds no rows, is seen as it is."""
    found: dict[str, Narrowing] = {}
    for operation in operations:
        metric = operation.metric(query.metric.metric) if query.metric and query.metric.call.operation == operation.id else None
        if metric:
            found[operation.id] = Narrowing(metric.results_path, (metric.id_path, metric.values_path))
        elif operation.rows_path and not operation.row_is_single:
            aliases = {call.alias for call in query.relations if call.operation == operation.id}
            split = [path.partition(".") for path in query.paths]
            found[operation.id] = Narrowing(operation.rows_path, [rest for alias, _, rest in split if alias in aliases])
    return found


def _tree(paths: Iterable[str]) -> Fields:
    """What is kept whole is not taken apart for the sake of a longer path."""
    tree: Fields = {}
    whole = set(paths)
    for path in whole:
        steps = path.split(".")
        if not any(".".join(steps[:depth]) in whole for depth in range(1, len(steps))):
            place = tree
            for step in steps:
                place = place.setdefault(step, {})
    return tree


def _cut(value: Json, fields: Fields) -> Any:
    if not isinstance(value, dict) or not fields:
        return value
    return {name: _cut(value[name], inner) for name, inner in fields.items() if name in value}
