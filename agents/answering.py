"""A tool's rows to a grounded answer: what each rests on, what was not seen, and what was taken as read.

The tool's word is not taken for it. The Query is evaluated once more over the recorded responses; a row that they do not support is
removed, one that they support and the tool lost is reported, and completeness is read off the transcript.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from agents.generate.naming import title
from schemas.answer import Completeness, Evidence
from schemas.base import Json, Scalar, canonical_json
from schemas.evaluate import Evaluation, Row, evaluate
from schemas.operation import CursorPagination, LinkPagination, Operation, lookup, rows_of
from schemas.query import Query
from schemas.run import CallRecord, Transcript


@dataclass(frozen=True)
class Grounds:
    """Rows that the transcript supports, each with its evidence, and what has to be said beside them."""

    rows: tuple[tuple[Json, ...], ...]
    evidence: tuple[Evidence, ...]
    completeness: Completeness
    caveats: tuple[str, ...]


@dataclass
class _Seen:
    """The rows of one operation in the order of their delivery, and the call that delivered each."""

    rows: list[Json] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)
    last: CallRecord | None = None
    last_body: Json = None


def ground_rows(
    query: Query, operations: Mapping[str, Operation], arguments: Mapping[str, Scalar], returned: Sequence[Row], transcript: Transcript
) -> Grounds:
    """Hold the returned rows against the transcript."""
    seen = _read(transcript, operations)
    relations = {call.alias: seen[call.operation].rows for call in query.calls}
    evaluation = evaluate(query, relations, arguments, transcript.started_at)
    rows, evidence, unsupported = _supported(query, returned, evaluation, seen)
    gaps = tuple(gap for operation in operations.values() for gap in _gaps(operation, seen[operation.id]))
    completeness = Completeness(
        complete=not gaps,
        calls=sum(call.status is not None for call in transcript.calls),
        rows_seen=sum(len(relation.rows) for relation in seen.values()),
        gaps=gaps,
    )
    caveats = _caveats(evaluation, unsupported, len(evaluation.rows) - len(rows))
    return Grounds(rows, evidence, completeness, caveats)


def _read(transcript: Transcript, operations: Mapping[str, Operation]) -> dict[str, _Seen]:
    seen = {operation: _Seen() for operation in operations}
    for call in transcript.calls:
        if call.operation not in seen:
            continue
        relation = seen[call.operation]
        relation.last = call
        if call.status is None or not 200 <= call.status < 300:
            continue
        relation.last_body = _parsed(call.response_body)
        found = rows_of(operations[call.operation], relation.last_body)
        relation.rows += found
        relation.calls += [call.number] * len(found)
    return seen


def _parsed(body: str) -> Json:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _supported(
    query: Query, returned: Sequence[Row], evaluation: Evaluation, seen: Mapping[str, _Seen]
) -> tuple[tuple[tuple[Json, ...], ...], tuple[Evidence, ...], int]:
    """The returned rows that evaluation gives too, with the calls behind them, and how many it does not give."""
    grounds: defaultdict[bytes, list[tuple[tuple[str, int], ...]]] = defaultdict(list)
    for row, lineage in zip(evaluation.rows, evaluation.lineage, strict=True):
        grounds[canonical_json(row)].append(lineage)
    operation_of = {call.alias: call.operation for call in query.calls}
    kept: list[tuple[Json, ...]] = []
    evidence: list[Evidence] = []
    for row in returned:
        lineages = grounds.get(canonical_json(row))
        if not lineages:
            continue
        calls = sorted({seen[operation_of[alias]].calls[index] for alias, index in lineages.pop(0)})
        kept.append(tuple(row.get(name) for name in query.column_names))
        evidence.append(Evidence(calls=tuple(calls)))
    return tuple(kept), tuple(evidence), len(returned) - len(kept)


def _gaps(operation: Operation, seen: _Seen) -> list[str]:
    """Why the collection may not have been seen whole."""
    where = f"{operation.method} {operation.path}"
    if seen.last is None:
        return [f"{where} was never asked"]
    if seen.last.status is None:
        return [f"{where}: {seen.last.refusal or seen.last.failure}"]
    if seen.last.status >= 300:
        return [f"{where} answered {seen.last.status} on call {seen.last.number}"]
    return [f"{where}: {more}"] if (more := _unread(operation, seen)) else []


def _unread(operation: Operation, seen: _Seen) -> str:
    pagination = operation.pagination
    assert seen.last is not None
    if isinstance(pagination, CursorPagination):
        return "a next page was offered and not read" if lookup(seen.last_body, pagination.next_path) else ""
    if isinstance(pagination, LinkPagination):
        links = ", ".join(value for name, value in seen.last.response_headers if name.lower() == "link")
        return "a next page was offered and not read" if 'rel="next"' in links else ""
    total = lookup(seen.last_body, pagination.total_path) if pagination and pagination.total_path else None
    if isinstance(total, int) and total > len(seen.rows):
        return f"{len(seen.rows)} of {total} rows were read"
    return ""


def _caveats(evaluation: Evaluation, unsupported: int, lost: int) -> tuple[str, ...]:
    said = [f"{count} {'row has' if count == 1 else 'rows have'} no {path.partition('.')[2]}" for path, count in evaluation.missing.items()]
    if unsupported:
        said.append(f"{unsupported} {'row' if unsupported == 1 else 'rows'} that no recorded response supports removed")
    if lost > 0:
        said.append(f"{lost} {'row' if lost == 1 else 'rows'} that the responses support missing from the tool's result")
    return tuple(said)


def sentence(query: Query, arguments: Mapping[str, Scalar], grounds: Grounds) -> str:
    """The answer in one sentence, every figure of it counted from the grounded rows."""
    what = title(query, arguments)
    if query.group and not query.group.by and grounds.rows:
        return f"{what}: {_figure(grounds.rows[0][0])}."
    count = len(grounds.rows)
    counted = "none" if count == 0 else f"{count} {'row' if count == 1 else 'rows'}"
    partial = "" if grounds.completeness.complete else ", from partial data"
    return f"{what}: {counted}{partial}."


def _figure(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else "unknown" if value is None else str(value)
