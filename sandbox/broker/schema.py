"""Step 5, the JSON Schemas of one slice: what they say about types and names, and compiled validators of them.

A slice is an OpenAPI 3.1 document, whose schemas are JSON Schema 2020-12. Left alone, those accept any property that they
do not mention; here an object that names its properties takes only those.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from jsonschema_rs import Draft202012Validator

from schemas.base import Json
from schemas.errors import SpecUnusable, quoted

JSON_TYPES = frozenset({"null", "boolean", "integer", "number", "array", "object", "string"})

_COMPONENTS = "#/components/schemas/"
_SAME_VALUE = ("allOf", "anyOf", "oneOf")
_VALUE = ("items", "additionalProperties", "contains", "unevaluatedItems")
_NAMED_VALUES = ("properties", "patternProperties")

_Schema = dict[str, Any]


class SliceSchemas:
    """The schemas of one slice document."""

    def __init__(self, document: Json) -> None:
        self._document: _Schema = document

    def resolve(self, node: Json) -> _Schema:
        """The node, or what its local reference leads to. Raises SpecUnusable for a reference that leads nowhere."""
        seen: set[str] = set()
        while isinstance(node, dict) and isinstance(reference := node.get("$ref"), str):
            if reference in seen:
                raise SpecUnusable(f"the reference {quoted(reference)} leads back to itself")
            seen.add(reference)
            node = self._target(reference)
        return node if isinstance(node, dict) else {}

    def types(self, schema: Json) -> frozenset[str]:
        """The JSON types that a schema may allow; all of them where it does not say."""
        found: set[str] = set()
        for part in self._parts(schema):
            declared = part.get("type", [])
            found.update([declared] if isinstance(declared, str) else declared)
            if not declared and (part.get("properties") or part.get("additionalProperties")):
                found.add("object")
        return frozenset(found) & JSON_TYPES or JSON_TYPES

    def properties(self, schema: Json) -> dict[str, Json]:
        """The properties that a schema names for its value, through references and compositions."""
        return {name: value for part in self._parts(schema) for name, value in part.get("properties", {}).items()}

    def items(self, schema: Json) -> Json:
        """The schema of an array's items, empty where there is none."""
        return next((part["items"] for part in self._parts(schema) if isinstance(part.get("items"), dict)), {})

    def required(self, schema: Json) -> frozenset[str]:
        """The properties that an object must have, whichever of its alternatives it follows."""
        return frozenset(name for part in self._parts(schema, ("allOf",)) for name in part.get("required", ()))

    def names(self, schema: Json) -> frozenset[str]:
        """Every property name that a schema mentions at any depth."""
        return frozenset(_names(self._close(schema, is_value=True), self._closed_components))

    def validator(self, schema: Json, what: str) -> Draft202012Validator:
        """A compiled validator in which objects take only the properties they name. `what` is for the message of SpecUnusable."""
        closed = self._close(schema, is_value=True)
        root = {**closed, "components": {"schemas": self._closed_components}} if _refers(closed) else closed
        try:
            return Draft202012Validator(root, mask="it", validate_formats=True, offline=True)
        except ValueError as error:
            raise SpecUnusable(f"the schema of {what} can't be used: {quoted(error, 200)}") from error

    def _target(self, reference: str) -> Json:
        if not reference.startswith("#/"):
            raise SpecUnusable(f"the reference {quoted(reference)} leaves the slice")
        node: Json = self._document
        for step in reference[2:].split("/"):
            key = unquote(step).replace("~1", "/").replace("~0", "~")
            node = node.get(key) if isinstance(node, dict) else None
        if node is None:
            raise SpecUnusable(f"the reference {quoted(reference)} leads nowhere")
        return node

    def _parts(self, schema: Json, through: Iterable[str] = _SAME_VALUE, seen: frozenset[int] = frozenset()) -> Iterator[_Schema]:
        """The schema and all that speak about the same value."""
        resolved = self.resolve(schema)
        if id(resolved) in seen:
            return
        yield resolved
        for keyword in through:
            for part in resolved.get(keyword, ()):
                yield from self._parts(part, through, seen | {id(resolved)})

    @cached_property
    def _closed_components(self) -> Mapping[str, Json]:
        components = self._document.get("components", {}).get("schemas", {})
        return {name: self._close(schema, is_value=False) for name, schema in components.items()}

    def _close(self, schema: Json, *, is_value: bool) -> Json:
        """The schema with every object closed that names properties.

        Closing is done where a value is described (`is_value`) and not in the parts that a composition or a reference joins
        there, since each part knows only its own names: that is what `unevaluatedProperties` is for (JSON Schema 2020-12,
        core, section 11.3).
        """
        if not isinstance(schema, dict):
            return schema
        if isinstance(reference := schema.get("$ref"), str) and not reference.startswith(_COMPONENTS):
            raise SpecUnusable(f"the reference {quoted(reference)} does not lead to a component schema")
        closed = {keyword: self._close_keyword(keyword, value) for keyword, value in schema.items()}
        if is_value and self._names_properties(schema):
            closed.setdefault("unevaluatedProperties", False)
        return closed

    def _close_keyword(self, keyword: str, value: Json) -> Json:
        if keyword in _NAMED_VALUES and isinstance(value, dict):
            return {name: self._close(schema, is_value=True) for name, schema in value.items()}
        if keyword == "prefixItems" and isinstance(value, list):
            return [self._close(schema, is_value=True) for schema in value]
        if keyword in _SAME_VALUE and isinstance(value, list):
            return [self._close(schema, is_value=False) for schema in value]
        return self._close(value, is_value=True) if keyword in _VALUE else value

    def _names_properties(self, schema: Json) -> bool:
        return any(part.get("properties") or part.get("patternProperties") for part in self._parts(schema))


def _refers(node: Json) -> bool:
    """Whether a reference is anywhere in it."""
    if isinstance(node, dict):
        return "$ref" in node or any(_refers(value) for value in node.values())
    return isinstance(node, list) and any(_refers(value) for value in node)


def _names(node: Json, components: Mapping[str, Json]) -> Iterator[str]:
    """Property names in it and in all that it refers to, found without following one reference twice."""
    todo: list[Json] = [node]
    seen: set[str] = set()
    while todo:
        current = todo.pop()
        if isinstance(current, list):
            todo += current
        if not isinstance(current, dict):
            continue
        if isinstance(reference := current.get("$ref"), str) and reference not in seen:
            seen.add(reference)
            todo.append(components.get(reference.removeprefix(_COMPONENTS), {}))
        if isinstance(properties := current.get("properties"), dict):
            yield from properties
        todo += current.values()
