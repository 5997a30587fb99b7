"""Runs a test module's `test_*` functions and says what became of each; pytest runs the same file outside."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from types import FrameType, ModuleType
from typing import Any

from guest.failures import MESSAGE_CHARACTERS, message, own_frames
from guest.modules import TESTS_FILE

VALUE_CHARACTERS = 200


def run_all(module: ModuleType, source: str, before_each: Callable[[], None]) -> Iterator[dict[str, object]]:
    """The fields of sandbox.jobs.TestOutcome for each test, in the order of the module."""
    for name, test in list(module.__dict__.items()):
        if name.startswith("test_") and callable(test):
            before_each()
            yield {"name": name, **_run_one(test, source)}


def _run_one(test: Callable[[], Any], source: str) -> dict[str, object]:
    try:
        result = test()
    except BaseException as error:  # noqa: BLE001  a test may fail in any way, and the next one still runs
        return {"ok": False, "message": _explain(error, source), "line": _line(error)}
    if result is not None:
        return {"ok": False, "message": f"returned a {type(result).__name__}; a test is a plain function that asserts", "line": 0}
    return {"ok": True}


def _line(error: BaseException) -> int:
    return next((line for file, _, line in reversed(own_frames(error)) if file == TESTS_FILE), 0)


def _explain(error: BaseException, source: str) -> str:
    """The exception's message; a bare assert has none, so its source and the values of its names stand in."""
    said = message(error)
    if not isinstance(error, AssertionError) or said:
        return f"{type(error).__name__}: {said}"[:MESSAGE_CHARACTERS]
    frame, line = _failed_at(error)
    found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Assert) and node.lineno <= line <= (node.end_lineno or 0)]
    if frame is None or not found or frame.f_code.co_filename != TESTS_FILE:
        return "AssertionError"
    test = found[-1].test
    return f"assert {ast.unparse(test)}{_values(test, frame)}"[:MESSAGE_CHARACTERS]


def _failed_at(error: BaseException) -> tuple[FrameType | None, int]:
    walked = error.__traceback__
    while walked is not None and walked.tb_next is not None:
        walked = walked.tb_next
    return (walked.tb_frame, walked.tb_lineno) if walked else (None, 0)


def _values(expression: ast.expr, frame: FrameType) -> str:
    """Only names are looked up: evaluating more could run code a second time."""
    names = {node.id for node in ast.walk(expression) if isinstance(node, ast.Name) and node.id in frame.f_locals}
    return "".join(f"; {name} = {repr(frame.f_locals[name])[:VALUE_CHARACTERS]}" for name in sorted(names))
