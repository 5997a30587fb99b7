"""The model engine: what the rules can't read, a language model reads and writes; what holds for a tool is judged elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from agents import material, plan_check
from agents.generate.expressions import PYTHON_TYPES
from agents.generate.naming import title, tool_name
from agents.house_example import house_example
from agents.knowledge import Knowledge
from agents.prompts import instructions
from schemas.base import Frozen
from schemas.errors import CandidateRejected, QuestionDeclined, quoted
from schemas.model import InvalidAnswer, Prompt, Value, fenced
from schemas.operation import Protocol, Slice
from schemas.ports import TextModel
from schemas.query import Query
from schemas.tool import Candidate, EngineName
from schemas.verification import Finding

ROUNDS = 2
"""An answer that does not fit is sent back once, with what is wrong."""

_LONGEST_REJECTED = 30_000


class Plan(Frozen):
    """What the model plans: a Query, or what is missing for one."""

    query: Query | None
    missing: str


class Draft(Frozen):
    """A tool and its tests, each the whole text of a module."""

    source: str
    tests: str


class Unmended(Exception):
    """The last round's answer did not fit either."""


class ModelEngine:
    """Plans and writes with a language model. What it is told of APIs is bounded; what it returns is checked and proven."""

    name: EngineName = "model"

    def __init__(self, model: TextModel, format_both: Callable[[str, str], tuple[str, str]]) -> None:
        """`format_both` lays out a tool and its tests."""
        self._model = model
        self._format = format_both
        self._instructions: dict[Protocol, str] = {}

    def plan(self, question: str, knowledge: Knowledge) -> Query:
        """The Query that the model reads out of the question, over operations that it was shown. Raises what a TextModel raises."""
        # Retrieval speaks English; for a question in another language the room is filled with whatever can be listed.
        offered = (*knowledge.retrieve(question), *knowledge.listable())
        found = {operation.id: operation for operation in offered if operation.is_listable}
        documentation = material.passages(knowledge.passages(question))
        texts = material.candidates(found.values(), question, knowledge.metrics_of, material.MOST_CHARACTERS - len(documentation))
        if not texts:
            raise QuestionDeclined(
                "Nothing that I know lists what you ask about.", hint="Add a source: opswright sources add <openapi url>."
            )
        shown = {name: found[name] for name in texts}
        metrics = {name: knowledge.metrics_of(operation) for name, operation in shown.items()}
        told = [fenced("question", question), fenced("operations", "\n".join(texts.values()))]
        told += [fenced("documentation", documentation)] if documentation else []
        prompt = Prompt(purpose="plan", system=instructions("plan"), user="\n".join(told))
        try:
            plan = self._fitting(prompt, Plan, lambda plan: plan_check.problems(plan.query, shown, metrics) if plan.query else ())
        except Unmended as error:
            raise QuestionDeclined("The model found no Query that fits what there is.", hint=f"Ask differently. {error}") from error
        if plan.query is None:
            raise QuestionDeclined(f"The model says: {quoted(plan.missing, 300)}.", hint="Ask differently, or add a source.")
        return plan.query

    def write(self, query: Query, slices: Mapping[str, Slice], findings: Sequence[Finding], draft: Candidate | None = None) -> Candidate:
        """The model's tool for the Query, laid out by the formatter. Raises CandidateRejected, and what a TextModel raises."""
        protocol = slices[query.call.operation].operation.protocol
        told = "\n".join(_assignment(query, slices, findings, draft))
        prompt = Prompt(purpose="write", system=self._writing(protocol), user=told)
        try:
            written = self._fitting(prompt, Draft, lambda _: ())
        except Unmended as error:
            raise CandidateRejected(f"The model wrote no tool: {error}") from error
        source, tests = self._format(written.source, written.tests)
        name = tool_name(query)
        return Candidate(name=name, title=title(query), function=name, source=source, tests=tests, query=query, engine=self.name)

    def _writing(self, protocol: Protocol) -> str:
        """The instructions for tools of a protocol, made once."""
        if protocol not in self._instructions:
            self._instructions[protocol] = self._taught(protocol)
        return self._instructions[protocol]

    def _taught(self, protocol: Protocol) -> str:
        """The instructions with an example of a tool that speaks the protocol."""
        example = house_example(protocol)
        source, tests = self._format(example.source, example.tests)
        signature = _signature(example.function, example.query, protocol)
        asked = f"For `{signature}` and this Query:\n\n{_as_json(example.query)}\n"
        told = instructions("write").replace("{calls}", instructions(f"write_{protocol}").strip())
        return f"{told}\n{asked}\ntool.py:\n\n{source}\ntest_tool.py:\n\n{tests}"

    def _fitting(self, prompt: Prompt, answer: type[Value], check: Callable[[Value], Sequence[str]]) -> Value:
        """The answer that passes the check. Raises Unmended with the last problems."""
        asked, problem = prompt, ""
        for _ in range(ROUNDS):
            try:
                value = self._model.ask(asked, answer).value
            except InvalidAnswer as error:
                text, problem = error.text, error.problem
            else:
                if not (found := check(value)):
                    return value
                text, problem = value.model_dump_json(), "\n".join(found)
            asked = prompt.model_copy(update={"user": f"{prompt.user}\n{_sent_back(text, problem)}"})
        raise Unmended(quoted(problem, 300))


def _sent_back(text: str, problem: str) -> str:
    return "\n".join((
        "Your last answer does not fit. It was:",
        fenced("answer", text[:_LONGEST_REJECTED]),
        "What is wrong with it:",
        fenced("problems", problem),
        "Answer again, in full.",
    ))  # fmt: skip


def _assignment(query: Query, slices: Mapping[str, Slice], findings: Sequence[Finding], draft: Candidate | None) -> list[str]:
    operations = {name: piece.operation for name, piece in slices.items()}
    parts = [
        f"Write `{_signature(tool_name(query), query, operations[query.call.operation].protocol)}`.",
        fenced("query", _as_json(query)),
        fenced("operations", material.called(query, operations)),
    ]
    if draft and findings:
        parts.append(fenced("draft", f"tool.py:\n\n{draft.source}\ntest_tool.py:\n\n{draft.tests}"))
    if findings:
        parts.append(fenced("findings", "\n".join(_finding(finding) for finding in findings)))
    return parts


def _finding(finding: Finding) -> str:
    where = f" (line {finding.line} of tool.py)" if finding.line else ""
    return f"{finding.check} {finding.code}{where}, {finding.severity}: {finding.message}"


def _signature(name: str, query: Query, protocol: Protocol) -> str:
    given = "client: httpx.Client" if protocol == "http" else "session: boto3.Session"
    parameters = ", ".join(f"{p.name}: {PYTHON_TYPES[p.type]} = {p.default!r}" for p in query.parameters)
    return f"def {name}({given}{f', *, {parameters}' if parameters else ''}) -> list[…]"


def _as_json(query: Query) -> str:
    """Without its words for people."""
    return json.dumps(query.model_dump(mode="json", exclude={"subject", "assumptions"}), ensure_ascii=False)
