from __future__ import annotations

import pytest

from schemas.base import Json
from tests.doc_sources.documents import in_slice, only_operation, only_slice, schemas_of, swagger

HOST = {"type": "object", "properties": {"owner": {"$ref": "#/definitions/Owner"}}}
OWNER = {"type": "string", "x-nullable": True}


def operation(document: Json) -> dict[str, Json]:
    return in_slice(only_slice(document))


def with_parameters(*parameters: Json, **more: Json) -> dict[str, Json]:
    return swagger({"/a": {"post": {"parameters": list(parameters), "responses": {}, **more}}})


def test_definitions_become_component_schemas() -> None:
    response = {"description": "The hosts.", "schema": {"type": "array", "items": {"$ref": "#/definitions/Host"}}}
    piece = only_slice(swagger({"/hosts": {"get": {"responses": {"200": response}}}}, {"Host": HOST, "Owner": OWNER, "Unused": {}}))
    assert schemas_of(piece) == {
        "Host": {"type": "object", "properties": {"owner": {"$ref": "#/components/schemas/Owner"}}},
        "Owner": {"type": ["string", "null"]},
    }
    assert in_slice(piece)["responses"] == {
        "200": {
            "description": "The hosts.",
            "content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Host"}}}},
        }
    }


@pytest.mark.parametrize(
    ("root", "own", "kinds"),
    [
        ({}, {}, ["application/json"]),
        ({"produces": ["application/xml", "application/json"]}, {}, ["application/xml", "application/json"]),
        ({"produces": ["application/xml"]}, {"produces": ["text/plain"]}, ["text/plain"]),
    ],
)
def test_responses_are_of_the_media_types_that_are_produced(root: Json, own: Json, kinds: list[str]) -> None:
    raw = {"responses": {"200": {"description": "", "schema": {"type": "string"}, "examples": {kinds[0]: "x"}}}, **own}
    content = operation(swagger({"/a": {"get": raw}}, **root))["responses"]["200"]["content"]
    assert list(content) == kinds
    assert content[kinds[0]] == {"schema": {"type": "string"}, "example": "x"}


def test_a_parameter_s_own_keys_become_its_schema() -> None:
    raw = {
        "name": "zone",
        "in": "query",
        "description": "Where.",
        "required": True,
        "type": "string",
        "enum": ["a"],
        "default": "a",
        "maxLength": 3,
    }
    assert operation(with_parameters(raw))["parameters"] == [
        {
            "name": "zone",
            "in": "query",
            "description": "Where.",
            "required": True,
            "schema": {"type": "string", "enum": ["a"], "default": "a", "maxLength": 3},
        }
    ]


@pytest.mark.parametrize(
    ("collection", "style"),
    [
        ("csv", {"style": "form", "explode": False}),
        ("multi", {"style": "form", "explode": True}),
        ("ssv", {"style": "spaceDelimited", "explode": False}),
        ("pipes", {"style": "pipeDelimited", "explode": False}),
        ("tsv", {}),
    ],
)
def test_how_a_list_is_written_is_said_the_new_way(collection: str, style: Json) -> None:
    raw = {"name": "ids", "in": "query", "type": "array", "items": {"type": "integer"}, "collectionFormat": collection}
    (parameter,) = operation(with_parameters(raw))["parameters"]
    assert parameter == {"name": "ids", "in": "query", "schema": {"type": "array", "items": {"type": "integer"}}, **style}


def test_a_body_parameter_becomes_the_request_body() -> None:
    body = {"name": "host", "in": "body", "required": True, "description": "The host.", "schema": {"type": "object"}}
    raw = operation(with_parameters(body, consumes=["application/json", "application/yaml"]))
    assert raw["requestBody"] == {
        "required": True,
        "description": "The host.",
        "content": {"application/json": {"schema": {"type": "object"}}, "application/yaml": {"schema": {"type": "object"}}},
    }
    assert "parameters" not in raw


@pytest.mark.parametrize(
    ("kind", "consumes", "media_type"),
    [
        ("string", [], "application/x-www-form-urlencoded"),
        ("file", [], "multipart/form-data"),
        ("string", ["application/json", "multipart/form-data"], "multipart/form-data"),
    ],
)
def test_form_fields_become_one_body(kind: str, consumes: list[str], media_type: str) -> None:
    fields = [
        {"name": "note", "in": "formData", "type": "string", "description": "Words."},
        {"name": "data", "in": "formData", "type": kind, "required": True},
    ]
    body = operation(with_parameters(*fields, consumes=consumes))["requestBody"]
    schema = body["content"][media_type]["schema"]
    assert list(body["content"]) == [media_type]
    assert body["required"] is True
    assert schema["required"] == ["data"]
    assert schema["properties"]["note"] == {"type": "string", "description": "Words."}
    assert schema["properties"]["data"] == ({"type": "string", "format": "binary"} if kind == "file" else {"type": "string"})


def test_shared_parameters_and_responses_are_found_and_the_operation_s_own_win() -> None:
    document = swagger(
        {
            "/a/{id}": {
                "parameters": [{"$ref": "#/parameters/Id"}, {"$ref": "#/parameters/Body"}, {"name": "n", "in": "query", "type": "string"}],
                "put": {"parameters": [{"name": "n", "in": "query", "type": "integer"}], "responses": {"200": {"$ref": "#/responses/Ok"}}},
            }
        },
        parameters={"Id": {"name": "id", "in": "path", "type": "string"}, "Body": {"name": "b", "in": "body", "schema": {}}},
        responses={"Ok": {"description": "Done.", "headers": {"Link": {"type": "string", "description": "Where next."}}}},
    )
    raw = operation(document)
    assert raw["parameters"] == [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
        {"name": "n", "in": "query", "schema": {"type": "integer"}},
    ]
    assert raw["requestBody"] == {"content": {"application/json": {"schema": {}}}}
    assert raw["responses"] == {
        "200": {"description": "Done.", "headers": {"Link": {"description": "Where next.", "schema": {"type": "string"}}}}
    }
    assert only_operation(document).has_body
