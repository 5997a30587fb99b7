"""What changed from one run to another: the tool, what it was given, what it was answered, and what came of it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from agents.call_changes import CallChange, changed, paired
from agents.changes import RowChanges, row_changes
from agents.contents import ContentStore
from sandbox.transcripts import TranscriptStore
from schemas.answer import Answer, Completeness
from schemas.base import Frozen, Json, Scalar
from schemas.errors import NotFound
from schemas.operation import Operation, Slice
from schemas.run import RunRecord, Setup, Transcript

MOST_LINES: Final = 200
"""Of a difference in code."""

MOST_CALLS: Final = 50
"""Changed calls that are told one by one."""


class Side(Frozen):
    """One of two runs; `tool` is empty where it had none, and `completeness` is there where it has an answer."""

    run: str
    question: str
    status: str
    tool: str
    completeness: Completeness | None


class Comparison(Frozen):
    """What changed; `lines_left_out` and `calls_left_out` count what was too much. `unknown` says what is not kept of a run."""

    before: Side
    after: Side
    code: tuple[str, ...]
    lines_left_out: int
    arguments: dict[str, tuple[Scalar | None, Scalar | None]]
    same_image: bool | None
    calls: tuple[CallChange, ...]
    calls_same: int
    calls_left_out: int
    result: RowChanges | None
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class _Kept:
    """What is kept of a run."""

    record: RunRecord
    transcript: Transcript | None = None
    setup: Setup | None = None
    code: str = ""
    operations: Mapping[str, Operation] = field(default_factory=dict)

    @property
    def tool(self) -> str:
        if self.setup:
            return self.setup.tool
        return self.record.answer.tool if self.record.answer else ""

    @property
    def side(self) -> Side:
        record, answer = self.record, self.record.answer
        seen = answer.completeness if answer else None
        return Side(run=record.id, question=record.question, status=record.status, tool=self.tool, completeness=seen)

    def missing(self) -> Iterator[str]:
        """What is not kept, in words."""
        if self.transcript is None:
            yield f"the calls, code and arguments of {self.record.id}: it never ran a tool, or its transcript has expired"
        elif self.setup is None:
            yield f"the code and the arguments of {self.record.id}, which an older release recorded"
        if self.record.answer is None:
            yield f"a result of {self.record.id}: it is {self.record.status}"


def compare(before: RunRecord, after: RunRecord, transcripts: TranscriptStore, contents: ContentStore) -> Comparison:
    """What changed. Of a run whose transcript has expired, only its answer is compared."""
    old, new = (_kept(record, transcripts, contents) for record in (before, after))
    code, setups = _code(old, new), (old.setup, new.setup)
    pairs = paired(old.transcript.calls, new.transcript.calls) if old.transcript and new.transcript else ()
    calls = tuple(changed(pairs, {**old.operations, **new.operations}))
    return Comparison(
        before=old.side,
        after=new.side,
        code=code[:MOST_LINES],
        lines_left_out=max(len(code) - MOST_LINES, 0),
        arguments=_arguments(*setups),
        same_image=setups[0].image == setups[1].image if setups[0] and setups[1] else None,
        calls=calls[:MOST_CALLS],
        calls_same=len(pairs) - len(calls),
        calls_left_out=max(len(calls) - MOST_CALLS, 0),
        result=row_changes(_rows(before.answer), _rows(after.answer)) if before.answer and after.answer else None,
        unknown=(*old.missing(), *new.missing()),
    )


def _kept(record: RunRecord, transcripts: TranscriptStore, contents: ContentStore) -> _Kept:
    try:
        transcript = transcripts.load(record.id)
    except NotFound:
        return _Kept(record)
    if (setup := transcript.setup) is None:
        return _Kept(record, transcript)
    operations = {name: Slice.model_validate(contents.get(key)).operation for name, key in setup.slices.items()}
    return _Kept(record, transcript, setup, str(contents.get(setup.code)), operations)


def _code(old: _Kept, new: _Kept) -> tuple[str, ...]:
    """A unified difference; empty where nothing changed or one side is not kept."""
    if not (old.code and new.code):
        return ()
    return tuple(difflib.unified_diff(old.code.splitlines(), new.code.splitlines(), old.tool, new.tool, lineterm=""))


def _arguments(old: Setup | None, new: Setup | None) -> dict[str, tuple[Scalar | None, Scalar | None]]:
    """Those that changed, with both values; None where a side has none of that name."""
    if not (old and new):
        return {}
    names = dict.fromkeys((*old.arguments, *new.arguments))
    sides = {name: (old.arguments.get(name), new.arguments.get(name)) for name in names}
    return {name: pair for name, pair in sides.items() if pair[0] != pair[1]}


def _rows(answer: Answer) -> list[Json]:
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
