from __future__ import annotations

import pytest

from doc_sources.schema_conversion import convert
from schemas.base import Json

REFERENCE = {"$ref": "#/definitions/A"}
MOVED = {"$ref": "#/components/schemas/A"}


def converted(schema: Json) -> Json:
    return convert(schema, lambda reference: reference.rpartition("/")[2], set())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "x-nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": False}, {"type": "string"}),
        ({"type": ["string", "null"], "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": True, "enum": ["a"]}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"type": "string", "nullable": True, "enum": ["a", None]}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"nullable": True}, {}),
        (
            {**REFERENCE, "nullable": True, "description": "Owner."},
            {"description": "Owner.", "anyOf": [MOVED, {"type": "null"}]},
        ),
        (
            {"type": "object", "allOf": [REFERENCE], "nullable": True},
            {"anyOf": [{"type": "object", "allOf": [MOVED]}, {"type": "null"}]},
        ),
    ],
)
def test_nullable_becomes_a_type_list_or_an_alternative(old: Json, new: Json) -> None:
    assert converted(old) == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
        ({"minimum": 1, "exclusiveMinimum": False}, {"minimum": 1}),
        ({"maximum": 9, "exclusiveMaximum": True}, {"exclusiveMaximum": 9}),
        ({"exclusiveMaximum": 9}, {"exclusiveMaximum": 9}),
        ({"exclusiveMinimum": True}, {}),
    ],
)
def test_exclusive_bounds_become_numbers(old: Json, new: Json) -> None:
    assert converted(old) == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "file"}, {"type": "string", "format": "binary"}),
        ({"type": "string", "required": True}, {"type": "string"}),
        ({"discriminator": "kind"}, {"discriminator": {"propertyName": "kind"}}),
        ({"items": [REFERENCE, {"type": "file"}]}, {"prefixItems": [MOVED, {"type": "string", "format": "binary"}]}),
        (True, True),
        ("text", {}),
        (None, {}),
    ],
)
def test_older_words_are_translated(old: Json, new: Json) -> None:
    assert converted(old) == new


@pytest.mark.parametrize(
    "schema",
    [
        {"type": ["string", "null"], "format": "date-time", "const": None, "$comment": "3.1 as it is"},
        {"allOf": [{"type": "object"}], "if": {"minProperties": 1}, "then": True, "else": False},
        {"additionalProperties": False, "patternProperties": {"^x": {"type": "string"}}, "unevaluatedProperties": {"type": "integer"}},
    ],
)
def test_what_is_json_schema_2020_12_stays_as_it_is(schema: Json) -> None:
    assert converted(schema) == schema


@pytest.mark.parametrize("keyword", ["items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else"])
def test_every_place_for_one_schema_is_walked(keyword: str) -> None:
    assert converted({keyword: {**REFERENCE, "nullable": False}}) == {keyword: MOVED}


@pytest.mark.parametrize("keyword", ["properties", "patternProperties", "dependentSchemas", "$defs"])
def test_every_place_for_named_schemas_is_walked(keyword: str) -> None:
    assert converted({keyword: {"x": REFERENCE}}) == {keyword: {"x": MOVED}}


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf", "prefixItems"])
def test_every_place_for_a_list_of_schemas_is_walked(keyword: str) -> None:
    assert converted({keyword: [REFERENCE]}) == {keyword: [MOVED]}


def test_the_document_stays_as_it_was() -> None:
    schema = {"type": "string", "nullable": True, "enum": ["a"], "properties": {"x": dict(REFERENCE)}}
    before = str(schema)
    converted(schema)
    assert str(schema) == before


def test_names_of_components_are_collected() -> None:
    used: set[str] = set()
    convert({"anyOf": [REFERENCE, {"items": {"$ref": "#/definitions/B"}}]}, lambda reference: reference.rpartition("/")[2], used)
    assert used == {"A", "B"}
