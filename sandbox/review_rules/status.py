"""Finds answers that are read without a look at their status: the body of a refusal has no rows, and looks like an empty listing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from sandbox.review_rules.flow import Flow
from sandbox.review_rules.requests import Requests
from sandbox.review_rules.rule import Hit, Subject
from sandbox.review_rules.walk import is_empty, shown

_STATUS = frozenset({"raise_for_status", "status_code", "is_success", "is_error", "is_client_error", "is_server_error"})
FARTHEST = 50
"""Functions through which an answer is followed."""

_BODY = frozenset({"json", "text", "content", "read", "iter_bytes", "iter_lines", "iter_text"})


def unchecked_answers(subject: Subject) -> Iterator[Hit]:
    """Bodies that are read of answers which nobody looked at. Who hands an answer on leaves that to the one who reads it."""
    if subject.protocol != "http":
        return
    answers = _Answers(subject)
    for node in subject.nodes:
        if isinstance(node, ast.Attribute) and node.attr in _BODY and answers.is_unchecked(node.value):
            yield Hit(node.lineno, f"`{node.attr}` of an answer that may be a refusal, {shown(node.value)}")


def passed_over(subject: Subject) -> Iterator[Hit]:
    """`if response.status_code != 200: return []`: a status that is looked at to return nothing."""
    if subject.protocol != "http":
        return
    for node in subject.nodes:
        if isinstance(node, ast.If) and not subject.is_in_main(node) and _asks_status(node.test):
            *_, last = node.body
            if isinstance(last, ast.Return) and (last.value is None or is_empty(last.value)):
                yield Hit(node.lineno, shown("if", node.test))


def _asks_status(test: ast.expr) -> bool:
    return any(isinstance(part, ast.Attribute) and part.attr in _STATUS for part in ast.walk(test))


class _Answers:
    """What came of a request as it is."""

    def __init__(self, subject: Subject) -> None:
        self._flow = Flow(subject)
        self._requests = Requests(subject, self._flow)
        self._judged: dict[str, bool] = {}

    def is_unchecked(self, value: ast.expr, steps: int = 0) -> bool:
        """Whether a value is an answer whose status is not looked at where it is held."""
        match value:
            case ast.Call():
                return (self._requests.is_request(value) and not _only_builds(value)) or self._returns_one(value, steps)
            case ast.Name() if not self._flow.is_looked_at(value, _STATUS):
                made = (each for each in self._flow.values(value) if not isinstance(each, ast.Name))
                return any(self.is_unchecked(each, steps) for each in made)
            case _:
                return False

    def _returns_one(self, call: ast.Call, steps: int) -> bool:
        """Whether one of the tool's own functions returns its answer unchecked; not asked of one that calls itself, or too far away."""
        function = self._flow.called(call)
        if function is None or steps == FARTHEST:
            return False
        if function.name not in self._judged:
            self._judged[function.name] = False
            self._judged[function.name] = any(self.is_unchecked(value, steps + 1) for value in self._flow.returned(call))
        return self._judged[function.name]


def _only_builds(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in ("build_request", "Request")
