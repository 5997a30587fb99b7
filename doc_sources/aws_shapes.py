"""The shapes of one AWS service as JSON Schema 2020-12, and cut out in botocore's own form.

Structures become components, as they are what recurs; everything else stands where it is used. Patterns are left out, which are
Java's, and so are upper bounds on texts: botocore does not hold a call against them either.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Final

from doc_sources.schema_conversion import SCHEMA_HOME
from schemas.base import Json

MAX_DESCRIPTION: Final = 200
"""Characters of a member's description: what it is, and not how it is used."""
INLINE_DEPTH: Final = 2
"""Structures within one another in a schema that stands alone."""

_SCALARS: Final[dict[str, Json]] = {
    "string": {"type": "string"},
    "character": {"type": "string"},
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer"},
    "long": {"type": "integer", "format": "int64"},
    "float": {"type": "number"},
    "double": {"type": "number"},
    "timestamp": {"type": "string", "format": "date-time"},
    "blob": {"type": "string", "contentEncoding": "base64"},
}
_BOUNDS: Final[dict[str, tuple[str, ...]]] = {
    "string": ("minLength",),
    "integer": ("minimum", "maximum"),
    "long": ("minimum", "maximum"),
    "list": ("minItems", "maxItems"),
}
_NO_WORDS: Final = ("documentation", "deprecatedMessage")
_TAG: Final = re.compile(r"<[^<>]{0,500}>")
_CUT_TAG: Final = re.compile(r"<[^<>]*\Z")
_BLOCK: Final = re.compile(r"</?(?:p|ul|ol|li|dl|dt|dd|div|note|important|br|h\d|pre|table|tr)\b[^<>]{0,500}>", re.IGNORECASE)

Structure = Callable[[str], Json]
"""What stands for a structure of that name."""


def plain(documentation: str, limit: int) -> str:
    """The text of a piece of AWS's documentation, which is HTML, up to `limit` characters and cut between words."""
    # Three times as much HTML as is wanted of text: some pages have hundreds of kilobytes.
    begun = documentation[: limit * 3 + 200]
    whole = begun if begun == documentation else _CUT_TAG.sub("", begun)
    bare = _TAG.sub("", _BLOCK.sub(" ", whole))
    text = " ".join(html.unescape(bare).split())
    return text if len(text) <= limit else f"{text[:limit].rpartition(' ')[0]} …"


class Shapes:
    """The shapes of one service's model by name."""

    def __init__(self, shapes: dict[str, Json]) -> None:
        self._shapes = shapes
        self._bare: dict[str, Json] = {}

    def __getitem__(self, name: str) -> dict[str, Json]:
        found: dict[str, Json] = self._shapes[name]
        return found

    def members(self, name: str) -> dict[str, str]:
        """The shape of each member of a structure."""
        return {member: said["shape"] for member, said in self[name].get("members", {}).items()}

    def type(self, name: str) -> str:
        """botocore's: structure, list, map, string, timestamp …"""
        return str(self[name]["type"])

    @cached_property
    def components(self) -> dict[str, Json]:
        """Every structure as a JSON Schema, by its name."""
        return {name: self._structure(shape, _reference) for name, shape in self._shapes.items() if shape["type"] == "structure"}

    def schema(self, name: str) -> Json:
        """A shape as JSON Schema; the structures in it are references to components."""
        return self._schema(name, _reference)

    def inlined(self, name: str, depth: int = INLINE_DEPTH) -> Json:
        """A shape as a JSON Schema that stands alone, without words; structures below `depth` are any object."""

        def inside(structure: str) -> Json:
            if depth <= 0:
                return {"type": "object"}
            return self._structure(self[structure], lambda deeper: self.inlined(deeper, depth - 1), has_words=False)

        return self._schema(name, inside)

    def _schema(self, name: str, structure: Structure) -> Json:
        shape = self[name]
        match shape["type"]:
            case "structure":
                return {} if shape.get("document") else structure(name)
            case "list":
                return {"type": "array", "items": self._schema(shape["member"]["shape"], structure), **_bounds(shape)}
            case "map":
                return {"type": "object", "additionalProperties": self._schema(shape["value"]["shape"], structure)}
            case scalar:
                enum = {"enum": shape["enum"]} if shape.get("enum") else {}
                return {**_SCALARS[scalar], **enum, **_bounds(shape)}

    def _structure(self, shape: dict[str, Json], structure: Structure, *, has_words: bool = True) -> Json:
        members = shape.get("members", {})
        schema: dict[str, Json] = {"type": "object", "properties": {}}
        for name, member in members.items():
            # botocore parses the JSON in these headers.
            schema["properties"][name] = {} if member.get("jsonvalue") else self._schema(member["shape"], structure)
            if has_words and (words := plain(member.get("documentation", ""), MAX_DESCRIPTION)):
                schema["properties"][name] = {**schema["properties"][name], "description": words}
        # A token that makes a call idempotent is filled in by botocore.
        required = [name for name in shape.get("required", ()) if name in members and not members[name].get("idempotencyToken")]
        return schema | ({"required": required} if required else {})

    def is_streamed(self, name: str) -> bool:
        """Whether a structure carries content or events as a stream."""
        members = self[name].get("members", {}).values()
        return any(member.get("streaming") or _streams(self[member["shape"]]) for member in members)

    def texts(self, name: str) -> frozenset[str]:
        """The names of all members below a shape that are text or bytes."""
        below = [self.members(found) for found in self.cut([name])]
        return frozenset(member for members in below for member, shape in members.items() if self.type(shape) in ("string", "blob"))

    def cut(self, names: Iterable[str]) -> dict[str, Json]:
        """These shapes and all that they refer to, in botocore's own form without documentation."""
        found: dict[str, Json] = {}
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found[name] = self._without_words(name)
                waiting += _referred(self[name])
        return found

    def _without_words(self, name: str) -> Json:
        if name not in self._bare:
            self._bare[name] = _bare_shape(self[name])
        return self._bare[name]


def without_words(value: dict[str, Json]) -> dict[str, Json]:
    """An object of botocore's without the documentation that it has itself."""
    return {key: part for key, part in value.items() if key not in _NO_WORDS}


def _bare_shape(shape: dict[str, Json]) -> Json:
    bare = without_words(shape)
    if "members" in bare:
        bare["members"] = {name: without_words(member) for name, member in bare["members"].items()}
    for part in ("member", "key", "value"):
        if part in bare:
            bare[part] = without_words(bare[part])
    return bare


def _referred(shape: dict[str, Json]) -> Iterator[str]:
    yield from (member["shape"] for member in shape.get("members", {}).values())
    yield from (shape[part]["shape"] for part in ("member", "key", "value") if part in shape)


def _reference(name: str) -> Json:
    return {"$ref": SCHEMA_HOME + name}


def _bounds(shape: dict[str, Json]) -> dict[str, Json]:
    names = _BOUNDS.get(shape["type"], ())
    return {name: shape[name[:3]] for name in names if isinstance(shape.get(name[:3]), int)}


def _streams(shape: dict[str, Json]) -> bool:
    return bool(shape.get("streaming") or shape.get("eventstream"))
