"""What a slice's schemas say of its rows and fields."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.rehearsal.shapes import PlantingFailed, SchemaReader, body_node, body_type, row_node
from tests.sandbox.rehearsal.fleet import slices

DOCUMENT = {
    "components": {
        "schemas": {
            "Named": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
            "Host": {
                "allOf": [{"$ref": "#/components/schemas/Named"}, {"properties": {"memory": {"$ref": "#/components/schemas/Memory"}}}]
            },
            "Memory": {"anyOf": [{"type": "null"}, {"type": "object", "required": ["rss"], "properties": {"rss": {"type": "integer"}}}]},
            "a/b": {"type": "integer"},
            "Loop": {"$ref": "#/components/schemas/Loop"},
        }
    }
}
HOST = {"$ref": "#/components/schemas/Host"}


def document(responses: dict[str, Any]) -> dict[str, Any]:
    return {"paths": {"/x": {"parameters": [], "get": {"responses": responses}}}}


def answer(title: str, kind: str = "application/json") -> dict[str, Any]:
    return {"content": {kind: {"schema": {"title": title}}}}


def test_references_and_all_of_are_merged_and_of_alternatives_the_first_with_a_value_is_taken() -> None:
    reader = SchemaReader(DOCUMENT)
    assert reader.merged(HOST)["required"] == ["name"]
    assert set(reader.merged(HOST)["properties"]) == {"name", "memory"}
    assert reader.merged(reader.child(HOST, "memory"))["type"] == "object"


def test_a_field_knows_which_step_of_its_path_may_be_left_out() -> None:
    reader = SchemaReader(DOCUMENT)
    assert reader.field(HOST, "name").optional_at is None
    assert reader.field(HOST, "memory").optional_at == "memory"
    assert reader.field(HOST, "memory.rss").optional_at == "memory"
    assert reader.field(HOST, "memory.vms").optional_at == "memory.vms"


def test_a_field_admits_what_its_own_schema_does() -> None:
    reader = SchemaReader(DOCUMENT)
    memory = reader.field(HOST, "memory")
    assert [value for value in (None, {"rss": 1}, {"rss": "1"}, "") if memory.admits(value)] == [None, {"rss": 1}]


def test_escaped_pointers_are_followed_and_a_circle_or_a_broken_one_says_nothing() -> None:
    reader = SchemaReader(DOCUMENT)
    assert reader.merged({"$ref": "#/components/schemas/a~1b"})["type"] == "integer"
    assert reader.merged({"$ref": "#/components/schemas/a%7E1b"})["type"] == "integer"
    assert reader.merged({"$ref": "#/components/schemas/Loop"})["type"] == "any"
    assert reader.merged({"$ref": "#/components/schemas/Gone"})["type"] == "any"


def test_a_schema_that_does_not_compile_is_our_failure_and_not_a_crash() -> None:
    with pytest.raises(PlantingFailed, match="compiled"):
        SchemaReader(DOCUMENT).validator({"$ref": "#/components/schemas/Gone"})


@pytest.mark.parametrize(
    ("status", "title"), [(200, "ok"), (404, "client error"), (500, "anything else")], ids=["success", "a range", "the default"]
)
def test_the_body_of_a_status_is_the_one_declared_for_it(status: int, title: str) -> None:
    responses = {"default": answer("anything else"), "4XX": answer("client error"), "201": answer("ok")}
    assert body_node(document(responses), status) == {"title": title}


@pytest.mark.parametrize(
    ("kind", "read_as"),
    [
        ("application/json", "application/json"),
        ("application/problem+json; v=2", "application/problem+json; v=2"),
        ("*/*", "application/json"),
    ],
)
def test_a_json_body_is_found_under_its_media_type(kind: str, read_as: str) -> None:
    both = {"200": {"content": {"text/html": {"schema": {"title": "page"}}, kind: {"schema": {"title": "rows"}}}}}
    assert body_node(document(both)) == {"title": "rows"}
    assert body_type(document(both)) == read_as


def test_a_stream_of_json_lines_is_no_json_body() -> None:
    assert body_node(document({"200": answer("lines", "application/x-ndjson")})) is None


def test_rows_are_the_items_at_the_rows_path_or_the_one_object() -> None:
    service, memory = slices()["fleet:list_services"], slices()["fleet:get_memory"]
    assert row_node(SchemaReader(service.document), service) == {"$ref": "#/components/schemas/Service"}
    assert "used_percent" in row_node(SchemaReader(memory.document), memory)["properties"]
