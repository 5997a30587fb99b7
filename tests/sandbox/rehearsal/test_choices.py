"""What is planted at a clause lies on both sides of it, as close as its schema allows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.rehearsal.choices import ABSENT, choices
from sandbox.rehearsal.clauses import clauses
from sandbox.rehearsal.shapes import SchemaReader
from schemas.base import Scalar
from schemas.query import Call, Column, Predicate, Query, QueryParameter, Window

NOW = datetime(2028, 3, 1, 0, 30, tzinfo=UTC)


def planted(schema: Any, op: str, constant: Scalar | None = None, *, required: bool = True) -> list[Any]:
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string"}
    query = Query(
        call=Call(alias="rows", operation="x:list"),
        where=()
        if op == "window"
        else (Predicate.model_validate({"path": "rows.value", "op": op, "parameter": None if constant is None else "c"}),),
        window=Window(path="rows.value", parameter="c") if op == "window" else None,
        select=(Column(name="value", path="rows.value"),),
        parameters=()
        if constant is None
        else (QueryParameter.model_validate({"name": "c", "type": kinds[type(constant)], "default": constant}),),
    )
    reader = SchemaReader({})
    field = reader.field({"properties": {"value": schema}, "required": ["value"] if required else []}, "value")
    return [choice.value for choice in choices(field, reader.merged(schema), clauses(query, {}, NOW), query.defaults, NOW)]


def test_numbers_lie_just_below_at_and_just_above_the_constant() -> None:
    assert {79.9, 80.0, 80.1, 0, 100} <= set(planted({"type": "number", "minimum": 0, "maximum": 100}, "gt", 80.0))


def test_whole_numbers_differ_by_one() -> None:
    assert {2, 3, 4} <= set(planted({"type": "integer"}, "ge", 3))
    assert {3, 4} <= set(planted({"type": "integer"}, "ge", 3.5))


def test_small_constants_have_closer_neighbours() -> None:
    assert {0.045, 0.05, 0.055} <= set(planted({"type": "number"}, "gt", 0.05))


def test_what_the_schema_forbids_is_not_planted() -> None:
    assert max(planted({"type": "number", "minimum": 0, "maximum": 80}, "gt", 80.0)) == 80


@pytest.mark.parametrize(
    ("schema", "required", "empty"),
    [
        ({"type": "string"}, True, [""]),
        ({"type": "string", "minLength": 1}, True, []),
        ({"type": ["string", "null"]}, True, [None, ""]),
        ({"type": "string"}, False, [ABSENT, ""]),
        ({"type": "array"}, True, [[]]),
        ({"type": ["integer", "null"]}, False, [None, ABSENT]),
    ],
)
def test_emptiness_is_planted_in_every_legal_form(schema: Any, required: bool, empty: list[Any]) -> None:
    assert planted(schema, "is_empty", required=required) == empty


def test_text_is_planted_in_other_case_and_as_part_of_longer_text() -> None:
    found = planted({"type": "string"}, "eq", "Blue")
    assert {"Blue", "BLUE", "blue", "bLUE", "Blue-2", "Blu"} <= set(found)


def test_an_enumeration_is_planted_with_its_own_members_only() -> None:
    assert sorted(planted({"enum": ["low", "high", "mid"]}, "eq", "HIGH")) == ["high", "low", "mid"]


def test_a_list_holds_the_constant_alone_among_others_and_not_at_all() -> None:
    found = planted({"type": "array", "items": {"type": "string"}}, "contains", "web")
    assert ["web"] in found
    assert ["zz-first", "web"] in found
    assert ["zz-other"] in found


def test_both_booleans_are_planted() -> None:
    assert set(planted({"type": "boolean"}, "eq", True)) == {True, False}


def test_a_time_that_is_compared_has_neighbours_a_second_away() -> None:
    found = planted({"type": "string", "format": "date-time"}, "gt", "2028-02-01T00:00:00Z")
    assert {"2028-01-31T23:59:59Z", "2028-02-01T00:00:00Z", "2028-02-01T00:00:01Z"} <= set(found)


def test_a_window_has_rows_inside_at_outside_and_in_the_future() -> None:
    found = planted({"type": "string", "format": "date-time"}, "window", 24)
    start = "2028-02-29T00:30:00Z"
    assert {start, "2028-02-29T00:31:00Z", "2028-02-29T00:29:00Z", "2028-03-01T00:30:00Z", "2028-03-01T00:31:00Z"} <= set(found)


def test_a_window_on_unix_seconds_is_planted_in_unix_seconds() -> None:
    found = planted({"type": "integer"}, "window", 1)
    assert {int(NOW.timestamp()) - 3600, int(NOW.timestamp()) - 3660} <= set(found)


def test_a_window_on_dates_is_planted_in_dates() -> None:
    found = [value for value in planted({"type": "string", "format": "date"}, "window", 48) if value]
    assert {"2028-02-28", "2028-03-01", "2028-03-02"} <= set(found)
