"""What changed in the calls of a tool from one run to another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Final

import orjson

from agents.changes import RowChanges, first_pointers, row_changes
from schemas.base import Frozen, Json, canonical_json
from schemas.errors import LimitExceeded
from schemas.operation import Operation, rows_of
from schemas.run import CallRecord

Pair = tuple[CallRecord | None, CallRecord | None]

MOST_REQUEST: Final = 2000
"""Characters of a request that are shown: a body may have megabytes."""


class CallSide(Frozen):
    """One of two calls. `request` has method, URL and body, cut where they are very long."""

    number: int
    request: str
    status: int | None
    refused: str


class CallChange(Frozen):
    """Two calls of one operation that were asked or answered otherwise, or one that the other run has no counterpart of.

    `rows` counts what changed among the rows of the response; where it has none, or they are the same, `pointers` say where else
    it differs.
    """

    place: str
    operation: str
    before: CallSide | None
    after: CallSide | None
    rows: RowChanges | None = None
    pointers: tuple[str, ...] = ()
    more_pointers: bool = False


def paired(before: Sequence[CallRecord], after: Sequence[CallRecord]) -> tuple[Pair, ...]:
    """The n-th call of each operation in each place with the n-th of the other run: windows of time differ between any two runs."""
    turns: defaultdict[tuple[str, str], tuple[list[CallRecord], list[CallRecord]]] = defaultdict(lambda: ([], []))
    for side, calls in enumerate((before, after)):
        for call in calls:
            turns[call.place, _title(call)][side].append(call)
    return tuple(pair for sides in turns.values() for pair in zip_longest(*sides))


def call_change(pair: Pair, operations: Mapping[str, Operation]) -> CallChange | None:
    """What changed between two calls; None where nothing did."""
    before, after = pair
    either = before or after
    if either is None:
        return None
    change = CallChange(place=either.place, operation=_title(either), before=_side(before), after=_side(after))
    if before is None or after is None:
        return change
    told = change.model_copy(update=_bodies(before, after, operations.get(before.operation or "")))
    is_same = _said(before) == _said(after) and before.response_body == after.response_body
    return None if is_same else told


def _said(call: CallRecord) -> tuple[str, int | None, str, str]:
    return _request(call), call.status, call.refusal, call.failure


def _title(call: CallRecord) -> str:
    return call.operation or f"{call.method} {call.url.partition('?')[0]}"


def _side(call: CallRecord | None) -> CallSide | None:
    if call is None:
        return None
    return CallSide(number=call.number, request=_request(call)[:MOST_REQUEST], status=call.status, refused=call.refusal or call.failure)


def _request(call: CallRecord) -> str:
    return f"{call.method} {call.url} {call.request_body or ''}".rstrip()


def _bodies(before: CallRecord, after: CallRecord, operation: Operation | None) -> dict[str, Json]:
    """The fields of a change that say how two responses differ."""
    if before.response_body == after.response_body:
        return {}
    old, new = _parsed(before), _parsed(after)
    rows = row_changes(rows_of(operation, old), rows_of(operation, new), samples=0) if operation and _has_rows(operation) else None
    if rows and (rows.total or rows.reordered):
        return {"rows": rows}
    found, more = first_pointers(old, new)
    return {"rows": rows, "pointers": found, "more_pointers": more}


def _has_rows(operation: Operation) -> bool:
    return operation.rows_path is not None or operation.row_is_single


def _parsed(call: CallRecord) -> Json:
    """The body as JSON; else, and where it is nested more deeply than we compare, the text that it is."""
    try:
        value = orjson.loads(call.response_body)
        canonical_json(value)
    except (orjson.JSONDecodeError, LimitExceeded):
        return call.response_body
    return value


def changed(pairs: Sequence[Pair], operations: Mapping[str, Operation]) -> Iterator[CallChange]:
    """The changes among pairs of calls."""
    return (change for pair in pairs if (change := call_change(pair, operations)))
