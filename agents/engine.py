"""The contract of an engine: a question to a Query, a Query to a tool. Rules and model fulfil it alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from agents.knowledge import Knowledge
from schemas.operation import Slice
from schemas.query import Query
from schemas.tool import Candidate, EngineName
from schemas.verification import Finding


class Engine(Protocol):
    """Reads questions and writes tools. Neither step runs anything or calls an API."""

    @property
    def name(self) -> EngineName: ...

    def plan(self, question: str, knowledge: Knowledge) -> Query:
        """What is asked, as data. Raises QuestionDeclined where the engine can't tell, saying what would help."""

    def write(self, query: Query, slices: Mapping[str, Slice], findings: Sequence[Finding], draft: Candidate | None = None) -> Candidate:
        """A tool for the Query, in view of what was found wrong with the draft before.

        Raises CandidateRejected where the engine has nothing better to offer.
        """
