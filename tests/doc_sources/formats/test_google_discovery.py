from __future__ import annotations

from typing import Any

import pytest

from doc_sources.formats import google_discovery, reading
from schemas.base import Json
from schemas.operation import CursorPagination, Effect, Operation
from tests.doc_sources.documents import in_slice, slices

LIST: dict[str, Any] = {
    "id": "racks.machines.list",
    "httpMethod": "GET",
    "path": "v1/{+parent}/machines",
    "flatPath": "v1/sites/{sitesId}/machines",
    "description": "Lists machines.",
    "parameters": {
        "parent": {"type": "string", "location": "path", "required": True, "pattern": "^sites/[^/]+$"},
        "pageSize": {"type": "integer", "format": "int32", "location": "query", "default": "100", "minimum": "0", "maximum": "500"},
        "pageToken": {"type": "string", "location": "query"},
        "states": {"type": "string", "repeated": True, "location": "query", "enum": ["UP", "DOWN"], "enumDescriptions": ["It runs.", ""]},
    },
    "response": {"$ref": "MachineList"},
}
SCHEMAS = {
    "MachineList": {
        "id": "MachineList",
        "type": "object",
        "properties": {"machines": {"type": "array", "items": {"$ref": "Machine"}}, "nextPageToken": {"type": "string"}},
    },
    "Machine": {
        "id": "Machine",
        "type": "object",
        "properties": {
            "name": {"type": "string", "required": True},
            "state": {"type": "string", "enum": ["UP", "DOWN"], "enumDescriptions": ["It runs.", "It does not."]},
            "labels": {"type": "object", "additionalProperties": {"type": "any"}},
        },
    },
}


def discovery(methods: dict[str, Json], **more: Json) -> dict[str, Json]:
    nested = {"machines": {"methods": methods, "resources": {}}}
    return {
        "kind": "discovery#restDescription",
        "title": "Racks",
        "version": "v1",
        "rootUrl": "https://racks.example/",
        "servicePath": "",
        "documentationLink": "https://racks.example/docs",
        "parameters": {"fields": {"type": "string", "location": "query"}, "access_token": {"type": "string", "location": "query"}},
        "resources": {"sites": {"resources": nested}},
        "schemas": SCHEMAS,
        **more,
    }


def only(method: dict[str, Json]) -> Operation:
    (found,), warnings = slices(google_discovery.read(discovery({"it": method}), "").root)
    assert warnings == ()
    return found.operation


def test_a_nested_method_is_an_operation_with_rows_pages_and_documentation() -> None:
    found = only(LIST)
    assert (found.name, found.method, found.path) == ("racks.machines.list", "GET", "/v1/sites/{sitesId}/machines")
    assert found.effect is Effect.READ
    assert (found.rows_path, found.row_title) == ("machines", "Machine")
    assert isinstance(found.pagination, CursorPagination)
    assert (found.pagination.next_path, found.pagination.max_size) == ("nextPageToken", 500)
    assert found.docs_url == "https://racks.example/docs"


def test_a_flat_path_declares_its_own_parameters_and_credentials_are_none() -> None:
    places = {parameter.name: parameter for parameter in only(LIST).parameters}
    assert set(places) == {"fields", "sitesId", "pageSize", "pageToken", "states"}
    assert places["sitesId"].required
    assert places["pageSize"].value_schema == {"type": "integer", "format": "int32", "default": 100, "minimum": 0, "maximum": 500}
    assert places["states"].value_schema["items"]["x-enum-descriptions"] == {"UP": "It runs."}


def test_without_a_flat_path_the_expansions_are_plain_parameters() -> None:
    method = {"id": "m.get", "httpMethod": "GET", "path": "b/{bucket}/{+name}", "parameters": {"bucket": {"location": "path"}}}
    assert only(method).path == "/b/{bucket}/{name}"


@pytest.mark.parametrize(
    ("name", "path", "effect"),
    [
        ("m.getIamPolicy", "m/{+resource}:getIamPolicy", Effect.READ),
        ("m.search", "m:search", Effect.READ),
        ("m.insert", "m", Effect.WRITE),
        ("m.stop", "m:stop", Effect.WRITE),
    ],
)
def test_a_post_is_judged_by_its_name(name: str, path: str, effect: Effect) -> None:
    assert only({"id": name, "httpMethod": "POST", "path": path}).effect is effect


def test_a_request_body_is_one_of_json() -> None:
    described = google_discovery.read(discovery({"it": {**LIST, "httpMethod": "POST", "request": {"$ref": "Machine"}}}), "")
    ((found,), _) = slices(described.root)
    assert in_slice(found)["requestBody"]["content"] == {"application/json": {"schema": {"$ref": "#/components/schemas/Machine"}}}


def test_the_reading_table_knows_it_and_its_server() -> None:
    root = reading.read_value(discovery({"it": LIST}), "").root
    assert root["servers"] == [{"url": "https://racks.example/"}]


def test_resources_and_schemas_that_nest_without_end_end() -> None:
    resource: dict[str, Json] = {}
    schema: dict[str, Json] = {}
    for _ in range(500):
        resource, schema = {"resources": {"r": resource}}, {"items": schema}
    ((found,), _) = slices(google_discovery.read(discovery({"it": LIST}, schemas={"MachineList": schema}), "").root)
    assert found.operation.name == "racks.machines.list"
    assert google_discovery.read(discovery({"it": LIST}) | resource, "").root["paths"] == {}
