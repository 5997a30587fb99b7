"""Operations: their rows in a response, and how people write them."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.operation import Echo, Effect, Filter, LinkPagination, Operation, Parameter, rows_of


def operation(**more: Any) -> Operation:
    parts: dict[str, Any] = {"id": "s:o", "source": "s", "name": "o", "method": "GET", "path": "/o", "slice_hash": ""}
    return Operation(**(parts | {"effect": Effect.READ, "effect_reason": ""} | more))


NESTED: Any = {"Groups": [{"Of": {"Rows": [{"id": 1}, {"id": 2}]}}, {"Of": {"Rows": []}}, {"Of": {}}, {"Of": {"Rows": [{"id": 3}]}}]}


@pytest.mark.parametrize(
    ("path", "body", "rows"),
    [
        ("", [{"id": 1}], [{"id": 1}]),
        ("data.items", {"data": {"items": [{"id": 1}]}}, [{"id": 1}]),
        ("Groups[].Of.Rows", NESTED, [{"id": 1}, {"id": 2}, {"id": 3}]),
        ("A[].B[].C", {"A": [{"B": [{"C": [1]}, {"C": [2]}]}, {"B": [{"C": [3]}]}]}, [1, 2, 3]),
        ("Groups[].Rows", {"Groups": None}, []),
        ("Groups[].Rows", {"Groups": [None, 7, {"Rows": {"id": 1}}]}, []),
        ("items", None, []),
    ],
)
def test_rows_are_found_wherever_they_lie(path: str, body: Any, rows: list[Any]) -> None:
    assert rows_of(operation(rows_path=path), body) == rows


def test_a_single_object_is_one_row() -> None:
    assert rows_of(operation(rows_path="me", row_is_single=True), {"me": {"id": 1}}) == [{"id": 1}]
    assert rows_of(operation(rows_path="me", row_is_single=True), {"me": [{"id": 1}]}) == []


def test_people_write_an_http_operation_as_its_request_and_an_aws_one_as_its_action() -> None:
    assert operation().label == "GET /o"
    aws = operation(protocol="aws", name="ec2.DescribeInstances", method="POST", path="/ec2/DescribeInstances")
    assert aws.label == "ec2:DescribeInstances"


def test_an_operation_that_needs_nothing_can_be_listed() -> None:
    body = Parameter(name="Filters", location="body")
    assert operation(rows_path="", parameters=(body,)).is_listable
    assert not operation(rows_path="", parameters=(body.model_copy(update={"required": True}),)).is_listable
    assert not operation(rows_path=None).is_listable
    assert not operation(rows_path="", has_body=True).is_listable
    assert operation(rows_path="", has_body=True, takes_empty_body=True).is_listable


@pytest.mark.parametrize(
    "more",
    [
        {"slice_hash": "other"},
        {"effect": Effect.WRITE},
        {"rows_path": "items"},
        {"pagination": LinkPagination()},
        {"pagination": LinkPagination(next_path="next")},
        {"filters": (Filter(parameter="kind", path="kind"),)},
        {"filters": (Filter(parameter="kind", path="kind", comparison="ne"),)},
        {"echo": (Echo(parameter="kind", path="kind"),)},
        {"is_global": True},
    ],
)
def test_whatever_a_tool_is_proven_on_changes_the_fingerprint(more: dict[str, Any]) -> None:
    assert operation(**more).fingerprint != operation().fingerprint


def test_words_beside_the_description_leave_the_fingerprint_as_it_is() -> None:
    worded = operation(summary="List", description="Lists.", tags=("a",), docs_url="https://docs.example", effect_reason="a GET")
    assert worded.fingerprint == operation().fingerprint
