"""What a JSON Schema says about a value, once references, `allOf`, alternatives and null are worked out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from doc_sources.normal_form import mapping, text
from schemas.base import Json
from schemas.operation import JsonType

Types = frozenset[str] | None
"""JSON Schema's type names, `null` left out; None where the schema does not restrict them."""

_NAMES: Final[dict[str, JsonType]] = {
    "string": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "object": "object",
    "array": "array",
}
_SINGLE: Final = {name: frozenset({name}) for name in _NAMES}
_OF_TYPES: Final = {frozenset({"integer", "number"}): _NAMES["number"], **{_SINGLE[name]: kind for name, kind in _NAMES.items()}}
_OF_VALUE: Final = {str: "string", bool: "boolean", int: "integer", float: "number"}


_NO_PROPERTIES: Final[Mapping[str, Json]] = MappingProxyType({})
_NO_NAMES: Final = frozenset[str]()


class Shape(NamedTuple):
    """`properties` and `items` are schemas still to be looked at. `enum` is None where any value goes."""

    types: Types = None
    admits_null: bool = True
    properties: Mapping[str, Json] = _NO_PROPERTIES
    required: frozenset[str] = frozenset()
    items: Json = None
    enum: tuple[Json, ...] | None = None
    format: str = ""
    title: str = ""
    description: str = ""

    @property
    def type(self) -> JsonType:
        """The one type, `number` for integers and numbers mixed, else `any`."""
        return _OF_TYPES.get(self.types or frozenset(), "any")


_COMBINATIONS: Final = frozenset({"allOf", "anyOf", "oneOf"})

_ANYTHING: Final = Shape()
_NULL: Final = Shape(types=frozenset())


MAX_STEPS: Final = 2_000
"""Schemas looked at for one shape. Alternatives that name each other twice double with every step."""


class ShapeReader:
    """Works out shapes within one document."""

    def __init__(self, schema_at: Callable[[str], Json]) -> None:
        """`schema_at` gives the schema that a reference means."""
        self._schema_at = schema_at
        self._steps_left = 0
        # By identity, kept alive beside its shape: operations share components, and a component's properties are asked for again and again.
        self._known: dict[int, tuple[Json, Shape]] = {}

    def read(self, schema: Json) -> Shape:
        """The shape of a schema in JSON Schema 2020-12. A reference to itself at the same place adds nothing."""
        known = self._known.get(id(schema))
        if known is None:
            self._steps_left = MAX_STEPS
            known = self._known[id(schema)] = (schema, self._read(schema, frozenset()))
        return known[1]

    def _read(self, schema: Json, inside: frozenset[str]) -> Shape:
        self._steps_left -= 1
        if not isinstance(schema, dict) or self._steps_left < 0:
            return _ANYTHING
        shape = _own(schema)
        reference = schema.get("$ref")
        if isinstance(reference, str) and reference not in inside:
            shape = _both(shape, self._read(self._schema_at(reference), inside | {reference}))
        if _COMBINATIONS.isdisjoint(schema):
            return shape
        for part in _listed(schema, "allOf"):
            shape = _both(shape, self._read(part, inside))
        for key in ("anyOf", "oneOf"):
            if parts := _listed(schema, key):
                shape = _both(shape, _either([self._read(part, inside) for part in parts]))
        return shape


def _own(schema: dict[str, Json]) -> Shape:
    """What the schema's own keywords say."""
    types, admits_null = _types(schema)
    enum = schema.get("enum", [schema["const"]] if "const" in schema else None)
    properties = mapping(schema.get("properties"))
    shape = Shape(
        types=types,
        admits_null=admits_null and (not isinstance(enum, list) or None in enum),
        properties=properties,
        required=frozenset([name for name in _listed(schema, "required") if isinstance(name, str)]) if "required" in schema else _NO_NAMES,
        items=schema.get("items"),
        enum=tuple(value for value in enum if value is not None) if isinstance(enum, list) else None,
        format=text(schema.get("format")),
        title=text(schema.get("title")),
        description=text(schema.get("description")),
    )
    return shape if types is not None else _guessed(shape)


def _types(schema: dict[str, Json]) -> tuple[Types, bool]:
    declared = schema.get("type")
    if isinstance(declared, str):
        return (frozenset(), True) if declared == "null" else (_SINGLE.get(declared) or frozenset({declared}), False)
    if not isinstance(declared, list):
        return None, True
    names = {name for name in declared if isinstance(name, str)}
    return frozenset(names - {"null"}), "null" in names


def _guessed(shape: Shape) -> Shape:
    """A schema that forgot its type but has properties, items or an enum means what it lists, and no null."""
    if shape.properties:
        return shape._replace(types=frozenset({"object"}), admits_null=False)
    if shape.items is not None:
        return shape._replace(types=frozenset({"array"}), admits_null=False)
    if shape.enum:
        return shape._replace(types=frozenset(_OF_VALUE.get(type(value), "object") for value in shape.enum))
    return shape


def _listed(schema: Mapping[str, Json], key: str) -> list[Json]:
    value = schema.get(key)
    return value if isinstance(value, list) else []


def _both(one: Shape, other: Shape) -> Shape:
    """A value that fits both. Words are the first one's: a description beside a reference is about this use of it."""
    return Shape(
        types=_common(one.types, other.types),
        admits_null=one.admits_null and other.admits_null,
        properties=_joined([one.properties, other.properties], "allOf"),
        required=one.required | other.required,
        items=one.items if one.items is not None else other.items,
        enum=other.enum if one.enum is None else one.enum if other.enum is None else tuple(v for v in one.enum if v in other.enum),
        format=one.format or other.format,
        title=one.title or other.title,
        description=one.description or other.description,
    )


def _common(one: Types, other: Types) -> Types:
    if one is None or other is None:
        return other if one is None else one
    common = one & other
    if "integer" in one ^ other and "number" in one ^ other:
        common |= {"integer"}
    return common


def _either(parts: list[Shape]) -> Shape:
    """A value that fits one of the parts. What is said of it is what all parts agree on, null aside."""
    solid = [part for part in parts if part.types != frozenset()]
    if not solid:
        return _NULL._replace(admits_null=bool(parts))
    enums = [part.enum for part in solid]
    return Shape(
        types=None if any(part.types is None for part in solid) else frozenset().union(*(part.types or () for part in solid)),
        admits_null=any(part.admits_null for part in parts),
        properties=_joined([part.properties for part in solid], "anyOf"),
        required=frozenset.intersection(*(part.required for part in solid)),
        items=next((part.items for part in solid if part.items is not None), None),
        enum=None if None in enums else tuple(dict.fromkeys(value for enum in enums for value in enum or ())),
        format=_agreed(part.format for part in solid),
        title=_agreed(part.title for part in solid),
        description=_agreed(part.description for part in solid),
    )


def _agreed(words: Iterable[str]) -> str:
    different = set(words)
    return different.pop() if len(different) == 1 else ""


def _joined(maps: list[Mapping[str, Json]], combination: str) -> Mapping[str, Json]:
    """The properties of all maps; one that is in several with different schemas is their combination."""
    filled = [properties for properties in maps if properties]
    if len(filled) < 2:
        return filled[0] if filled else {}
    merged: dict[str, list[Json]] = {}
    for properties in filled:
        for name, schema in properties.items():
            seen = merged.setdefault(name, [])
            if schema not in seen:
                seen.append(schema)
    return {name: schemas[0] if len(schemas) == 1 else {combination: schemas} for name, schemas in merged.items()}
