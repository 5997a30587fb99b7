"""The tests of a tool that speaks HTTP: a server made of sample rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from agents.generate.bodies import body, put
from agents.generate.expressions import literal
from agents.generate.samples import Samples, nothing
from schemas.base import Json
from schemas.evaluate import evaluate
from schemas.operation import Operation
from schemas.query import Query

ENDLESS = 1_000_000
"""The total that a server claims which never comes to an end."""


def context(query: Query, operations: Mapping[str, Operation], samples: Samples, now: datetime) -> dict[str, Any]:
    """What the template of the tests needs; `operations` by id."""
    empty = nothing(query, operations)
    bodies = _named(repr(_bodies(query, operations, samples.rows)), samples)
    return {
        "stamps": [(name, f"{age:g}") for name, (_, age) in samples.told_in(bodies).items()],
        "bodies": bodies,
        "empty_bodies": repr(_bodies(query, operations, empty)),
        "endless_bodies": _named(repr(_bodies(query, operations, samples.rows, endless=True)), samples),
        "link": literal(f'<http://api.test{operations[query.calls[-1].operation].path}>; rel="next"'),
        "pages": any(operations[call.operation].pagination for call in query.calls),
        "expected": _named(repr(evaluate(query, samples.rows, {}, now).rows), samples),
        "expected_of_nothing": repr(evaluate(query, empty, {}, now).rows),
    }


def _named(text: str, samples: Samples) -> str:
    for name, (moment, _) in samples.stamps.items():
        text = text.replace(repr(moment), name)
    return text


def _bodies(
    query: Query, operations: Mapping[str, Operation], relations: Mapping[str, list[Json]], *, endless: bool = False
) -> dict[str, Json]:
    """One page for each path; an endless one promises more, always."""
    return {
        operations[call.operation].path: _page(operations[call.operation], relations[call.alias], endless=endless) for call in query.calls
    }


def _page(operation: Operation, rows: list[Json], *, endless: bool) -> Json:
    page = body(operation, rows)
    if operation.row_is_single or not operation.rows_path:
        return page
    if total := getattr(operation.pagination, "total_path", None):
        put(page, total, ENDLESS if endless else len(rows))
    if endless and (following := getattr(operation.pagination, "next_path", None)):
        put(page, following, "more")
    return page
