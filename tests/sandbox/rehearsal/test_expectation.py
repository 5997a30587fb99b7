"""What counts as a right result: exact where the Query is, open where it is not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.rehearsal.expectation import expect, fingerprint
from schemas.query import Call, Column, Order, Query, QueryParameter

NOW = datetime(2028, 3, 1, tzinfo=UTC)
ROWS = [{"n": "a", "v": 3}, {"n": "b", "v": 1}, {"n": "c", "v": 2}, {"n": "d", "v": 2}, {"n": "e"}]


def query(*, descending: bool | None = None, limit: int | None = None) -> Query:
    return Query(
        call=Call(alias="rows", operation="x:list"),
        order=() if descending is None else (Order(path="rows.v", descending=descending),),
        limit=None if limit is None else "limit",
        select=(Column(name="n", path="rows.n"),),
        parameters=() if limit is None else (QueryParameter(name="limit", type="integer", default=limit),),
    )


def is_met(asked: Query, names: str) -> bool:
    return expect(asked, {"rows": ROWS}, {}, NOW).is_met([{"n": name} for name in names])


@pytest.mark.parametrize(("names", "right"), [("abcde", True), ("edcba", True), ("abcd", False), ("abcdd", False), ("abcdef", False)])
def test_without_an_order_any_order_is_right(names: str, right: bool) -> None:
    assert is_met(query(), names) is right


@pytest.mark.parametrize(
    ("names", "right"), [("acdbe", True), ("adcbe", True), ("cadbe", False), ("acdeb", False), ("eacdb", False), ("bcdae", False)]
)
def test_rows_that_tie_may_come_either_way_and_missing_values_come_last(names: str, right: bool) -> None:
    assert is_met(query(descending=True), names) is right


@pytest.mark.parametrize(("names", "right"), [("ac", True), ("ad", True), ("ab", False), ("ca", False), ("a", False), ("acd", False)])
def test_a_tie_at_the_cut_may_go_either_way(names: str, right: bool) -> None:
    assert is_met(query(descending=True, limit=2), names) is right


@pytest.mark.parametrize(("names", "right"), [("ab", True), ("de", True), ("aa", False), ("abc", False)])
def test_a_limit_without_an_order_takes_any_rows(names: str, right: bool) -> None:
    assert is_met(query(limit=2), names) is right


@pytest.mark.parametrize(("limit", "count"), [(0, 0), (5, 5), (6, 5)])
def test_a_limit_is_met_exactly_on_both_sides_of_the_data(limit: int, count: int) -> None:
    assert expect(query(limit=limit), {"rows": ROWS}, {}, NOW).count == count


def test_certain_rows_leave_the_tie_at_the_cut_out_and_possible_rows_hold_it() -> None:
    found = expect(query(descending=True, limit=2), {"rows": ROWS}, {}, NOW)
    assert [expected.row["n"] for expected in found.certain] == ["a"]
    assert [expected.row["n"] for expected in found.possible] == ["a", "c", "d"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1, 1.0, True),
        (0.1 + 0.2, 0.3, True),
        (0.3, 0.300001, False),
        (1, True, False),
        (0, False, False),
        ("1", 1, False),
        (None, "", False),
        ([1.0], [1], True),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        (2**60, 2**60 + 1, False),
        (10**400, 10**400, True),
    ],
)
def test_values_are_compared_as_figures_text_and_nothing_else(one: Any, other: Any, same: bool) -> None:
    assert (fingerprint({"v": one}) == fingerprint({"v": other})) is same


def test_a_value_that_is_nested_too_deeply_is_no_way_to_break_the_judge() -> None:
    deep: Any = []
    for _ in range(5000):
        deep = [deep]
    assert fingerprint({"v": deep})
