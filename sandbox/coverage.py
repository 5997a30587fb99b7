"""Whether the proof went through the code: the lines and branches of a tool that any of its runs reached."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from sandbox.jobs import Branch, Coverage
from sandbox.judgement import Judgement, not_run
from sandbox.review_rules.form import is_main_guard
from sandbox.syntax import Unreadable, parse
from schemas.verification import Finding

MIN_LINES = 0.9
MIN_BRANCHES = 0.8
"""Shares that have to run. A helper of the template may have a way out that no rehearsal needs."""

_WAY_OUT = "Reach it in the tool's own tests, or take out what no answer needs."


def judge(source: str, runs: Iterable[Coverage]) -> Judgement:
    """All of `runs` of `source` together, leaving out what only the command line reaches."""
    union = Coverage()
    for run in runs:
        union |= run
    tree = parse(source)
    if isinstance(tree, Unreadable) or not union.lines:
        return not_run("coverage", "no run of the tool could be traced")
    apart = frozenset(_command_line(tree))
    lines = union.lines - apart
    branches = frozenset(branch for branch in union.branches if branch.line not in apart)
    missed_lines, missed_branches = lines - union.executed_lines, branches - union.executed_branches
    findings = (*_of_lines(lines, missed_lines), *_of_branches(branches, missed_branches))
    detail = f"{len(lines) - len(missed_lines)} of {len(lines)} lines, {len(branches) - len(missed_branches)} of {len(branches)} branches"
    return Judgement(detail, findings)


def ranges(numbers: Iterable[int]) -> str:
    """`4-6, 9` for 4, 5, 6 and 9."""
    spans: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if spans and spans[-1][1] == number - 1:
            spans[-1] = (spans[-1][0], number)
        else:
            spans.append((number, number))
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)


def _command_line(tree: ast.Module) -> Iterator[int]:
    """The lines of `main`, of the guard that calls it, and of imports for the type checker only."""
    for statement in tree.body:
        is_main = isinstance(statement, ast.FunctionDef) and statement.name == "main"
        if is_main or is_main_guard(statement) or (isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test)):
            yield from range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)


def _of_lines(lines: frozenset[int], missed: frozenset[int]) -> Iterator[Finding]:
    if _share(lines, missed) < MIN_LINES:
        share = f"{_percent(lines, missed)} of the lines did, {_percent_of(MIN_LINES)} have to"
        message = f"lines {ranges(missed)} never ran; {share}. {_WAY_OUT}"
        yield Finding(check="coverage", code="COV_LINES", message=message, line=min(missed))


def _of_branches(branches: frozenset[Branch], missed: frozenset[Branch]) -> Iterator[Finding]:
    if _share(branches, missed) < MIN_BRANCHES:
        ways = ", ".join(dict.fromkeys(_way(branch) for branch in sorted(missed)))
        share = f"{_percent(branches, missed)} of the branches did, {_percent_of(MIN_BRANCHES)} have to"
        message = f"these branches never ran: {ways}; {share}. {_WAY_OUT}"
        yield Finding(check="coverage", code="COV_BRANCHES", message=message, line=min(missed).line)


def _share(every: frozenset[object], missed: frozenset[object]) -> float:
    return 1 - len(missed) / len(every) if every else 1.0


def _way(branch: Branch) -> str:
    if branch.to_line == branch.line:
        return f"one side of the condition in line {branch.line}"
    return f"from line {branch.line} to line {branch.to_line}"


def _percent(every: frozenset[object], missed: frozenset[object]) -> str:
    """Rounded down, so that what falls short never reads as enough."""
    return _percent_of(_share(every, missed))


def _percent_of(share: float) -> str:
    return f"{int(share * 100)} %"
