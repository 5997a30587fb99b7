"""Protobuf messages and enums as JSON Schema, as proto3's JSON mapping writes their values (protobuf.dev, "ProtoJSON Format").

Fields keep the names that the file gives them, which a parser of ProtoJSON accepts as well as those in lowerCamelCase.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from proto_schema_parser import ast

from schemas.base import Json

HOME: Final = "#/components/schemas/"

_SCALARS: Final[dict[str, Json]] = {
    **{name: {"type": "integer", "format": "int32"} for name in ("int32", "sint32", "sfixed32")},
    **{name: {"type": "integer", "minimum": 0, "maximum": 2**32 - 1} for name in ("uint32", "fixed32")},
    # 64 bits are texts in JSON, whose numbers don't hold them.
    **{name: {"type": "string", "format": "int64"} for name in ("int64", "sint64", "sfixed64")},
    **{name: {"type": "string", "format": "uint64"} for name in ("uint64", "fixed64")},
    "float": {"type": "number", "format": "float"},
    "double": {"type": "number", "format": "double"},
    "bool": {"type": "boolean"},
    "string": {"type": "string"},
    "bytes": {"type": "string", "contentEncoding": "base64"},
}

_WELL_KNOWN: Final[dict[str, Json]] = {
    "Timestamp": {"type": "string", "format": "date-time"},
    "Duration": {"type": "string", "description": 'Seconds with a unit: "1.5s".'},
    "FieldMask": {"type": "string", "description": "Paths of fields, joined by commas."},
    "Empty": {"type": "object"},
    "Any": {"type": "object", "properties": {"@type": {"type": "string"}}},
    "Struct": {"type": "object"},
    "Value": {},
    "ListValue": {"type": "array", "items": {}},
    "NullValue": {"type": "null"},
    "DoubleValue": {"type": ["number", "null"]},
    "FloatValue": {"type": ["number", "null"]},
    "Int64Value": {"type": ["string", "null"], "format": "int64"},
    "UInt64Value": {"type": ["string", "null"], "format": "uint64"},
    "Int32Value": {"type": ["integer", "null"]},
    "UInt32Value": {"type": ["integer", "null"]},
    "BoolValue": {"type": ["boolean", "null"]},
    "StringValue": {"type": ["string", "null"]},
    "BytesValue": {"type": ["string", "null"], "contentEncoding": "base64"},
}
_GOOGLE: Final = "google.protobuf."


class Types:
    """The messages and enums of one file by their full names."""

    def __init__(self, elements: Iterable[object], package: str) -> None:
        self._package = package
        self._declared = dict(_declarations(elements, package))

    def schemas(self) -> dict[str, Json]:
        """All of them, as the components of an OpenAPI document."""
        return {name: self._declaration(name, *declared) for name, declared in self._declared.items()}

    def reference(self, type_name: str, scope: str = "") -> dict[str, Json]:
        """The schema of a type as a field or an rpc within `scope` names it; one of another file may hold anything."""
        if type_name in _SCALARS:
            return dict(_SCALARS[type_name])
        name = self._full_name(type_name, scope or self._package)
        if name in self._declared:
            return {"$ref": HOME + name}
        if name.startswith(_GOOGLE) and name.removeprefix(_GOOGLE) in _WELL_KNOWN:
            return dict(_WELL_KNOWN[name.removeprefix(_GOOGLE)])
        return {"description": f"A {name}, which another file describes."}

    def _full_name(self, type_name: str, scope: str) -> str:
        """The innermost scope that has the name wins (protobuf language specification, "Type Name Resolution")."""
        if type_name.startswith("."):
            return type_name[1:]
        while scope:
            if f"{scope}.{type_name}" in self._declared:
                return f"{scope}.{type_name}"
            scope = scope.rpartition(".")[0]
        return type_name

    def _declaration(self, name: str, node: ast.Message | ast.Group | ast.Enum, comment: str) -> dict[str, Json]:
        said = {"description": comment} if comment else {}
        if isinstance(node, ast.Enum):
            return {"type": "string", "enum": [value.name for value in node.elements if isinstance(value, ast.EnumValue)]} | said
        properties = dict(self._fields(node.elements, name))
        required = [field.name for field in node.elements if isinstance(field, ast.Field) and _is_required(field)]
        return {"type": "object", "properties": properties} | ({"required": required} if required else {}) | said

    def _fields(self, elements: Iterable[object], scope: str) -> Iterator[tuple[str, Json]]:
        for node, comment in commented(elements):
            match node:
                case ast.Field():
                    yield node.name, _annotated(self._field(node, scope), node.options, comment)
                case ast.MapField():
                    values = {"type": "object", "additionalProperties": self.reference(node.value_type, scope)}
                    yield node.name, _annotated(values, node.options, comment)
                case ast.Group():
                    yield node.name.lower(), _annotated({"$ref": f"{HOME}{scope}.{node.name}"}, [], comment)
                case ast.OneOf():
                    members = [member for member in node.elements if isinstance(member, ast.Field)]
                    among = f"At most one of {', '.join(member.name for member in members)} is set."
                    for name, schema in self._fields(node.elements, scope):
                        yield name, schema | {"description": " ".join(filter(None, [schema.get("description", ""), among]))}

    def _field(self, field: ast.Field, scope: str) -> dict[str, Json]:
        schema = self.reference(field.type, scope)
        return {"type": "array", "items": schema} if field.cardinality is ast.FieldCardinality.REPEATED else schema


def commented(elements: Iterable[object]) -> Iterator[tuple[object, str]]:
    """Each element with the comment above it, or behind it on its line."""
    above: list[str] = []
    waiting: tuple[object, str] | None = None
    for element in elements:
        if isinstance(element, ast.Comment):
            if element.inline and waiting:
                waiting = (waiting[0], waiting[1] or _plain([element.text]))
            else:
                above.append(element.text)
            continue
        if waiting:
            yield waiting
        waiting, above = (element, _plain(above)), []
    if waiting:
        yield waiting


def _declarations(elements: Iterable[object], scope: str) -> Iterator[tuple[str, tuple[ast.Message | ast.Group | ast.Enum, str]]]:
    for node, comment in commented(elements):
        if isinstance(node, ast.Message | ast.Group | ast.Enum):
            name = f"{scope}.{node.name}" if scope else node.name
            yield name, (node, comment)
            if not isinstance(node, ast.Enum):
                yield from _declarations(node.elements, name)
        elif isinstance(node, ast.OneOf):
            yield from _declarations(node.elements, scope)


def _is_required(field: ast.Field) -> bool:
    return field.cardinality is ast.FieldCardinality.REQUIRED


def _annotated(schema: dict[str, Json], options: Iterable[ast.Option], comment: str) -> dict[str, Json]:
    """With its comment, whether it is deprecated, and proto2's default."""
    said = " ".join(filter(None, [comment, str(schema.get("description", ""))]))
    set_options = {option.name: option.value for option in options}
    default = set_options.get("default")
    schema = schema | ({"description": said} if said else {})
    schema |= {"deprecated": True} if set_options.get("deprecated") is True else {}
    return schema | ({"default": default} if isinstance(default, str | int | float | bool) else {})


def _plain(comments: Iterable[str]) -> str:
    """The words of comments, without what marks them as such."""
    lines = [line.strip().removeprefix("/**").removeprefix("/*").removesuffix("*/") for text in comments for line in text.splitlines()]
    return "\n".join(line.strip().lstrip("/*").strip() for line in lines).strip()
