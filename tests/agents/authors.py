"""The rules engine over one API, for tests of what it writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agents.knowledge import Knowledge
from agents.rules.engine import RulesEngine
from rag.index import OperationIndex
from sandbox.lint import format_both
from sandbox.rehearsal.rehearse import rehearse
from schemas.operation import Slice
from schemas.tool import Candidate
from schemas.verification import Finding
from tests.agents.conftest import NOW
from tests.sandbox.rehearsal.fleet import InProcess


def knowledge_of(slices: Mapping[str, Slice]) -> Knowledge:
    """What a question may be planned on where these are all operations, found by their words."""
    operations = [piece.operation for piece in slices.values()]
    index = OperationIndex()
    index.rebuild(operations)
    return Knowledge(index, operations, None)


@dataclass(frozen=True, eq=False)
class Author:
    """`slices` are the API's, by operation id."""

    slices: Mapping[str, Slice]
    knowledge: Knowledge

    def written(self, question: str) -> Candidate:
        """The tool for a question."""
        engine = RulesEngine(format_both, lambda: NOW)
        return engine.write(engine.plan(question, self.knowledge), self.slices, ())

    def rehearsed(self, candidate: Candidate, seed: int = 1) -> list[Finding]:
        """What a rehearsal in this process finds."""
        found = rehearse(candidate, self.slices, InProcess(granted=tuple(self.slices.values())), seed=seed)
        return [*found.rehearsal.findings, *found.contract.findings]


def author_over(slices: Mapping[str, Slice]) -> Author:
    """An author who knows these operations and no others."""
    return Author(slices, knowledge_of(slices))
