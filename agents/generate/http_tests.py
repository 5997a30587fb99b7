"""The tests of a tool that speaks HTTP: a server made of sample rows."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from agents.generate.bodies import body, put
from agents.generate.expressions import literal
from agents.generate.samples import Samples, nothing
from schemas.base import Json, lookup
from schemas.evaluate import evaluate
from schemas.operation import (
    CursorPagination,
    LastRowPagination,
    LinkPagination,
    OffsetPagination,
    Operation,
    PagePagination,
)
from schemas.query import Query

SERVER = "http://api.test"
"""Where the tests' server is: a name that is none (RFC 6761)."""

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
        "link": literal(f'<{SERVER}{operations[query.calls[-1].operation].path}>; rel="next"'),
        "is_told_by_query": any("?" in operations[call.operation].path for call in query.calls),
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
    style = operation.pagination
    if isinstance(style, LastRowPagination):
        rows = [_with_key(row, style.row_path) for row in rows]
    page = body(operation, rows)
    if "[]." in (operation.rows_path or ""):
        lookup(page, (operation.rows_path or "").partition("[].")[0]).append({})  # a holder that holds nothing
    if operation.row_is_single or not operation.rows_path:
        return page
    match style:
        case PagePagination(total_path=str(total)) | OffsetPagination(total_path=str(total)):
            put(page, total, ENDLESS if endless else len(rows))
        case CursorPagination(next_path=following, more_path=more) if endless:
            put(page, following, "more")
            if more:
                put(page, more, value=True)
        case LastRowPagination(more_path=more):
            put(page, more, endless)
        case LinkPagination(next_path=str(following)) if endless:
            put(page, following, f"{SERVER}{operation.path}{'&' if '?' in operation.path else '?'}more")
    return page


def _with_key(row: Json, path: str) -> Json:
    """The row with something to go on after."""
    keyed = copy.deepcopy(row)
    put(keyed, path, lookup(keyed, path) or "last")
    return keyed
