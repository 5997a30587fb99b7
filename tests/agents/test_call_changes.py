"""Calls of two runs side by side."""

from __future__ import annotations

from typing import Any

import orjson

from agents.call_changes import MOST_REQUEST, CallChange, call_change, paired
from schemas.operation import Effect, Operation
from schemas.run import CallRecord

HOSTS = Operation(
    id="estate:list_hosts", source="estate", name="list_hosts", method="GET", path="/hosts", effect=Effect.READ, effect_reason="",
    rows_path="items", slice_hash="0",
)  # fmt: skip
OPERATIONS = {HOSTS.id: HOSTS}


def call(body: Any = None, *, number: int = 1, place: str = "", query: str = "", **said: Any) -> CallRecord:
    text = body if isinstance(body, str) else orjson.dumps(body).decode()
    usual = {"status": 200, "operation": HOSTS.id, "method": "GET", "url": f"http://estate/hosts{query}", "response_body": text}
    return CallRecord(number=number, source="estate", place=place, **(usual | said))


def change(before: CallRecord, after: CallRecord) -> CallChange:
    found = call_change((before, after), OPERATIONS)
    assert found is not None
    return found


def test_the_same_call_did_not_change_however_long_it_took() -> None:
    assert call_change((call([], milliseconds=5), call([], milliseconds=9)), OPERATIONS) is None


def test_rows_of_a_response_are_counted() -> None:
    rows = change(call({"items": [{"name": "a", "cpu": 1}, {"name": "b"}]}), call({"items": [{"name": "a", "cpu": 2}, {"name": "c"}]})).rows
    assert rows
    assert (rows.changed, rows.added, rows.removed, rows.samples) == (1, 1, 1, ())


def test_what_differs_beside_the_rows_is_pointed_at() -> None:
    told = change(call({"items": [], "total": 1}), call({"items": [], "total": 2}))
    assert told.pointers == ("/total",)
    assert told.rows
    assert told.rows.total == 0


def test_a_response_of_an_operation_that_is_not_known_is_pointed_into() -> None:
    told = change(call({"items": [1]}, operation=None), call({"items": [2]}, operation=None))
    assert (told.rows, told.pointers, told.operation) == (None, ("/items/0",), "GET http://estate/hosts")


def test_a_response_that_is_no_json_differs_as_a_whole() -> None:
    assert change(call("<a>"), call("<b>")).pointers == ("",)


def test_a_response_that_is_nested_out_of_all_measure_differs_as_a_whole() -> None:
    deep = "[" * 900 + "]" * 900
    assert change(call(deep), call(deep.replace("[]", "[1]"))).pointers == ("",)


def test_another_status_request_or_refusal_is_a_change_of_its_own() -> None:
    told = change(call("busy", query="?page=1"), call("busy", query="?page=2", status=None, refusal="E_DENIED: no"))
    assert told.before
    assert told.after
    assert (told.before.status, told.after.status, told.after.refused) == (200, None, "E_DENIED: no")
    assert (told.before.request, told.after.request) == ("GET http://estate/hosts?page=1", "GET http://estate/hosts?page=2")
    assert told.pointers == ()


def test_a_long_request_is_cut() -> None:
    told = change(call(request_body="x" * 3000), call(request_body="x" * 3001))
    assert told.after
    assert len(told.after.request) == MOST_REQUEST


def test_calls_are_paired_by_place_operation_and_turn() -> None:
    before = [call(number=1, place="eu"), call(number=2, place="eu"), call(number=3, place="us")]
    after = [call(number=1, place="us"), call(number=2, place="eu"), call(number=3, place="eu", operation="estate:other")]
    pairs = [(old and old.number, new and new.number) for old, new in paired(before, after)]
    assert pairs == [(1, 2), (2, None), (3, 1), (None, 3)]


def test_a_call_without_a_counterpart_is_a_change() -> None:
    told = call_change((None, call(number=4)), OPERATIONS)
    assert told
    assert (told.before, told.after and told.after.number) == (None, 4)
