"""A model that is asked outside of any run has an account for that question."""

from __future__ import annotations

from agents.run_context import current_run, running
from opswright.models import OutsideRuns
from schemas.base import Frozen
from schemas.model import Prompt, Reply, Usage, Value

PROMPT = Prompt(purpose="test", system="", user="")


class Nothing(Frozen):
    """An answer."""


class Noting:
    """Notes on whose account it was asked."""

    def __init__(self) -> None:
        self.runs: list[str] = []

    def ask(self, prompt: Prompt, answer: type[Value]) -> Reply[Value]:
        self.runs.append(current_run())
        return Reply(answer(), Usage(model="noting"))


def test_a_question_of_no_run_is_on_an_account_of_its_own_and_one_of_a_run_on_that() -> None:
    noting, numbers = Noting(), iter("12")
    model = OutsideRuns(noting, lambda: next(numbers))
    model.ask(PROMPT, Nothing)
    with running("run-7"):
        model.ask(PROMPT, Nothing)
    model.ask(PROMPT, Nothing)
    assert noting.runs == ["document-1", "run-7", "document-2"]
