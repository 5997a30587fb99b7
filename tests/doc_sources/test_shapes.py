from __future__ import annotations

import pytest

from doc_sources.shapes import ShapeReader
from schemas.base import Json
from schemas.operation import JsonType

SCHEMAS: dict[str, Json] = {
    "A": {"type": "object", "title": "A", "required": ["x"], "properties": {"x": {"type": "string"}, "y": {"type": "string"}}},
    "B": {"type": "object", "title": "B", "required": ["x", "z"], "properties": {"x": {"type": "integer"}, "z": {}}},
    "Loop": {"allOf": [{"$ref": "Loop"}], "type": "object"},
    "Chain": {"$ref": "A"},
}
READER = ShapeReader(SCHEMAS.__getitem__)


@pytest.mark.parametrize(
    ("schema", "type_", "admits_null"),
    [
        ({"type": "string"}, "string", False),
        ({"type": ["integer", "null"]}, "integer", True),
        ({"type": ["integer", "number"]}, "number", False),
        ({"type": ["string", "integer"]}, "any", False),
        ({"type": "null"}, "any", True),
        ({"type": []}, "any", False),
        ({"type": "odd"}, "any", False),
        ({}, "any", True),
        (True, "any", True),
        (None, "any", True),
        ({"properties": {"x": {}}}, "object", False),
        ({"items": {}}, "array", False),
        ({"enum": ["a", "b"]}, "string", False),
        ({"enum": ["a", None]}, "string", True),
        ({"enum": [1, 1.5]}, "number", False),
        ({"enum": [True]}, "boolean", False),
        ({"const": 3}, "integer", False),
        ({"type": ["string", "null"], "enum": ["a"]}, "string", False),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string", True),
        ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, "any", False),
        ({"anyOf": [{"type": "integer"}, {"type": "number"}]}, "number", False),
        ({"anyOf": [{"$ref": "A"}, {"type": "null"}]}, "object", True),
        ({"anyOf": [{"type": "string"}, {}]}, "any", True),
        ({"allOf": [{"type": ["string", "null"]}, {"type": "string"}]}, "string", False),
        ({"allOf": [{"type": "integer"}, {"type": "number"}]}, "integer", False),
        ({"allOf": [{"$ref": "A"}], "description": "x"}, "object", False),
        ({"$ref": "Chain"}, "object", False),
        ({"$ref": "Loop"}, "object", False),
    ],
)
def test_type_and_null_are_worked_out(schema: Json, type_: JsonType, admits_null: bool) -> None:
    shape = READER.read(schema)
    assert (shape.type, shape.admits_null) == (type_, admits_null)


def test_what_fits_all_parts_has_the_properties_of_all() -> None:
    shape = READER.read({"allOf": [{"$ref": "A"}, {"$ref": "B"}], "required": ["y"]})
    assert shape.properties == {"x": {"allOf": [{"type": "string"}, {"type": "integer"}]}, "y": {"type": "string"}, "z": {}}
    assert shape.required == {"x", "y", "z"}


def test_what_fits_one_part_needs_only_what_all_need() -> None:
    shape = READER.read({"oneOf": [{"$ref": "A"}, {"$ref": "B"}, {"type": "null"}]})
    assert shape.properties == {"x": {"anyOf": [{"type": "string"}, {"type": "integer"}]}, "y": {"type": "string"}, "z": {}}
    assert shape.required == {"x"}
    assert shape.title == ""


@pytest.mark.parametrize(
    ("schema", "enum"),
    [
        ({"enum": ["a", None, 1]}, ("a", 1)),
        ({"anyOf": [{"enum": ["a"]}, {"const": "b"}, {"enum": ["a"]}]}, ("a", "b")),
        ({"anyOf": [{"enum": ["a"]}, {"type": "string"}]}, None),
        ({"anyOf": [{"enum": ["a"]}, {"type": "null"}]}, ("a",)),
        ({"allOf": [{"enum": ["a", "b"]}, {"enum": ["b", "c"]}]}, ("b",)),
        ({"allOf": [{"enum": ["a"]}, {"type": "string"}]}, ("a",)),
    ],
)
def test_enums_are_joined_or_intersected(schema: Json, enum: tuple[Json, ...] | None) -> None:
    assert READER.read(schema).enum == enum


def test_words_beside_a_reference_are_preferred_to_the_words_behind_it() -> None:
    assert READER.read({"$ref": "A", "title": "Owner"}).title == "Owner"
    assert READER.read({"$ref": "A"}).title == "A"
