import pytest

from sandbox.coverage import judge, ranges
from sandbox.jobs import Branch, Coverage

SOURCE = '''"""A tool."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx


def answer(number):
    if number > 1:
        return "many"
    return "one"


def main():
    print(answer(2))


if __name__ == "__main__":
    main()
'''
LINES = frozenset({1, 3, 5, 6, 9, 10, 11, 12, 15, 16, 19, 20})
BRANCHES = frozenset({Branch(5, 6, 0), Branch(5, 9, 1), Branch(10, 11, 0), Branch(10, 12, 1), Branch(19, 20, 0), Branch(19, 19, 1)})


def run(lines: set[int], branches: set[Branch] = set()) -> Coverage:  # noqa: B006 - never changed
    return Coverage(LINES, frozenset(lines), BRANCHES, frozenset(branches))


ON_IMPORT = {1, 3, 5, 9, 15, 19}
MANY = run(ON_IMPORT | {10, 11}, {Branch(10, 11, 0)})
ONE = run(ON_IMPORT | {10, 12}, {Branch(10, 12, 1)})


def test_what_all_runs_reached_together_counts_and_the_command_line_does_not() -> None:
    judgement = judge(SOURCE, [MANY, ONE])
    assert judgement.findings == ()
    assert judgement.detail == "6 of 6 lines, 2 of 2 branches"


def test_lines_and_branches_that_no_run_reached_are_named() -> None:
    lines, branches = judge(SOURCE, [MANY]).findings
    assert (lines.code, lines.line, lines.severity) == ("COV_LINES", 12, "block")
    assert lines.message.startswith("lines 12 never ran; 83 % of the lines did, 90 % have to.")
    assert (branches.code, branches.line) == ("COV_BRANCHES", 10)
    assert branches.message.startswith("these branches never ran: from line 10 to line 12; 50 % of the branches did, 80 % have to.")


@pytest.mark.parametrize(("reached", "codes"), [(9, []), (8, ["COV_LINES"])])
def test_nine_lines_of_ten_are_enough_and_eight_are_not(reached: int, codes: list[str]) -> None:
    ten = frozenset(range(1, 11))
    coverage = Coverage(ten, frozenset(range(1, reached + 1)))
    assert [finding.code for finding in judge("x = 1\n" * 10, [coverage]).findings] == codes


@pytest.mark.parametrize(("taken", "codes"), [(4, []), (3, ["COV_BRANCHES"])])
def test_four_branches_of_five_are_enough_and_three_are_not(taken: int, codes: list[str]) -> None:
    five = [Branch(1, 1, number) for number in range(5)]
    coverage = Coverage(frozenset({1}), frozenset({1}), frozenset(five), frozenset(five[:taken]))
    assert [finding.code for finding in judge("x = 1\n", [coverage]).findings] == codes


def test_branches_within_a_line_are_told_once_and_in_words() -> None:
    both = frozenset({Branch(1, 1, 0), Branch(1, 1, 1)})
    (finding,) = judge("x = 1\n", [Coverage(frozenset({1}), frozenset({1}), both)]).findings
    assert finding.message.startswith("these branches never ran: one side of the condition in line 1; 0 %")


@pytest.mark.parametrize("runs", [[], [Coverage()]])
def test_runs_that_left_no_trace_are_no_pass(runs: list[Coverage]) -> None:
    (finding,) = judge(SOURCE, runs).findings
    assert (finding.code, finding.severity) == ("not-run", "block")


@pytest.mark.parametrize(("numbers", "words"), [(set(), ""), ({4}, "4"), ({9, 4, 6, 5}, "4-6, 9"), ({1, 2}, "1-2")])
def test_line_numbers_read_as_ranges(numbers: set[int], words: str) -> None:
    assert ranges(numbers) == words
