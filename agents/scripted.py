"""An engine that says what it was told to: the double for the model engine's place, in tests and rehearsals of the repair loop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agents.knowledge import Knowledge
from schemas.errors import CandidateRejected, QuestionDeclined
from schemas.operation import Slice
from schemas.query import Query
from schemas.tool import Candidate, EngineName
from schemas.verification import Finding


class ScriptedWriter:
    """Plans by looking the question up and writes the prepared candidates in turn; `seen` holds the findings of each turn."""

    name: EngineName = "scripted"

    def __init__(self, plans: Mapping[str, Query], drafts: Sequence[Candidate]) -> None:
        self._plans = plans
        self._drafts = drafts
        self.seen: list[tuple[Finding, ...]] = []

    def plan(self, question: str, knowledge: Knowledge) -> Query:
        """The prepared Query. Raises QuestionDeclined for any other question."""
        if question not in self._plans:
            raise QuestionDeclined("No plan was prepared for this question.")
        return self._plans[question]

    def write(self, query: Query, slices: Mapping[str, Slice], findings: Sequence[Finding], draft: Candidate | None = None) -> Candidate:
        """The next draft. Raises CandidateRejected when all are used up."""
        self.seen.append(tuple(findings))
        if len(self.seen) > len(self._drafts):
            raise CandidateRejected(f"All {len(self._drafts)} drafts were rejected.")
        return self._drafts[len(self.seen) - 1].model_copy(update={"query": query, "engine": self.name})
