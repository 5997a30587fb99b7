"""Reading a slice's response schema: what a row looks like, and which values a place in it admits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

import jsonschema_rs

from sandbox.rehearsal.keywords import complaint
from schemas.base import Json
from schemas.errors import OpswrightError
from schemas.operation import Slice

REFERENCE_DEPTH: Final = 24
"""References followed in a row before a schema counts as unreadable; stops a `$ref` that leads to itself."""

SchemaNode = dict[str, Json]


class PlantingFailed(OpswrightError):
    """Data that fits the slice could not be made. That is a fault of ours and never the candidate's."""


@dataclass(frozen=True)
class Field:
    """A place in a row. `optional_at` is the deepest step of its path that may be left out, None where none may."""

    path: str
    node: Json
    optional_at: str | None
    admits: Callable[[Json], bool]


class SchemaReader:
    """Follows the references of one slice's document, which must not change: what was read is kept by identity."""

    def __init__(self, document: Json) -> None:
        self._document = document
        self._known: dict[int, tuple[Json, SchemaNode]] = {}
        self._validators: dict[int, tuple[Json, Callable[[Json], bool]]] = {}

    def merged(self, node: Json) -> SchemaNode:
        """The schema with references followed, `allOf` merged, and of alternatives the first that is not null."""
        if id(node) not in self._known:
            self._known[id(node)] = (node, self._merged(node, REFERENCE_DEPTH))
        return self._known[id(node)][1]

    def resolved(self, node: Json) -> Json:
        """The object that a local reference stands for; anything else is itself."""
        return self._target(node["$ref"]) if isinstance(node, dict) and isinstance(node.get("$ref"), str) else node

    def child(self, node: Json, name: str) -> Json:
        """The schema of a property; where nothing is said of it, the schema that admits anything."""
        merged = self.merged(node)
        declared = merged.get("properties", {}).get(name)
        return merged.get("additionalProperties", {}) if declared is None else declared

    def field(self, row: Json, path: str) -> Field:
        """The place at a dotted path below `row`."""
        node, optional_at, steps = row, None, path.split(".")
        for depth, step in enumerate(steps, 1):
            if step not in self.merged(node).get("required", ()):
                optional_at = ".".join(steps[:depth])
            node = self.child(node, step)
        return Field(path, node, optional_at, self.validator(node))

    def validator(self, node: Json) -> Callable[[Json], bool]:
        """Whether a value is valid, formats included."""
        if id(node) not in self._validators:
            self._validators[id(node)] = (node, self._compiled(node))
        return self._validators[id(node)][1]

    def _compiled(self, node: Json) -> Callable[[Json], bool]:
        # The document is the root that `#/components/…` is read from; its own keys mean nothing to JSON Schema. Compiling takes
        # 9 ms with a large one, so most places, which refer to nothing, do without.
        schema = {**self._document, **node} if isinstance(node, dict) and _refers(node) else node
        try:
            return jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid
        except ValueError as error:
            raise PlantingFailed(f"a response schema can't be compiled: {error}") from error

    def _merged(self, node: Json, depth: int) -> SchemaNode:
        if not isinstance(node, dict) or depth == 0:
            return {"type": "any"}
        if problem := complaint(node):
            raise PlantingFailed(f"a response schema can't be planted by: {problem}")
        merged: SchemaNode = {}
        if "$ref" in node:
            merged = _merge(merged, self._merged(self._target(node["$ref"]), depth - 1))
        for part in node.get("allOf", ()):
            merged = _merge(merged, self._merged(part, depth - 1))
        merged = _merge(merged, {key: value for key, value in node.items() if key not in ("$ref", "allOf", "anyOf", "oneOf")})
        for alternatives in (node.get("anyOf"), node.get("oneOf")):
            if alternatives:
                merged = _merge(merged, self._first_with_value(alternatives, depth))
        return {**merged, "type": _type_of(merged)}

    def _first_with_value(self, alternatives: list[Json], depth: int) -> SchemaNode:
        branches = [self._merged(branch, depth - 1) for branch in alternatives]
        return next((branch for branch in branches if branch["type"] != "null"), branches[0])

    def _target(self, reference: str) -> Json:
        node = self._document
        for step in reference.removeprefix("#").split("/")[1:]:
            key = unquote(step).replace("~1", "/").replace("~0", "~")
            if isinstance(node, list) and key.isdigit() and int(key) < len(node):
                node = node[int(key)]
                continue
            if not isinstance(node, dict) or key not in node:
                return None
            node = node[key]
        return node


def body_node(document: Json, status: int = 200) -> Json:
    """The JSON schema of the one operation's answer with this status (for 200: of its success); None where none is declared."""
    return answer_of(document, status)[1]


def body_type(document: Json) -> str:
    """The media type of the one operation's successful answer."""
    name = answer_of(document, 200)[0]
    return "application/json" if "*" in name else name


def answer_of(document: Json, status: int) -> tuple[str, Json]:
    """The media type and the JSON schema of the one operation's answer with this status; no schema where none is declared."""
    (item,) = document["paths"].values()
    (responses,) = [method["responses"] for method in item.values() if isinstance(method, dict) and "responses" in method]
    answers = {str(code): answer for code, answer in responses.items()}
    success = sorted(code for code in answers if code.startswith("2")) if status == 200 else []
    named = (str(status), f"{status // 100}XX", *success, "default")
    answer: Json = next((answers[code] for code in named if code in answers), {})
    content = SchemaReader(document).resolved(answer).get("content", {})
    return next(((name, media.get("schema")) for name, media in content.items() if _is_json(name)), ("application/json", None))


def _is_json(media_type: str) -> bool:
    essence = media_type.partition(";")[0].strip().lower()
    return essence in ("application/json", "text/json", "application/*", "*/*") or essence.endswith("+json")


def row_node(reader: SchemaReader, slice_: Slice) -> Json:
    """The schema of one row of the operation's answer."""
    *holders, last = (slice_.operation.rows_path or "").split("[].")
    node = body_node(slice_.document)
    for way in holders:
        node = reader.merged(below(reader, node, way)).get("items", {})
    node = below(reader, node, last)
    return node if slice_.operation.row_is_single else reader.merged(node).get("items", {})


def below(reader: SchemaReader, node: Json, path: str) -> Json:
    """The schema at a dotted path."""
    for step in path.split(".") if path else ():
        node = reader.child(node, step)
    return node


def _refers(node: Json) -> bool:
    if isinstance(node, dict):
        return "$ref" in node or any(_refers(part) for part in node.values())
    return isinstance(node, list) and any(_refers(part) for part in node)


def _merge(base: SchemaNode, over: SchemaNode) -> SchemaNode:
    merged = {**base, **over}
    if "properties" in base or "properties" in over:
        merged["properties"] = {**base.get("properties", {}), **over.get("properties", {})}
    if "required" in base or "required" in over:
        merged["required"] = [*base.get("required", ()), *over.get("required", ())]
    if over.get("type") == "any" and "type" in base:
        merged["type"] = base["type"]
    return merged


def _type_of(merged: SchemaNode) -> str:
    declared = merged.get("type")
    if isinstance(declared, list):
        return next((name for name in declared if name != "null"), "null")
    if isinstance(declared, str) and declared != "any":
        return declared
    if "properties" in merged or "additionalProperties" in merged:
        return "object"
    return "array" if "items" in merged else "any"
