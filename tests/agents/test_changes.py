"""What is one row that changed and what are two, and where two values part."""

from __future__ import annotations

from typing import Any

import pytest

from agents.changes import MOST_POINTERS, MOST_SAMPLES, first_pointers, pointers, row_changes

Row = dict[str, Any]


def test_a_row_is_known_by_its_name_whatever_else_changed() -> None:
    before = [{"cpu": 4, "name": "a"}, {"cpu": 8, "name": "b"}, {"cpu": 16, "name": "c"}]
    after = [{"cpu": 4, "name": "a"}, {"cpu": 9, "name": "b"}, {"cpu": 2, "name": "d"}]
    changes = row_changes(before, after)
    assert (changes.by, changes.changed, changes.added, changes.removed) == (("name",), 1, 1, 1)
    assert [(one.kind, one.before, one.after) for one in changes.samples] == [
        ("changed", before[1], after[1]),
        ("removed", before[2], None),
        ("added", None, after[2]),
    ]


@pytest.mark.parametrize(
    ("rows", "by"),
    [
        ([{"load": 1, "host_id": 5}, {"load": 2, "host_id": 6}], ("host_id",)),
        ([{"tier": "gold", "count": 1}, {"tier": "iron", "count": 2}], ("tier",)),
        ([{"count": 1, "tier": "gold"}, {"count": 2, "tier": "iron"}], ("tier",)),
        ([{"region": "eu", "name": "a"}, {"region": "us", "name": "a"}, {"region": "us", "name": "b"}], ("region", "name")),
        ([{"name": None, "InstanceId": "i-1"}, {"name": "x", "InstanceId": "i-2"}], ("InstanceId",)),
        ([{"name": "a"}, {"name": "a"}], ()),
        ([{"load": 0.5}, {"load": 0.7}], ()),
        ([{"up": True}, {"up": False}], ()),
        (["a", "b"], ()),
        ([], ()),
    ],
)
def test_rows_are_told_apart_by_a_name_then_a_text_then_the_first_columns_together(rows: list[Any], by: tuple[str, ...]) -> None:
    assert row_changes(rows, rows).by == by


def test_rows_that_nothing_tells_apart_come_and_go_as_often_as_they_do() -> None:
    changes = row_changes([{"status": "up"}, {"status": "up"}, {"status": "down"}], [{"status": "up"}, {"status": "new"}])
    assert [(one.kind, one.before or one.after) for one in changes.samples] == [
        ("removed", {"status": "up"}),
        ("removed", {"status": "down"}),
        ("added", {"status": "new"}),
    ]


def test_the_only_row_of_both_sides_changed() -> None:
    changes = row_changes([{"count": 5}], [{"count": 6}])
    assert (changes.changed, changes.total) == (1, 1)


def test_the_only_rows_of_both_sides_are_two_where_their_names_differ() -> None:
    changes = row_changes([{"name": "a", "cpu": 5}], [{"name": "b", "cpu": 5}])
    assert (changes.added, changes.removed, changes.changed) == (1, 1, 0)


def test_the_same_rows_in_another_order_are_reordered() -> None:
    rows: list[Row] = [{"name": "a"}, {"name": "b"}]
    assert (row_changes(rows, rows[::-1]).reordered, row_changes(rows, rows).reordered) == (True, False)


@pytest.mark.parametrize(("size", "shown"), [(MOST_SAMPLES, MOST_SAMPLES), (MOST_SAMPLES + 1, MOST_SAMPLES)])
def test_no_more_rows_are_shown_than_can_be_read_and_all_are_counted(size: int, shown: int) -> None:
    changes = row_changes([], [{"name": str(number)} for number in range(size)])
    assert (len(changes.samples), changes.added) == (shown, size)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1, "b": {"c": [1, 2]}}, {"a": 1, "b": {"c": [1, 3]}}, ["/b/c/1"]),
        ({"a": 1}, {"b": 1}, ["/a", "/b"]),
        ([1], [1, 2, 3], ["/1", "/2"]),
        ({"x/y": {"~": 1}}, {"x/y": {"~": 2}}, ["/x~1y/~0"]),
        ("a", "b", [""]),
        (1, 1.0, [""]),
        (True, 1, [""]),
        ({"a": None}, {}, ["/a"]),
        ({"a": [{"b": 1}]}, {"a": [{"b": 1}]}, []),
    ],
)
def test_pointers_lead_to_what_differs(before: Any, after: Any, expected: list[str]) -> None:
    assert list(pointers(before, after)) == expected


@pytest.mark.parametrize(("size", "more"), [(MOST_POINTERS, False), (MOST_POINTERS + 1, True)])
def test_only_the_first_pointers_are_given(size: int, more: bool) -> None:
    found, is_more = first_pointers(list(range(size)), [None] * size)
    assert (len(found), is_more) == (MOST_POINTERS, more)
