"""Bodies whose rows lie in lists of holders."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest

from sandbox.rehearsal.envelope import Envelope
from sandbox.rehearsal.pages import Page
from sandbox.rehearsal.rows import RowMaker
from schemas.base import Json
from schemas.operation import Effect, Operation, Protocol, Slice, rows_of

ROWS: list[Json] = [{"id": number} for number in range(4)]


def envelope(rules: Json, *, required: bool, protocol: Protocol = "http") -> tuple[Operation, Envelope]:
    group: Json = {"type": "object", "properties": {"rules": rules}} | ({"required": ["rules"]} if required else {})
    body: Json = {"type": "object", "required": ["groups"], "properties": {"groups": {"type": "array", "items": group}}}
    answers: Json = {"200": {"description": "", "content": {"application/json": {"schema": body}}}}
    operation = Operation(
        id="s:rules", source="s", name="rules", protocol=protocol, method="GET", path="/rules", effect=Effect.READ, effect_reason="",
        rows_path="groups[].rules", slice_hash="0",
    )  # fmt: skip
    slice_ = Slice(operation=operation, document={"openapi": "3.1.0", "paths": {"/rules": {"get": {"responses": answers}}}})
    return operation, Envelope(slice_, RowMaker(slice_, Random(1), datetime(2028, 1, 1, tzinfo=UTC)))


def listed(least: int = 0, *, nullable: bool = False) -> Json:
    items: Json = {"type": "object", "properties": {"id": {"type": "integer"}}, "additionalProperties": False}
    return {"type": ["array", "null"] if nullable else "array", "items": items, "minItems": least}


@pytest.mark.parametrize(
    ("rules", "required", "hollow"),
    [
        (listed(nullable=True), False, [{"rules": None}, {"rules": []}, {}]),
        (listed(), False, [{"rules": []}, {}]),
        (listed(), True, [{"rules": []}]),
        (listed(least=1), True, []),
    ],
)
def test_holders_without_rows_come_in_every_form_that_is_legal(rules: Json, required: bool, hollow: list[Json]) -> None:
    operation, made = envelope(rules, required=required)
    body = made.body(ROWS, Page(0, 4, 4, 4, None))
    assert body["groups"] == [*hollow, {"rules": ROWS[:2]}, {"rules": ROWS[2:3]}, {"rules": ROWS[3:]}]
    assert rows_of(operation, body) == ROWS


def test_where_there_is_no_row_there_is_no_holder() -> None:
    _, made = envelope(listed(nullable=True), required=False)
    assert made.body([], Page(0, 0, 0, 1, None))["groups"] == []
