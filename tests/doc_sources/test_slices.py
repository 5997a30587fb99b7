from __future__ import annotations

import pytest
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from openapi_spec_validator import OpenAPIV31SpecValidator

from doc_sources.slices import Cutter
from doc_sources.specification import Specification
from schemas.base import Json, digest
from schemas.operation import Effect, Parameter
from tests.doc_sources.documents import JUDGE, SOURCE, get, in_slice, only_operation, only_slice, openapi, schemas_of, slices, swagger

HOST = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "disks": {"$ref": "#/components/schemas/Disks"}}}
DISKS = {"type": "array", "items": {"$ref": "#/components/schemas/Disk"}}
DISK = {"type": "object", "properties": {"size": {"type": "integer"}}}
SCHEMAS = {"Host": HOST, "Disks": DISKS, "Disk": DISK, "Other": {"$ref": "#/components/schemas/Host"}}


def hosts(**more: Json) -> dict[str, Json]:
    return get({"type": "array", "items": {"$ref": "#/components/schemas/Host"}}, **more)


def test_a_slice_carries_the_schemas_that_its_operation_leads_to_and_no_others() -> None:
    assert schemas_of(only_slice(openapi({"/hosts": hosts()}, SCHEMAS))) == {"Host": HOST, "Disks": DISKS, "Disk": DISK}


def test_a_slice_is_a_valid_document_of_one_operation() -> None:
    document = openapi(
        {"/hosts/{id}": hosts() | {"delete": {"operationId": "delete_host", "responses": {"204": {"description": ""}}}}}, SCHEMAS
    )
    found, _ = slices(document)
    for piece in found:
        OpenAPIV31SpecValidator(piece.document).validate()
        assert [list(item) for item in piece.document["paths"].values()] == [[piece.operation.method.lower()]]


def test_a_slice_judges_requests_and_responses_below_any_base_url() -> None:
    piece = only_slice(openapi({"/hosts": hosts()}, SCHEMAS, servers=[{"url": "/api"}], security=[{"token": []}]))
    judge = OpenAPI.from_dict(piece.document, config=Config(spec_validator_cls=None))
    request = MockRequest("https://registry.example/api/v2", "get", "/hosts")
    judge.validate_request(request)
    judge.validate_response(request, MockResponse(b'[{"name": "a"}]'))


def test_the_digest_is_that_of_the_document_with_one_of_its_schemas_in_their_place() -> None:
    piece = only_slice(openapi({"/hosts": hosts()}, SCHEMAS))
    schemas = {name: digest(schema) for name, schema in schemas_of(piece).items()}
    assert piece.digest == piece.operation.slice_hash == digest({**piece.document, "components": {"schemas": digest(schemas)}})


@pytest.mark.parametrize(
    "change",
    [
        {"servers": [{"url": "https://other.example"}]},
        {"security": [{"token": []}]},
        {"info": {"title": "Registry", "version": "8"}},
        {"paths": {"/hosts": hosts(), "/other": {"get": {"responses": {}}}}},
        {"components": {"schemas": SCHEMAS | {"Unused": {}}}},
    ],
)
def test_the_digest_stays_when_the_connection_or_another_operation_changes(change: Json) -> None:
    before = only_slice(openapi({"/hosts": hosts()}, SCHEMAS))
    after, _ = slices(openapi({"/hosts": hosts()}, SCHEMAS) | change)
    assert after[0].digest == before.digest


@pytest.mark.parametrize(
    "change",
    [{"description": "Other words."}, {"parameters": [{"name": "zone", "in": "query"}]}, {"responses": {}}, {"x-hint": 1}, {"tags": ["a"]}],
)
def test_the_digest_changes_when_the_operation_does(change: Json) -> None:
    assert only_slice(openapi({"/hosts": hosts(**change)}, SCHEMAS)).digest != only_slice(openapi({"/hosts": hosts()}, SCHEMAS)).digest


def test_the_digest_changes_when_a_schema_far_down_does() -> None:
    changed = SCHEMAS | {"Disk": {"type": "object", "properties": {"size": {"type": "string"}}}}
    assert only_slice(openapi({"/hosts": hosts()}, SCHEMAS)).digest != only_slice(openapi({"/hosts": hosts()}, changed)).digest


def test_callbacks_links_and_security_are_left_out() -> None:
    response = {"description": "", "links": {"next": {"operationRef": "#/paths/~1b/get"}}}
    raw = {"responses": {"200": response}, "callbacks": {"done": {}}, "security": [], "servers": [{"url": "/x"}]}
    assert in_slice(only_slice(openapi({"/a": {"get": raw}}))) == {"operationId": "get_a", "responses": {"200": {"description": ""}}}


def test_parameters_of_the_path_are_the_operation_s_which_may_override_them() -> None:
    shared = [
        {"name": "id", "in": "path", "schema": {"type": "string"}},
        {"name": "zone", "in": "query", "schema": {"type": "string"}},
        {"name": "zone", "in": "header", "schema": {"type": "string"}},
    ]
    own = [{"name": "zone", "in": "query", "required": True, "schema": {"type": "integer"}}]
    operation = only_operation(openapi({"/hosts/{id}": {"parameters": shared, **get(parameters=own)}}))
    assert operation.parameters == (
        Parameter(name="id", location="path", required=True, value_schema={"type": "string"}),
        Parameter(name="zone", location="query", required=True, value_schema={"type": "integer"}),
        Parameter(name="zone", location="header", value_schema={"type": "string"}),
    )


def test_a_template_that_nobody_declares_is_a_required_text() -> None:
    operation = only_operation(openapi({"/hosts/{host-id}/disks/{n}": get(parameters=[{"name": "n", "in": "path"}])}))
    assert [(p.name, p.required, p.value_schema) for p in operation.parameters] == [("n", True, {}), ("host-id", True, {"type": "string"})]
    assert not operation.is_listable


@pytest.mark.parametrize("name", ["Accept", "content-type", "AUTHORIZATION"])
def test_headers_that_are_described_elsewhere_are_no_parameters(name: str) -> None:
    header = {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
    assert only_operation(openapi({"/a": get(parameters=[header])})).parameters == ()


def test_a_parameter_s_schema_stands_alone_and_is_cut_where_it_recurses() -> None:
    schemas = {
        "Tier": {"type": "string", "enum": ["high", "low"], "description": "How much it matters."},
        "Tree": {"type": "object", "properties": {"left": {"$ref": "#/components/schemas/Tree"}, "$ref": {"type": "string"}}},
    }
    parameters = [
        {"name": "tier", "in": "query", "schema": {"$ref": "#/components/schemas/Tier"}},
        {"name": "tree", "in": "query", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Tree"}}}},
    ]
    tier, tree = only_operation(openapi({"/a": get(parameters=parameters)}, schemas)).parameters
    assert (tier.value_schema, tier.description) == (schemas["Tier"], "How much it matters.")
    assert tree.value_schema == {"type": "object", "properties": {"left": {}, "$ref": {"type": "string"}}}


def test_a_parameter_s_schema_that_runs_long_is_cut_off() -> None:
    schemas = {f"S{n}": {"properties": {str(i): {"$ref": f"#/components/schemas/S{n + 1}"} for i in range(30)}} for n in range(6)}
    parameters = [{"name": "x", "in": "query", "schema": {"$ref": "#/components/schemas/S0"}}]
    operation = only_operation(openapi({"/a": get(parameters=parameters)}, schemas | {"S6": {"type": "string"}}))
    assert len(str(operation.parameters[0].value_schema)) < 100_000


@pytest.mark.parametrize(
    ("method", "body", "has_body"),
    [
        ("get", {"required": False, "content": {}}, False),
        ("get", {"required": True, "content": {}}, True),
        ("head", {"content": {}}, False),
        ("post", {"content": {}}, True),
        ("post", None, False),
    ],
)
def test_an_optional_body_of_a_get_is_not_sent(method: str, body: Json, has_body: bool) -> None:
    raw = {"responses": {}} | ({"requestBody": body} if body is not None else {})
    assert only_operation(openapi({"/a": {method: raw}})).has_body is has_body


def posted(schema: Json, **more: Json) -> dict[str, Json]:
    return {"requestBody": {"content": {"application/json": {"schema": schema}}}, "responses": {}} | more


@pytest.mark.parametrize(
    ("method", "path", "raw", "takes"),
    [
        ("post", "/hosts/list", posted({"type": "object"}), True),
        ("post", "/hosts/list", posted({"$ref": "#/components/schemas/Nothing"}), True),
        ("post", "/hosts/list", posted({"type": "object", "properties": {"name": {"type": "string"}}}), True),
        ("post", "/hosts/list", posted({"type": "object", "required": ["name"]}), False),
        ("post", "/hosts/list", posted({"type": "object", "properties": {"pageSize": {"type": "integer"}}}), False),
        ("post", "/hosts/list", posted({"type": "object", "properties": {"cursor": {"type": "string"}}}), False),
        ("post", "/hosts/list", posted({"type": "array"}), False),
        ("post", "/hosts/list", {"responses": {}}, False),
        ("post", "/hosts/list", {"requestBody": {"content": {"text/plain": {"schema": {"type": "object"}}}}, "responses": {}}, False),
        ("post", "/hosts/create", posted({"type": "object"}), False),
        ("get", "/hosts", posted({"type": "object"}), False),
    ],
)
def test_an_empty_body_asks_for_all_where_it_reads_and_nothing_could_ask_for_a_part(
    method: str, path: str, raw: dict[str, Json], takes: bool
) -> None:
    nothing: dict[str, Json] = {"Nothing": {"type": "object", "additionalProperties": False}}
    assert only_operation(openapi({path: {method: raw}}, nothing)).takes_empty_body is takes


def test_shared_parameters_bodies_responses_headers_and_examples_are_put_in_their_place() -> None:
    components = {
        "parameters": {
            "Zone": {"name": "zone", "in": "query", "schema": {"type": "string"}, "examples": {"a": {"$ref": "#/components/examples/A"}}}
        },
        "requestBodies": {"Body": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Disk"}}}}},
        "responses": {"Page": {"description": "A page.", "headers": {"Link": {"$ref": "#/components/headers/Link"}}}},
        "headers": {"Link": {"schema": {"type": "string"}}},
        "examples": {"A": {"value": "eu"}},
    }
    raw = {
        "operationId": "search_hosts",
        "parameters": [{"$ref": "#/components/parameters/Zone"}],
        "requestBody": {"$ref": "#/components/requestBodies/Body"},
        "responses": {"2XX": {"$ref": "#/components/responses/Page"}},
    }
    piece = only_slice(openapi({"/a": {"post": raw}}, SCHEMAS, components=components))
    assert in_slice(piece) == {
        "operationId": "search_hosts",
        "parameters": [{"name": "zone", "in": "query", "schema": {"type": "string"}, "examples": {"a": {"value": "eu"}}}],
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Disk"}}}},
        "responses": {"2XX": {"description": "A page.", "headers": {"Link": {"schema": {"type": "string"}}}}},
    }
    assert schemas_of(piece) == {"Disk": DISK}


def test_summary_and_description_of_the_path_serve_where_the_operation_has_none() -> None:
    item = {"summary": "Hosts", "description": "About hosts.", **get(description="Lists hosts.")}
    operation = only_operation(openapi({"/a": item}))
    assert (operation.summary, operation.description) == ("Hosts", "Lists hosts.")


def test_an_operation_that_json_cannot_hold_is_left_out_with_a_warning() -> None:
    deep: Json = []
    for _ in range(300):
        deep = [deep]
    found, warnings = slices(openapi({"/deep": get(example=deep), "/a": get()}))
    assert [s.operation.path for s in found] == ["/a"]
    assert "'list_things' is left out" in warnings[0]


def test_swagger_and_openapi_give_one_slice_for_one_api() -> None:
    old = swagger(
        {"/hosts": {"get": {"responses": {"200": {"description": "", "schema": {"$ref": "#/definitions/Disk"}}}}}}, {"Disk": DISK}
    )
    new = openapi({"/hosts": {"get": {"responses": {"200": {"description": "", **_json({"$ref": "#/components/schemas/Disk"})}}}}}, SCHEMAS)
    assert only_slice(old).document == only_slice(new).document


def _json(schema: Json) -> dict[str, Json]:
    return {"content": {"application/json": {"schema": schema}}}


def test_a_document_on_http_has_no_say_in_its_own_effect() -> None:
    said = {"x-opswright-effect": "read", "x-opswright-effect-reason": "trust me"}
    document = openapi({"/hosts": {"post": {"operationId": "wipe_hosts", "responses": {}, **said}}})
    assert only_operation(document).effect is Effect.WRITE


@pytest.mark.parametrize(
    ("said", "effect", "reason"),
    [
        ({"x-opswright-effect": "read", "x-opswright-effect-reason": "it is a query"}, Effect.READ, "it is a query"),
        ({"x-opswright-effect": "anything"}, Effect.WRITE, "its description does not say what it does"),
        ({}, Effect.WRITE, "its description does not say what it does"),
    ],
)
def test_where_calls_are_not_http_the_reader_of_the_format_says_the_effect(said: Json, effect: Effect, reason: str) -> None:
    specification = Specification(openapi({"/query/hosts": {"post": {"operationId": "hosts", "responses": {}, **said}}}))
    (piece,) = Cutter(specification, SOURCE, JUDGE, "graphql").cut()
    assert (piece.operation.protocol, piece.operation.effect, piece.operation.effect_reason) == ("graphql", effect, reason)


@pytest.mark.parametrize(
    ("url", "shown"), [("https://docs.example/hosts", "https://docs.example/hosts"), ("javascript:alert(1)", ""), (7, "")]
)
def test_only_a_page_is_named_as_documentation(url: Json, shown: str) -> None:
    assert only_operation(openapi({"/hosts": get(externalDocs={"url": url})})).docs_url == shown


@pytest.mark.parametrize("query", ["Action=DeleteHosts&Version=1", "Version=1&Action=%44eleteHosts", "delete", "a=1;do=delete_all"])
def test_what_a_query_in_a_path_says_tells_the_effect_whatever_the_operation_is_called(query: str) -> None:
    assert only_operation(openapi({f"/?{query}": hosts()}, SCHEMAS)).effect is Effect.WRITE


def test_a_query_in_a_path_that_says_nothing_of_a_change_may_read() -> None:
    assert only_operation(openapi({"/?Action=DescribeHosts&Version=2020-04-01": hosts()}, SCHEMAS)).effect is Effect.READ
