"""Lines and branches of the tool that ran."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sandbox.jobs import Branch, Coverage
from sandbox.supervisor import WorkerPool
from tests.sandbox.isolates import Host, call_job


def _trace(pool: WorkerPool, source: str, **arguments: Any) -> Coverage:
    outcome = pool.run(replace(call_job(source, **arguments), trace=True), Host())
    assert outcome.coverage is not None, outcome
    return outcome.coverage


def _missing(coverage: Coverage) -> set[tuple[int, int]]:
    return {(branch.line, branch.to_line) for branch in coverage.branches - coverage.executed_branches}


IF = "def tool(client, *, n):\n    if n > 1:\n        n = 1\n    return n\n"


@pytest.mark.parametrize(("n", "lines", "branches"), [(2, set(), {(2, 4)}), (0, {3}, {(2, 3)})])
def test_what_did_not_run_is_missing(pool: WorkerPool, n: int, lines: set[int], branches: set[tuple[int, int]]) -> None:
    coverage = _trace(pool, IF, n=n)
    assert coverage.lines == {1, 2, 3, 4}
    assert coverage.lines - coverage.executed_lines == lines
    assert _missing(coverage) == branches


def test_two_runs_cover_more_together(pool: WorkerPool) -> None:
    both = _trace(pool, IF, n=0) | _trace(pool, IF, n=2)
    assert both.lines == both.executed_lines
    assert both.branches == both.executed_branches
    assert len(both.branches) == 2


@pytest.mark.parametrize(
    ("body", "ways"),
    [
        ("for n in rows:\n        print(n)", 2),
        ("while rows:\n        rows.pop()", 2),
        ("if rows and rows[0] or not rows:\n        print(1)", 6),
        ("x = 1 if rows else 2", 2),
        ("x = [n for n in rows\n        if n is not None and n > 1]", 4),
        ("match rows:\n        case [1, *_] if rows:\n            pass\n        case _:\n            pass", 8),
        ("x = rows or 2", 0),
        ("assert rows", 0),
        ("with open('x') as x:\n        pass", 0),
        ("try:\n        rows.pop()\n    except IndexError:\n        pass", 0),
    ],
    ids=[
        "for",
        "while",
        "if with three operands",
        "conditional expression",
        "comprehension filter",
        "match",
        "or",
        "assert",
        "with",
        "except",
    ],
)
def test_a_branch_is_a_way_out_of_an_operand_of_a_condition(pool: WorkerPool, body: str, ways: int) -> None:
    outcome = pool.run(replace(call_job(f"def tool(client, *, rows):\n    {body}\n", rows=[1]), trace=True), Host())
    assert outcome.coverage is not None
    assert len(outcome.coverage.branches) == ways


def test_a_comprehension_s_filter_is_found_on_its_own_line(pool: WorkerPool) -> None:
    source = "def tool(client, *, rows):\n    return [\n        row\n        for row in rows\n        if row > 1\n    ]\n"
    assert {branch.line for branch in _trace(pool, source, rows=[2]).branches} == {5}
    assert len(_missing(_trace(pool, source, rows=[2]))) == 1
    assert _missing(_trace(pool, source, rows=[1, 2])) == set()


def test_nested_functions_classes_and_generators_are_the_tool_s_too(pool: WorkerPool) -> None:
    source = (
        "class Box:\n"
        "    def get(self):\n"
        "        return 1\n"
        "def pages():\n"
        "    yield 1\n"
        "    yield 2\n"
        "def tool(client):\n"
        "    inner = lambda: (\n"
        "        3\n"
        "    )\n"
        "    return [Box().get(), inner(), next(pages())]\n"
    )
    coverage = _trace(pool, source)
    assert coverage.lines - coverage.executed_lines == {6}


def test_coverage_is_there_after_a_raise(pool: WorkerPool) -> None:
    coverage = _trace(pool, "def tool(client):\n    raise ValueError\n    return 1\n")
    assert 2 in coverage.executed_lines


def test_tests_cover_the_tool_and_are_not_counted_themselves(pool: WorkerPool) -> None:
    job = replace(
        call_job(IF), entry="tests", tests="from tool import tool\n\n\n\n\n\ndef test_x():\n    assert tool(None, n=5) == 1\n", trace=True
    )
    coverage = pool.run(job, Host()).coverage
    assert coverage is not None
    assert coverage.executed_lines == {1, 2, 3, 4}


def test_nothing_is_traced_unasked(pool: WorkerPool) -> None:
    assert pool.run(call_job(IF, n=1), Host()).coverage is None


def test_branches_of_one_line_are_kept_apart() -> None:
    assert len({Branch(1, 2, 0), Branch(1, 2, 1)}) == 2
