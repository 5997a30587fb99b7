"""A request to a language model, what comes back, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from pydantic import BaseModel

from schemas.base import Frozen, text_digest
from schemas.errors import BackendUnavailable

Value = TypeVar("Value", bound=BaseModel)


class Prompt(Frozen):
    """What a model is told. `system` is ours alone; what others wrote stands in `user`, fenced. `purpose` is for the accounts."""

    purpose: str
    system: str
    user: str


def fenced(kind: str, text: str) -> str:
    """Text that others wrote, between marks that it can't imitate: they hold its own digest."""
    mark = text_digest(text)[:12]
    return f"<{kind} {mark}>\n{text}\n</{kind} {mark}>"


class Usage(Frozen):
    """Tokens of one call as the provider counts them; thinking counts as output."""

    model: str
    input_tokens: int = 0
    output_tokens: int = 0

    @property
    def tokens(self) -> int:
        """Both together."""
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True)
class Reply(Generic[Value]):
    """A validated answer, and what the call that gave it used."""

    value: Value
    usage: Usage


class ModelCall(Frozen):
    """One attempt on the accounts of a run, failed ones included. `microdollars` is None where the model has no price."""

    run_id: str
    at: datetime
    purpose: str
    model: str
    outcome: str
    """`ok`, else what went wrong in a word: `busy`, `truncated`, `blocked`, …"""
    input_tokens: int
    output_tokens: int
    microdollars: int | None
    milliseconds: float


class InvalidAnswer(BackendUnavailable):
    """Complete JSON of the wrong content: `text` is what the model sent, `problem` is written for it to mend that."""

    def __init__(self, message: str, *, text: str, problem: str) -> None:
        super().__init__(message, hint="Ask again, or name another model in OPSWRIGHT_MODEL.")
        self.text = text
        self.problem = problem
