"""The traps of references: what looks like one and is none, what leads in circles, and what leads nowhere."""

from __future__ import annotations

import pytest

from schemas.base import Json
from tests.doc_sources.documents import get, in_slice, only_slice, openapi, schemas_of, slices, swagger

A = {"$ref": "#/components/schemas/A"}


def returned(document: Json) -> Json:
    """The schema of the one response, as the slice has it."""
    return in_slice(only_slice(document))["responses"]["200"]["content"]["application/json"]["schema"]


def test_a_property_may_be_named_like_a_keyword() -> None:
    schema = {
        "type": "object",
        "required": ["$ref"],
        "properties": {
            "$ref": {"type": "string"},
            "type": {"type": "string"},
            "items": A,
            "properties": {"type": "object", "properties": {"example": A, "enum": {"type": "array", "items": A}}},
            "nullable": {"type": "boolean"},
        },
    }
    piece = only_slice(openapi({"/a": get(schema)}, {"A": {"type": "string"}}))
    assert in_slice(piece)["responses"]["200"]["content"]["application/json"]["schema"] == schema
    assert schemas_of(piece) == {"A": {"type": "string"}}


@pytest.mark.parametrize("keyword", ["example", "examples", "default", "enum", "const", "x-sample"])
def test_what_is_data_is_not_walked(keyword: str) -> None:
    data = [{"$ref": "#/nowhere", "type": "file", "items": [1], "nullable": True, "properties": {"$ref": "x"}}]
    assert returned(openapi({"/a": get({keyword: data})})) == {keyword: data}


def test_a_reference_that_is_no_text_is_dropped() -> None:
    assert returned(openapi({"/a": get({"$ref": {"type": "string"}, "description": "Odd."})})) == {"description": "Odd."}


def test_recursion_ends_at_the_component() -> None:
    tree = {"type": "object", "properties": {"children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}}}
    pair = {"One": {"allOf": [{"$ref": "#/components/schemas/Two"}]}, "Two": {"allOf": [{"$ref": "#/components/schemas/One"}]}}
    piece = only_slice(
        openapi(
            {"/a": get({"anyOf": [{"$ref": "#/components/schemas/Tree"}, {"$ref": "#/components/schemas/One"}]})}, {"Tree": tree, **pair}
        )
    )
    assert schemas_of(piece) == {"Tree": tree, **pair}


@pytest.mark.parametrize(
    "reference",
    ["#/components/schemas/Page/properties/items/items", "#/paths/~1b~1%7Bid%7D/get/responses/200/content/application~1json/schema"],
)
def test_a_reference_into_the_middle_of_something_becomes_a_component_of_its_own(reference: str) -> None:
    item = {"type": "object", "title": "Item"}
    page = {"properties": {"items": {"type": "array", "items": item}}}
    found, warnings = slices(openapi({"/a": get({"$ref": reference}), "/b/{id}": get(item)}, {"Page": page}))
    assert list(schemas_of(found[0]).values()) == [item]
    assert warnings == ()


def test_percent_escapes_and_names_that_slices_may_not_use_are_taken_care_of() -> None:
    schemas = {"Größe [cm]": {"type": "number"}, "a/b": {"type": "string"}}
    schema = {"anyOf": [{"$ref": "#/components/schemas/Gr%C3%B6%C3%9Fe%20%5Bcm%5D"}, {"$ref": "#/components/schemas/a~1b"}]}
    piece = only_slice(openapi({"/a": get(schema)}, schemas))
    assert sorted(map(str, schemas_of(piece).values())) == ["{'type': 'number'}", "{'type': 'string'}"]
    assert all(name.replace(".", "").replace("_", "").isalnum() and name.isascii() for name in schemas_of(piece))


def test_two_spellings_of_one_reference_are_one_component() -> None:
    schema = {"anyOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/%41"}]}
    assert returned(openapi({"/a": get(schema)}, {"A": {}})) == {"anyOf": [A, A]}


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("#/components/schemas/Gone", "there is no 'Gone'"),
        ("common.yaml#/Host", "it leads out of the document"),
        ("https://example.com/host.json", "it leads out of the document"),
        ("#anchor", "it is not a JSON pointer"),
    ],
)
def test_a_broken_reference_is_a_warning_and_allows_anything(reference: str, reason: str) -> None:
    found, warnings = slices(openapi({"/a": get({"type": "array", "items": {"$ref": reference, "description": "Lost."}})}, {}))
    schema = in_slice(found[0])["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema == {"type": "array", "items": {"description": "Lost."}}
    assert warnings == (f"The reference '{reference}' is broken: {reason}. It is taken to allow anything.",)


def test_broken_references_to_parameters_and_responses_are_warnings_too() -> None:
    raw = {"parameters": [{"$ref": "#/components/parameters/P"}], "responses": {"200": {"$ref": "#/components/responses/R"}}}
    found, warnings = slices(openapi({"/a": {"get": raw}, "/b": {"$ref": "#/components/pathItems/I"}}))
    assert in_slice(found[0]) == {"operationId": "get_a", "responses": {"200": {"description": ""}}}
    assert [warning.split("'")[1] for warning in warnings] == [
        "#/components/pathItems/I",
        "#/components/parameters/P",
        "#/components/responses/R",
    ]


def test_parameters_that_refer_in_a_circle_are_a_warning() -> None:
    circle = {"P": {"$ref": "#/components/parameters/Q"}, "Q": {"$ref": "#/components/parameters/P"}}
    _, warnings = slices(openapi({"/a": get(parameters=[{"$ref": "#/components/parameters/P"}])}, components={"parameters": circle}))
    assert warnings == ("The reference '#/components/parameters/Q' leads in a circle.",)


def test_many_warnings_are_counted_rather_than_shown() -> None:
    broken = [{"$ref": f"#/gone/{number}"} for number in range(25)]
    _, warnings = slices(openapi({"/a": get({"anyOf": broken})}))
    assert len(warnings) == 21
    assert warnings[-1] == "… and 5 more of this kind."


def test_discriminators_bring_what_their_mapping_names() -> None:
    schema = {"discriminator": {"propertyName": "kind", "mapping": {"a": "#/definitions/A", "b": "#/definitions/Gone", "c": "Name"}}}
    found, warnings = slices(
        swagger({"/a": {"get": {"responses": {"200": {"description": "", "schema": schema}}}}}, {"A": {"type": "object"}})
    )
    mapping = in_slice(found[0])["responses"]["200"]["content"]["application/json"]["schema"]["discriminator"]["mapping"]
    assert mapping == {"a": "#/components/schemas/A", "c": "Name"}
    assert schemas_of(found[0]) == {"A": {"type": "object"}}
    assert len(warnings) == 1


def test_absurd_inline_nesting_is_cut_off() -> None:
    schema: Json = {"type": "string"}
    for _ in range(150):
        schema = {"type": "array", "items": schema}
    depth, cut = 0, returned(openapi({"/a": get(schema)}))
    while "items" in cut:
        depth, cut = depth + 1, cut["items"]
    assert (depth, cut) == (101, {})
