"""Schemas of Swagger 2.0 and OpenAPI 3.0 as JSON Schema 2020-12, which OpenAPI 3.1 uses.

Only positions that hold schemas are walked, so `$ref`, `type` or `items` as the name of a property, or inside an example, a default
or an enum, stay what they are. The older words are translated whatever version a document claims: many 3.1 documents still use them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from schemas.base import Json

NameOf = Callable[[str], str | None]
"""The component that a reference means, or None where it is broken."""

SCHEMA_HOME: Final = "#/components/schemas/"
MAX_DEPTH: Final = 100
"""Deeper inline nesting is cut off; real schemas nest through references."""

_MAPS: Final = frozenset({"properties", "patternProperties", "dependentSchemas", "$defs", "definitions"})
_LISTS: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_SINGLES: Final = frozenset(
    {"items", "additionalProperties", "unevaluatedItems", "unevaluatedProperties", "contains", "propertyNames", "not", "if", "then", "else"}
)
_COMBINED: Final = ("$ref", "allOf", "anyOf", "oneOf")
_WORDS: Final = ("title", "description")
_OLDER: Final = frozenset({"exclusiveMinimum", "exclusiveMaximum", "discriminator", "nullable", "x-nullable"})
"""Keys that older versions may fill in another way, and few schemas have."""


def convert(schema: Json, name_of: NameOf, used: set[str], depth: int = 0) -> Json:
    """The schema with its references pointing at components, whose names are added to `used`. A broken one allows anything."""
    if not isinstance(schema, dict) or depth > MAX_DEPTH:
        return schema if isinstance(schema, bool) else {}
    converted = {key: _converted(key, value, name_of, used, depth + 1) for key, value in schema.items() if key != "$ref"}
    reference = schema.get("$ref")
    if isinstance(reference, str) and (name := name_of(reference)) is not None:
        used.add(name)
        converted["$ref"] = SCHEMA_HOME + name
    return _modernised(converted)


def _converted(key: str, value: Json, name_of: NameOf, used: set[str], depth: int) -> Json:
    if isinstance(value, dict):
        if key in _MAPS:
            return {name: convert(member, name_of, used, depth) for name, member in value.items()}
        if key in _SINGLES:
            return convert(value, name_of, used, depth)
        if key == "discriminator":
            return _discriminator(value, name_of, used)
    elif isinstance(value, list) and (key in _LISTS or key == "items"):
        return [convert(member, name_of, used, depth) for member in value]
    return value


def _discriminator(value: dict[str, Json], name_of: NameOf, used: set[str]) -> Json:
    """References hide in the mapping as plain text."""
    mapping = value.get("mapping")
    if not isinstance(mapping, dict):
        return value
    names = {key: name_of(target) for key, target in mapping.items() if isinstance(target, str) and {"#", "/"} & set(target)}
    used |= {name for name in names.values() if name is not None}
    moved = {key: SCHEMA_HOME + name for key, name in names.items() if name is not None}
    return {**value, "mapping": {key: moved.get(key, target) for key, target in mapping.items() if key in moved or key not in names}}


def _modernised(schema: dict[str, Json]) -> dict[str, Json]:
    if isinstance(schema.get("items"), list):
        schema["prefixItems"] = schema.pop("items")
    if schema.get("type") == "file":
        schema |= {"type": "string", "format": "binary"}
    if isinstance(schema.get("required"), bool):
        del schema["required"]
    return schema if _OLDER.isdisjoint(schema) else _reworded(schema)


def _reworded(schema: dict[str, Json]) -> dict[str, Json]:
    for bound, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(schema.get(bound), bool) and schema.pop(bound) and limit in schema:
            schema[bound] = schema.pop(limit)
    if isinstance(schema.get("discriminator"), str):
        schema["discriminator"] = {"propertyName": schema["discriminator"]}
    is_nullable = [schema.pop(key) for key in ("nullable", "x-nullable") if isinstance(schema.get(key), bool)]
    return _with_null(schema) if any(is_nullable) else schema


def _with_null(schema: dict[str, Json]) -> dict[str, Json]:
    if any(key in schema for key in _COMBINED):
        # A type list would not help: null must also get past what is combined.
        words: dict[str, Json] = {key: schema.pop(key) for key in _WORDS if key in schema}
        return words | {"anyOf": [schema, {"type": "null"}]}
    types = schema.get("type")
    if isinstance(types, str | list):
        known = types if isinstance(types, list) else [types]
        schema["type"] = [*known, "null"] if "null" not in known else known
    if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    return schema
