"""The rules engine: no model, no key, no network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from agents.generate import author
from agents.knowledge import Knowledge
from agents.rules.draft import Misfit
from agents.rules.grammar import read
from agents.rules.grounding import Grounded, ground
from agents.rules.intent import Intent
from agents.rules.subjects import plural_name
from schemas.errors import CandidateRejected, QuestionDeclined
from schemas.operation import Operation, Slice
from schemas.ports import Clock
from schemas.query import Query
from schemas.tool import Candidate, EngineName
from schemas.verification import Finding

MARGIN = 0.02
"""Two sources whose fits are nearer than this answer the question equally well."""


class RulesEngine:
    """Reads the questions of its family on whatever operations there are; declines the rest and says why."""

    name: EngineName = "rules"

    def __init__(self, format_both: Callable[[str, str], tuple[str, str]], clock: Clock) -> None:
        """`format_both` lays out a tool and its tests."""
        self._format = format_both
        self._clock = clock

    def plan(self, question: str, knowledge: Knowledge) -> Query:
        """The Query of the operation that explains every word of the question, and fits it best."""
        intent = read(question)
        fits, misfits = _attempts(intent, knowledge)
        if not fits:
            raise _declined(misfits, knowledge)
        best = max(fits, key=lambda grounded: grounded.fit)  # the first of equals: retrieval's order
        rivals = {g.operation.source for g in fits if g.operation.source != best.operation.source and g.fit > best.fit - MARGIN}
        if rivals:
            names = ", ".join(sorted({best.operation.source, *rivals}))
            raise QuestionDeclined(f"Several sources can answer that: {names}.", hint="Say which: opswright ask --source NAME …")
        return best.query

    def write(self, query: Query, slices: Mapping[str, Slice], findings: Sequence[Finding]) -> Candidate:
        """The template library's tool; there is only one, so findings end the matter."""
        if findings:
            said = "; ".join(f"{finding.check}: {finding.message}" for finding in findings[:3])
            raise CandidateRejected(f"The rules engine's tool was found wrong and it has no other way to write it. {said}")
        operations = {call.operation: slices[call.operation].operation for call in query.calls}
        candidate = author.write(query, operations, self._clock())
        source, tests = self._format(candidate.source, candidate.tests)
        return candidate.model_copy(update={"source": source, "tests": tests})


def _attempts(intent: Intent, knowledge: Knowledge) -> tuple[list[Grounded], list[Misfit]]:
    fits: list[Grounded] = []
    misfits: list[Misfit] = []
    for operation in _candidates(intent, knowledge):
        try:
            grounded = ground(intent, operation, knowledge.neighbours(operation))
        except Misfit as misfit:
            misfits.append(misfit)
        else:
            fits += [grounded] if grounded else []
    return fits, misfits


def _candidates(intent: Intent, knowledge: Knowledge) -> list[Operation]:
    words = " ".join(word.text for word in (*intent.rest, *(word for phrase in intent.phrases for word in phrase)))
    return [operation for operation in knowledge.retrieve(words) if operation.is_listable]


def _declined(misfits: Sequence[Misfit], knowledge: Knowledge) -> QuestionDeclined:
    if misfits:
        return QuestionDeclined(max(misfits, key=lambda misfit: misfit.fit).reason)
    subjects: dict[str, list[str]] = {}
    for operation in knowledge.listable():
        subjects.setdefault(operation.source, []).append(plural_name(operation).replace("_", " "))
    if not subjects:
        return QuestionDeclined("No source of operations is configured.", hint="Add one: opswright sources add <openapi url>.")
    known = "; ".join(f"{source}: {', '.join(sorted(set(names))[:15])}" for source, names in subjects.items())
    return QuestionDeclined(
        "Nothing that I know lists what you ask about.",
        hint=f"I can list {known}. Add another source with: opswright sources add <openapi url>.",
    )
