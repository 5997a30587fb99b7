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

from agents.speech.titles import title
from agents.speech.voice import ENGLISH, Voice
from schemas.answer import Completeness, Evidence
from schemas.base import Json, Scalar, canonical_json, lookup
from schemas.evaluate import Evaluation, Row, evaluate
from schemas.operation import CursorPagination, LinkPagination, Operation, rows_of
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
    query: Query,
    operations: Mapping[str, Operation],
    arguments: Mapping[str, Scalar],
    returned: Sequence[Row],
    transcript: Transcript,
    voice: Voice = ENGLISH,
) -> Grounds:
    """Hold the returned rows against the transcript; gaps and caveats in words of `voice`."""
    seen = _read(transcript, operations)
    relations = {call.alias: seen[call.operation].rows for call in query.calls}
    evaluation = evaluate(query, relations, arguments, transcript.started_at)
    rows, evidence, unsupported = _supported(query, returned, evaluation, seen)
    lost = len(evaluation.rows) - len(rows)
    gaps = tuple(gap for operation in operations.values() for gap in _gaps(operation, seen[operation.id], voice))
    gaps += _disagreements(unsupported, lost, voice)
    completeness = Completeness(
        complete=not gaps,
        calls=sum(call.status is not None for call in transcript.calls),
        rows_seen=sum(len(relation.rows) for relation in seen.values()),
        gaps=gaps,
    )
    return Grounds(rows, evidence, completeness, _caveats(evaluation, voice))


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


def _gaps(operation: Operation, seen: _Seen, voice: Voice) -> list[str]:
    """Why the collection may not have been seen whole."""
    where = f"{operation.method} {operation.path}"
    if seen.last is None:
        return [voice.say("never_asked", call=where)]
    if seen.last.status is None:
        return [voice.say("not_delivered", call=where, why=seen.last.refusal or seen.last.failure)]
    if seen.last.status >= 300:
        return [voice.say("answered_status", call=where, status=seen.last.status, number=seen.last.number)]
    total = _total(operation, seen)
    if total > len(seen.rows):
        return [voice.say("rows_not_read", call=where, read=len(seen.rows), total=total)]
    return [voice.say("page_not_read", call=where)] if _has_next_page(operation, seen) else []


def _has_next_page(operation: Operation, seen: _Seen) -> bool:
    """Whether the last answer offers a page that was not read."""
    pagination = operation.pagination
    assert seen.last is not None
    if isinstance(pagination, CursorPagination):
        return bool(lookup(seen.last_body, pagination.next_path))
    if isinstance(pagination, LinkPagination):
        links = ", ".join(value for name, value in seen.last.response_headers if name.lower() == "link")
        return 'rel="next"' in links
    return False


def _total(operation: Operation, seen: _Seen) -> int:
    """How many rows the server says there are; 0 where it does not say."""
    path = getattr(operation.pagination, "total_path", None)
    total = lookup(seen.last_body, path) if path else None
    return total if isinstance(total, int) else 0


def _caveats(evaluation: Evaluation, voice: Voice) -> tuple[str, ...]:
    return tuple(voice.say("rows_lack", count=count, field=path.partition(".")[2]) for path, count in evaluation.missing.items())


def _disagreements(unsupported: int, lost: int, voice: Voice) -> tuple[str, ...]:
    """A tool that says other than the responses makes the answer partial, whatever it saw."""
    said = []
    if unsupported:
        said.append(voice.say("rows_removed", count=unsupported))
    if lost > 0:
        said.append(voice.say("rows_lost", count=lost))
    return tuple(said)


def sentence(query: Query, arguments: Mapping[str, Scalar], grounds: Grounds, voice: Voice = ENGLISH) -> str:
    """The answer in one sentence of the voice's language, every figure of it counted from the grounded rows."""
    what = title(query, arguments, voice)
    if query.group and not query.group.by and grounds.rows:
        return voice.say("answer_figure", what=what, figure=_figure(grounds.rows[0][0], voice))
    partial = "" if grounds.completeness.complete else voice.say("from_partial_data")
    if not grounds.rows:
        return voice.say("answer_none", what=what, partial=partial)
    return voice.say("answer_rows", what=what, count=len(grounds.rows), partial=partial)


def _figure(value: Any, voice: Voice) -> str:
    return f"{value:g}" if isinstance(value, float) else voice.say("unknown") if value is None else str(value)
