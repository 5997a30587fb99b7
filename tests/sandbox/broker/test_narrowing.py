"""What a tool gets to see of AWS's rows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.broker.narrowing import Narrowing

BODY: Any = {
    "Reservations": [
        {"OwnerId": "1", "Instances": [{"InstanceId": "i-1", "State": {"Name": "running", "Code": 16}, "UserData": "hunter2"}]},
        {"Instances": [{"InstanceId": "i-2", "State": None}, {"State": {"Code": 80}}]},
        {"OwnerId": "3"},
    ],
    "NextToken": "t",
}


def narrowed(path: str, *fields: str, body: Any = BODY) -> Any:
    return json.loads(Narrowing(path, fields).of(json.dumps(body).encode()))


def test_rows_keep_what_is_named_and_the_rest_of_the_answer_stays_as_it_was() -> None:
    assert narrowed("Reservations[].Instances", "InstanceId", "State.Name") == {
        "Reservations": [
            {"OwnerId": "1", "Instances": [{"InstanceId": "i-1", "State": {"Name": "running"}}]},
            {"Instances": [{"InstanceId": "i-2", "State": None}, {"State": {}}]},
            {"OwnerId": "3"},
        ],
        "NextToken": "t",
    }


def test_what_is_named_whole_is_kept_whole_whatever_else_is_named_in_it() -> None:
    rows = narrowed("Rows", "a", "a.b", "c.d", body={"Rows": [{"a": {"b": 1, "x": 2}, "c": {"d": [3], "x": 4}}]})
    assert rows == {"Rows": [{"a": {"b": 1, "x": 2}, "c": {"d": [3]}}]}


def test_a_nested_collection_is_found() -> None:
    assert narrowed("Of.Rows", "id", body={"Of": {"Rows": [{"id": 1, "x": 2}], "More": True}}) == {
        "Of": {"Rows": [{"id": 1}], "More": True}
    }


@pytest.mark.parametrize(
    "body", [{}, {"Error": {"Code": "AccessDenied"}}, [], None, {"Rows": None}, {"Rows": {"id": 1}}, {"Rows": ["a", 1]}]
)
def test_an_answer_of_another_shape_stays_as_it_is(body: Any) -> None:
    assert narrowed("Rows", "id", body=body) == body


def test_what_is_no_json_stays_as_it_is() -> None:
    assert Narrowing("Rows", ["id"]).of(b"<xml/>") == b"<xml/>"
