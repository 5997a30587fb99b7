from __future__ import annotations

import pytest

from doc_sources.catalogue import load_catalogue
from doc_sources.provider import Meaning, Provider
from schemas.base import Json
from schemas.operation import CursorPagination, Echo, Filter, LinkPagination, OffsetPagination, Operation
from tests.doc_sources.documents import get, only_slice, openapi

THING = {"type": "object", "properties": {"id": {"type": "string"}, "state": {"type": "string"}}}
THINGS = {"type": "array", "items": THING}
STATE = {"name": "state", "in": "query", "schema": {"type": "string"}}


def provider(**said: Json) -> Provider:
    return Provider.model_validate({"title": "Acme", "recognise": ["/things"], **said})


def operation(known: Provider, schema: Json, path: str = "/things", *parameters: Json) -> Operation:
    return known.enriched(only_slice(openapi({path: get(schema, parameters=list(parameters))}))).operation


@pytest.mark.parametrize(
    ("base_url", "is_at"),
    [
        ("https://api.acme.test", True),
        ("https://eu.api.acme.test:443/v1", True),
        ("https://API.acme.test./", True),
        ("https://notapi.acme.test", False),
        ("https://api.acme.test.evil.test", False),
        ("https://evil.test/api.acme.test", False),
        ("", False),
    ],
)
def test_a_host_is_the_provider_s_where_it_is_named_or_below_one_that_is(base_url: str, is_at: bool) -> None:
    assert provider(hosts=["api.acme.test"]).is_at(base_url) is is_at


FILTERED = provider(meanings=[{"operations": ["GET /things"], "filters": [{"parameter": "state", "path": "state"}]}])


def test_a_filter_is_an_operation_s_that_has_the_parameter_and_the_field() -> None:
    assert operation(FILTERED, THINGS, "/things", STATE).filters == (Filter(parameter="state", path="state"),)


@pytest.mark.parametrize(
    ("schema", "path", "parameters"),
    [
        (THINGS, "/things", ()),
        (THINGS, "/others", (STATE,)),
        ({"type": "array", "items": {"type": "object", "properties": {"id": {}}}}, "/things", (STATE,)),
        (THING, "/things", (STATE,)),
    ],
    ids=["no parameter", "another path", "no field", "a single thing"],
)
def test_a_filter_is_of_no_other_operation(schema: Json, path: str, parameters: tuple[Json, ...]) -> None:
    assert operation(FILTERED, schema, path, *parameters).filters == ()


def test_an_echo_in_rows_wants_the_field_and_one_of_the_body_only_the_parameter() -> None:
    known = provider(
        meanings=[
            {
                "operations": ["GET /things/{id}"],
                "echo": [
                    {"parameter": "id", "path": "id", "in_rows": True},
                    {"parameter": "id", "path": "name", "in_rows": True},
                    {"parameter": "id", "path": "request.id"},
                ],
            }
        ]
    )
    identity = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    found = operation(known, THING, "/things/{id}", identity)
    assert found.echo == (Echo(parameter="id", path="id", in_rows=True), Echo(parameter="id", path="request.id"))


def test_a_star_stands_for_any_text_and_braces_for_themselves() -> None:
    meaning = Meaning(operations=("GET /a/{id}/*",))
    assert meaning.fits(operation(provider(), THINGS, "/a/{id}/b/c"))
    assert not meaning.fits(operation(provider(), THINGS, "/a/x/b"))


PAGED = provider(
    meanings=[{"operations": ["GET /*"], "pagination": {"style": "offset", "offset_parameter": "from", "limit_parameter": "max"}}]
)


def named(*names: str) -> list[Json]:
    return [{"name": name, "in": "query", "schema": {"type": "string" if name == "cursor" else "integer"}} for name in names]


def test_paging_is_declared_for_listings_that_take_its_parameters() -> None:
    assert operation(PAGED, THINGS, "/things", *named("from", "max")).pagination == OffsetPagination(
        offset_parameter="from", limit_parameter="max"
    )
    assert operation(PAGED, THINGS, "/things", *named("from")).pagination is None
    assert operation(PAGED, THING, "/things", *named("from", "max")).pagination is None


def test_paging_that_the_description_tells_of_comes_first() -> None:
    page = {"type": "object", "properties": {"items": THINGS, "next_cursor": {"type": "string"}}}
    found = operation(PAGED, page, "/things", *named("from", "max", "cursor")).pagination
    assert isinstance(found, CursorPagination)


LINKED = {"type": "object", "properties": {"value": THINGS, "nextLink": {"type": "string"}}}


def test_what_the_urls_of_next_pages_ask_by_is_declared_where_there_are_such() -> None:
    known = provider(goes_on_by=["$skiptoken", "after"])
    before = only_slice(openapi({"/things": get(LINKED, parameters=named("after"))}))
    piece = known.enriched(before)
    assert piece.operation.pagination == LinkPagination(next_path="nextLink")
    assert [parameter.name for parameter in piece.operation.parameters] == ["after", "$skiptoken"]
    assert [p["name"] for p in piece.document["paths"]["/things"]["get"]["parameters"]] == ["after", "$skiptoken"]
    assert piece.digest != before.digest
    assert [p["name"] for p in before.document["paths"]["/things"]["get"]["parameters"]] == ["after"]
    assert [parameter.name for parameter in operation(known, THINGS, "/things", *named("max")).parameters] == ["max"]


NESTED = {
    "type": "object",
    "properties": {
        "groups": {"type": "array", "items": {"type": "object", "properties": {"things": THINGS, "name": {"type": "string"}}}},
        "others": THINGS,
    },
}


@pytest.mark.parametrize(
    ("path", "fields"), [("groups[].things", {"id", "state"}), ("groups", {"things", "name"}), ("others", {"id", "state"})]
)
def test_rows_are_where_they_are_said_to_be(path: str, fields: set[str]) -> None:
    found = operation(provider(rows={"GET /things": path}), NESTED)
    assert (found.rows_path, {field.path for field in found.fields}) == (path, fields)


@pytest.mark.parametrize("path", ["nowhere", "groups[].name", "groups[].things[].id"])
def test_rows_that_the_schema_does_not_have_change_nothing(path: str) -> None:
    assert operation(provider(rows={"GET /things": path}), NESTED) == operation(provider(), NESTED)


def test_a_service_is_called_what_it_calls_itself() -> None:
    services = {"a": {"title": "A", "published": "https://acme.test/a"}}
    assert provider(services=services).title_of("Acme A API") == "Acme A API"
    assert provider().title_of("Acme API") == "Acme"


@pytest.mark.parametrize("name", sorted(load_catalogue().providers))
def test_every_provider_that_we_ship_is_found_by_words_in_both_languages_and_has_a_description_or_says_none(name: str) -> None:
    known = load_catalogue().providers[name]
    assert any(word.isascii() for word in known.words)
    assert any(not word.isascii() for word in known.words)
    assert name == "volcengine" or known.live or known.published or known.descriptor or known.services or known.overlay
