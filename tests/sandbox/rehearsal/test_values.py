"""Made values are valid, realistic and the same for the same seed."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from sandbox.rehearsal.shapes import PlantingFailed, SchemaReader
from sandbox.rehearsal.values import Values

NOW = datetime(2028, 3, 1, 0, 30, tzinfo=UTC)


def made(schema: Any, name: str = "", document: Any = None, seed: int = 3) -> list[Any]:
    reader = SchemaReader(document or {})
    values = Values(reader, Random(seed), NOW)
    found = [values.make(schema, name) for _ in range(30)]
    admits = reader.validator(schema)
    assert [value for value in found if not admits(value)] == []
    return found


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "format": "date-time"},
        {"type": "string", "format": "date"},
        {"type": "string", "format": "time"},
        {"type": "string", "format": "duration"},
        {"type": "string", "format": "uuid"},
        {"type": "string", "format": "email"},
        {"type": "string", "format": "ipv4"},
        {"type": "string", "format": "ipv6"},
        {"type": "string", "format": "uri"},
        {"type": "string", "format": "hostname"},
        {"type": "string", "format": "uri-template"},
        {"type": "string", "format": "uri-reference"},
        {"type": "string", "format": "json-pointer"},
        {"type": "string", "format": "regex"},
        {"type": "string", "format": "a-format-of-their-own"},
        {"type": "string", "format": "date-time", "pattern": "^\\d{4}-\\d{2}-\\d{2}T.*Z$"},
        {"type": "string", "pattern": "^svc-[0-9a-f]{6}$"},
        {"type": "string", "minLength": 40},
        {"type": "string", "maxLength": 3},
        {"type": "string", "maxLength": 0},
        {"type": "string", "enum": ["a", "b", None]},
        {"const": "JobList"},
        {"type": "integer", "minimum": 5, "maximum": 5},
        {"type": "integer", "minimum": -3, "exclusiveMaximum": 0},
        {"type": "integer", "minimum": 100_000},
        {"type": "integer", "maximum": -100_000},
        {"type": "integer", "multipleOf": 7, "minimum": 1},
        {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
        {"type": "boolean"},
        {"type": "null"},
        {"type": ["null", "integer"]},
        {"type": "array", "items": {"type": "string"}, "minItems": 4, "maxItems": 4},
        {"type": "array", "items": {"enum": ["a", "b"]}, "uniqueItems": True},
        {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 2},
        {"type": "object", "required": ["undeclared"]},
        {"allOf": [{"properties": {"a": {"type": "integer"}}}, {"required": ["a"]}]},
        {"anyOf": [{"type": "null"}, {"type": "number", "minimum": 3}]},
        {},
        True,
    ],
)
def test_made_values_are_valid(schema: Any) -> None:
    made(schema)


@pytest.mark.parametrize(
    ("name", "kind", "low", "high"),
    [("cpu_used_percent", "number", 0, 100), ("port", "integer", 1, 65535), ("size_bytes", "integer", 1 << 20, 1 << 38)],
)
def test_numbers_lie_where_their_name_puts_them(name: str, kind: str, low: float, high: float) -> None:
    assert all(low <= value <= high for value in made({"type": kind}, name))


SHAPES = yaml.safe_load(Path(__file__).with_name("data").joinpath("values.yaml").read_text())
"""What a value must look like whole: by format, by the field's name, by the type's."""


@pytest.mark.parametrize(("kind", "shape"), SHAPES["formats"].items())
def test_a_format_has_its_own_form(kind: str, shape: str) -> None:
    assert [text for text in made({"type": "string", "format": kind}) if not re.fullmatch(shape, text)] == []


@pytest.mark.parametrize(("name", "shape"), SHAPES["names"].items())
def test_a_text_looks_as_its_name_says(name: str, shape: str) -> None:
    assert [text for text in made({"type": "string"}, name) if not re.fullmatch(shape, text)] == []


def test_a_text_looks_as_its_type_says_too() -> None:
    document = {"components": {"schemas": {"io.k8s.api.resource.Quantity": {"type": "string"}}}}
    found = made({"$ref": "#/components/schemas/io.k8s.api.resource.Quantity"}, "ephemeral", document)
    assert {"500m", "128Mi"} & set(found)
    assert [text for text in found if not re.fullmatch(SHAPES["names"]["cpu"], text)] == []


@pytest.mark.parametrize(("kind", "low", "high"), [("int32", -(2**31), 2**31 - 1), ("uint8", 0, 255), ("uint16", 0, 65_535)])
def test_a_number_stays_within_its_format(kind: str, low: int, high: int) -> None:
    for name in ("size_bytes", "priority"):
        assert all(low <= value <= high for value in made({"type": "integer", "format": kind}, name))
        assert all(low <= int(text) <= high for text in made({"type": "string", "format": kind}, name))


def ago(seconds: float) -> bool:
    return 0 < NOW.timestamp() - seconds < 31 * 86_400


@pytest.mark.parametrize("name", ["created_at", "createdAt", "startTime", "timestamp", "last_updated_ts"])
def test_a_moment_is_in_seconds(name: str) -> None:
    assert all(map(ago, made({"type": "integer"}, name)))


@pytest.mark.parametrize("kind", ["unix-time", "unixtime", "timestamp"])
def test_a_moment_by_format_needs_no_name(kind: str) -> None:
    assert all(map(ago, made({"type": "integer", "format": kind}, "due")))


@pytest.mark.parametrize(
    ("name", "description"),
    [
        ("timestamp_ms", ""),
        ("startTimeMillis", ""),
        ("created", "Unix time in milliseconds."),
        ("firstSeenTimestamp", "ms since the epoch"),
    ],
)
def test_a_moment_is_in_milliseconds_where_that_is_said(name: str, description: str) -> None:
    assert all(ago(value / 1000) for value in made({"type": "integer", "description": description}, name))


def test_a_length_of_time_is_no_moment() -> None:
    assert all(0 <= value <= 90_000 for value in made({"type": "integer"}, "duration_seconds"))


def test_a_schema_that_refers_to_itself_ends() -> None:
    node = {"type": "object", "properties": {"child": {"$ref": "#/components/schemas/Node"}, "name": {"type": "string"}}}
    made({"$ref": "#/components/schemas/Node"}, document={"components": {"schemas": {"Node": node}}})


def test_a_schema_that_requires_itself_without_end_is_refused() -> None:
    node = {"type": "object", "required": ["child"], "properties": {"child": {"$ref": "#/components/schemas/Node"}}}
    with pytest.raises(PlantingFailed, match="without end"):
        made({"$ref": "#/components/schemas/Node"}, document={"components": {"schemas": {"Node": node}}})


def test_a_pattern_that_nothing_was_found_for_is_named() -> None:
    with pytest.raises(PlantingFailed, match=r"a\$b"):
        made({"type": "string", "pattern": "a$b"})


def test_fresh_values_differ_as_long_as_there_are_others() -> None:
    reader = SchemaReader({})
    values, taken = Values(reader, Random(1), NOW), set[str]()
    field = reader.field({"properties": {"id": {"type": "string", "pattern": "^[ab]{2}$"}}}, "id")
    assert {values.fresh(field, taken) for _ in range(4)} == {"aa", "ab", "ba", "bb"}
    assert values.fresh(field, taken) in {"aa", "ab", "ba", "bb"}


def test_equal_seeds_make_equal_values() -> None:
    schema = {"properties": {"id": {"type": "string"}, "at": {"type": "string", "format": "date-time"}}}
    assert made(schema, seed=5) == made(schema, seed=5)
    assert made(schema, seed=5) != made(schema, seed=6)


@pytest.mark.parametrize(
    ("schema", "named"),
    [
        ({"type": "string", "minLength": 10_001}, "minLength is .10001"),
        ({"type": "array", "minItems": 1_001}, "minItems is .1001"),
        ({"type": "object", "minProperties": 10**12}, "minProperties is"),
        ({"type": "array", "minItems": 1_000, "items": {"type": "array", "minItems": 11}}, "more than 10000 values"),
        ({"type": "integer", "minimum": "x"}, "minimum is"),
        ({"type": "number", "maximum": float("inf")}, "maximum is"),
        ({"type": "number", "multipleOf": 0}, "multipleOf is"),
        ({"type": "object", "required": 5}, "required is"),
        ({"type": "object", "required": [[1]]}, "required is"),
        ({"type": "object", "properties": [1]}, "properties is"),
        ({"type": "string", "format": [1]}, "format is"),
        ({"type": "string", "pattern": 5}, "pattern is"),
        ({"type": {"a": 1}}, "type is"),
        ({"type": "string", "minLength": True}, "minLength is"),
        ({"type": "string", "enum": "abc"}, "enum is"),
        ({"anyOf": {}}, "anyOf is"),
        ({"allOf": 5}, "allOf is"),
        ({"$ref": 5}, "ref is"),
        ({"type": "string", "pattern": "(a{1000}){1000}"}, "can't be compiled"),
        ({"type": "string", "pattern": "(a{200}){200}"}, "steps to write"),
    ],
    ids=str,
)
def test_a_schema_that_asks_for_the_impossible_is_named_and_not_planted_by(schema: Any, named: str) -> None:
    values = Values(SchemaReader({}), Random(3), NOW)
    with pytest.raises(PlantingFailed, match=named):
        values.make(schema)


def test_the_most_that_a_schema_may_ask_for_is_made() -> None:
    assert {len(value) for value in made({"type": "string", "minLength": 10_000})} == {10_000}
    assert min(len(value) for value in made({"type": "object", "minProperties": 1_000, "additionalProperties": {"const": 1}})) == 1_000
    values = Values(SchemaReader({}), Random(3), NOW)
    assert len(values.make({"type": "array", "minItems": 1_000, "maxItems": 1_000, "items": {"const": 1}})) == 1_000
    assert values.make({"type": "string", "pattern": r"^[\u0020-\U0010ffff]{2000}$"})
