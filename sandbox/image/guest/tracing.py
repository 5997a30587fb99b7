"""Which lines and branches of the tool's module ran, by PEP 669's events on that module's code alone.

Each place reports once and is then switched off, so tracing costs a few microseconds a line however often it runs.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from types import CodeType

_ID = sys.monitoring.COVERAGE_ID
_EVENTS = sys.monitoring.events

Position = tuple[int, int]
"""Line from 1, column from 0."""

Jump = tuple[CodeType, int, int]
"""The code, the offset of the instruction that decides, the offset that it goes to."""


class Tracer:
    """Watches one module's code objects from `start` on."""

    def __init__(self, code: CodeType, source: str) -> None:
        self._codes = list(_nested(code))
        self._conditions = list(_conditions(ast.parse(source)))
        self._lines: set[int] = set()
        self._jumps: set[Jump] = set()

    def start(self) -> None:
        """Switch the events on."""
        sys.monitoring.use_tool_id(_ID, "tracing")
        sys.monitoring.register_callback(_ID, _EVENTS.LINE, self._on_line)
        sys.monitoring.register_callback(_ID, _EVENTS.BRANCH_LEFT, self._on_branch)
        sys.monitoring.register_callback(_ID, _EVENTS.BRANCH_RIGHT, self._on_branch)
        for code in self._codes:
            sys.monitoring.set_local_events(_ID, code, _EVENTS.LINE | _EVENTS.BRANCH_LEFT | _EVENTS.BRANCH_RIGHT)

    def stop(self) -> None:
        """Switch them off again."""
        sys.monitoring.free_tool_id(_ID)

    def coverage(self) -> dict[str, list[int] | list[list[int]]]:
        """The fields of sandbox.jobs.Coverage."""
        lines = {line for code in self._codes for _, _, line in code.co_lines() if line}
        ways = [(jump, lines) for code in self._codes for jump, lines in self._ways(code)]
        branches = [(jump, [*lines, number]) for number, (jump, lines) in enumerate(ways)]
        return {
            "lines": sorted(lines),
            "executed_lines": sorted(lines & self._lines),
            "branches": [branch for _, branch in branches],
            "executed_branches": [branch for jump, branch in branches if jump in self._jumps],
        }

    def _on_line(self, _code: CodeType, line: int) -> object:
        self._lines.add(line)
        return sys.monitoring.DISABLE

    def _on_branch(self, code: CodeType, offset: int, target: int) -> object:
        self._jumps.add((code, offset, target))
        return sys.monitoring.DISABLE

    def _ways(self, code: CodeType) -> Iterator[tuple[Jump, tuple[int, int]]]:
        """Both ways out of every operand of a condition, with the lines of the operand and of what runs next.

        `with` and `except` branch as well, on exceptions that nobody planned; those are not conditions. What a jump decides
        is computed just before it: the jump of a comprehension's filter itself claims to stand where the element does.
        """
        places = [(line or 0, column or 0) for line, _, column, _ in code.co_positions()]
        for offset, left, right in code.co_branches():
            unit = offset // 2
            operand = next((place for place in (places[unit - 1], places[unit]) if self._is_condition(place)), None)
            if operand is not None:
                for target in (left, right):
                    yield (code, offset, target), (operand[0], places[target // 2][0])

    def _is_condition(self, place: Position) -> bool:
        return any(first <= place < last for first, last in self._conditions)


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _nested(constant)


def _conditions(tree: ast.Module) -> Iterator[tuple[Position, Position]]:
    """Where the conditions of the source begin and end."""
    for node in ast.walk(tree):
        match node:
            case ast.If() | ast.While() | ast.IfExp():
                yield _extent(node.test)
            case ast.For():
                yield _extent(node.iter)
            case ast.comprehension():
                yield from map(_extent, node.ifs)
            case ast.match_case():
                yield _extent(node.pattern)
                if node.guard is not None:
                    yield _extent(node.guard)


def _extent(node: ast.expr | ast.pattern) -> tuple[Position, Position]:
    return (node.lineno, node.col_offset), (node.end_lineno or node.lineno, node.end_col_offset or 0)
