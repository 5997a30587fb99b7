"""A tool's rows to a grounded answer: what each rests on, what was not seen, and what was taken as read.

The tool's word is not taken for it. The Query is evaluated once more over the recorded responses of each place; a row that they do
not support is removed, one that they support and the tool lost is reported, and completeness is read off the transcript.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agents.figures import basis
from agents.speech.titles import title
from agents.speech.voice import ENGLISH, Voice
from agents.witness import Witness, metric_of
from schemas.answer import Completeness, Evidence
from schemas.base import Json, Scalar, canonical_json
from schemas.evaluate import Evaluation, Row, evaluate_places
from schemas.operation import Operation
from schemas.query import Query
from schemas.run import Transcript

MOST_NAMED = 20
"""Rows without a figure that a caveat names; `Answer.unknown` has all."""


@dataclass(frozen=True)
class Returned:
    """What the tool returned, by place, and why it failed in others. The one place of a source that has none is nameless."""

    rows: Mapping[str, Sequence[Row]]
    failed: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_places(self) -> bool:
        """Whether a row has to say where it was found."""
        return len(self.rows) + len(self.failed) > 1


@dataclass(frozen=True)
class Grounds:
    """Rows that the transcript supports, each with its evidence, and what has to be said beside them."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Json, ...], ...]
    evidence: tuple[Evidence, ...]
    completeness: Completeness
    caveats: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    """Keys of rows that could not be judged, because their figure is unknown."""


def ground_rows(
    query: Query,
    operations: Mapping[str, Operation],
    arguments: Mapping[str, Scalar],
    returned: Returned,
    transcript: Transcript,
    voice: Voice = ENGLISH,
) -> Grounds:
    """Hold the returned rows against the transcript; gaps and caveats in words of `voice`."""
    witnesses = [Witness.of(query, operations, arguments, transcript, place) for place in returned.rows]
    held = [_held(returned.rows[witness.place], witness.evaluation) for witness in witnesses]
    whole = _whole(query, witnesses, arguments, transcript)
    grounded = _Grounded(query, witnesses, whole, is_placed=returned.has_places and query.group is None)
    rows = grounded.merged(held) if len(witnesses) > 1 else grounded.as_returned(returned.rows[witnesses[0].place], held[0])
    gaps = [voice.say("place_failed", place=place, why=why) for place, why in returned.failed.items()]
    gaps += [gap for witness in witnesses for gap in witness.gaps(query, voice)]
    gaps += _disagreements(sum(one.unsupported for one in held), sum(one.lost for one in held), voice)
    completeness = Completeness(
        complete=not gaps,
        calls=sum(call.status is not None for call in transcript.calls),
        rows_seen=sum(witness.rows_seen for witness in witnesses),
        gaps=tuple(gaps),
    )
    return Grounds(
        columns=grounded.columns,
        rows=tuple(row for row, _ in rows),
        evidence=tuple(evidence for _, evidence in rows),
        completeness=completeness,
        caveats=tuple(_caveats(query, operations, arguments, whole, voice)),
        unknown=tuple(str(key) for key in whole.unknown),
    )


@dataclass(frozen=True)
class _Held:
    """The returned rows of one place that its responses support, how often each, and in how many the two disagree."""

    rows: Counter[bytes]
    unsupported: int
    lost: int


def _held(returned: Sequence[Row], evaluation: Evaluation) -> _Held:
    said, due = (Counter(canonical_json(row) for row in rows) for rows in (returned, evaluation.rows))
    rows = said & due
    return _Held(rows, (said - rows).total(), (due - rows).total())


def _whole(query: Query, witnesses: Sequence[Witness], arguments: Mapping[str, Scalar], transcript: Transcript) -> Evaluation:
    """What the Query says of all places together."""
    if len(witnesses) == 1:
        return witnesses[0].evaluation
    return evaluate_places(query, [witness.relations for witness in witnesses], arguments, transcript.started_at)


_GroundedRow = tuple[tuple[Json, ...], Evidence]


class _Grounded:
    """Rows with their evidence, and with their place in front where they have one."""

    def __init__(self, query: Query, witnesses: Sequence[Witness], whole: Evaluation, *, is_placed: bool) -> None:
        self._names = query.column_names
        self._evaluation = whole
        self._is_placed = is_placed
        self._is_grouped = query.group is not None
        aliases = [call.alias for call in query.calls]
        self._calls = {alias: [calls for witness in witnesses for calls in witness.calls.get(alias, ())] for alias in aliases}
        first = query.call.alias
        self._places = [index for index, witness in enumerate(witnesses) for _ in witness.relations[first]]
        self._place_names = [witness.place for witness in witnesses]
        region = "region" if "region" not in self._names else "aws_region"
        self.columns = (region, *self._names) if is_placed else self._names

    def as_returned(self, returned: Sequence[Row], held: _Held) -> list[_GroundedRow]:
        """The rows of the one place in the tool's own order."""
        lineages: defaultdict[bytes, list[_Lineage]] = defaultdict(list)
        for row, lineage in zip(self._evaluation.rows, self._evaluation.lineage, strict=True):
            lineages[canonical_json(row)].append(lineage)
        left = held.rows.copy()
        made = []
        for row in returned:
            key = canonical_json(row)
            if left[key] > 0:
                left[key] -= 1
                made.append(self._row(row, lineages[key].pop(0)))
        return made

    def merged(self, held: Sequence[_Held]) -> list[_GroundedRow]:
        """The rows of all places in the Query's order; those that their own place's tool did not return are left out.

        A group goes through all places, so that no tool returned it: it stands as the responses have it.
        """
        left = [one.rows.copy() for one in held]
        made = []
        for row, lineage in zip(self._evaluation.rows, self._evaluation.lineage, strict=True):
            if not self._is_grouped:
                own, key = left[self._place(lineage)], canonical_json(row)
                if own[key] == 0:
                    continue
                own[key] -= 1
            made.append(self._row(row, lineage))
        return made

    def _row(self, row: Row, lineage: _Lineage) -> _GroundedRow:
        calls = sorted({number for alias, index in lineage for number in self._calls[alias][index]})
        place = (self._place_names[self._place(lineage)],) if self._is_placed else ()
        return (*place, *(row.get(name) for name in self._names)), Evidence(calls=tuple(calls))

    def _place(self, lineage: _Lineage) -> int:
        """The index of the witness of an ungrouped row: that of its first relation's row."""
        return self._places[lineage[0][1]]


_Lineage = tuple[tuple[str, int], ...]


def _caveats(
    query: Query, operations: Mapping[str, Operation], arguments: Mapping[str, Scalar], whole: Evaluation, voice: Voice
) -> Iterator[str]:
    join, metric = query.metric, metric_of(query, operations)
    for path, count in whole.missing.items():
        if join is None or path != join.path:
            yield voice.say("rows_lack", count=count, field=path.partition(".")[2])
    if join is None or metric is None:
        return
    yield basis(metric, join, float((query.defaults | dict(arguments))[join.window]), voice)
    if whole.unknown:
        named = ", ".join(str(key) for key in whole.unknown[:MOST_NAMED]) + ("…" if len(whole.unknown) > MOST_NAMED else "")
        yield voice.say("metric_unknown", title=metric.title, count=len(whole.unknown), keys=named)
    elif join.path in whole.missing:
        yield voice.say("metric_missing", title=metric.title, count=whole.missing[join.path])


def _disagreements(unsupported: int, lost: int, voice: Voice) -> list[str]:
    """A tool that says other than the responses makes the answer partial, whatever it saw."""
    said = []
    if unsupported:
        said.append(voice.say("rows_removed", count=unsupported))
    if lost:
        said.append(voice.say("rows_lost", count=lost))
    return said


def sentence(query: Query, arguments: Mapping[str, Scalar], grounds: Grounds, voice: Voice = ENGLISH) -> str:
    """The answer in one sentence, from the Query and the grounded rows."""
    what = title(query, arguments, voice)
    if query.group and not query.group.by and grounds.rows:
        return voice.say("answer_figure", what=what, figure=_figure(grounds.rows[0][0], voice))
    partial = "" if grounds.completeness.complete else voice.say("from_partial_data")
    if not grounds.rows:
        return voice.say("answer_none", what=what, partial=partial)
    return voice.say("answer_rows", what=what, count=len(grounds.rows), partial=partial)


def _figure(value: Any, voice: Voice) -> str:
    return f"{value:g}" if isinstance(value, float) else voice.say("unknown") if value is None else str(value)
