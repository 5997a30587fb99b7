"""Google's API discovery documents (https://developers.google.com/discovery/v1/reference/apis) as OpenAPI 3.1.

Methods stand in resources, which nest. Their schemas are of JSON Schema draft 3 with bare names as references. Uploads of media are
left out: they go to another address, and never read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from doc_sources.formats.description import Description
from doc_sources.normal_form import mapping, text
from doc_sources.schema_conversion import MAX_DEPTH, SCHEMA_HOME
from schemas.base import Json

_MAX_NESTING: Final = 20
_EXPANSION: Final = re.compile(r"\{\+?([^{}]*)\}")
# Who asks is the connection's affair, and with these an answer would be no JSON, or JSON inside a script.
_NOT_OF_THE_CALL: Final = frozenset({"access_token", "key", "oauth_token", "callback", "alt", "uploadType", "upload_protocol", "$.xgafv"})
_DROPPED: Final = frozenset({"id", "$ref", "required", "repeated", "location", "annotations", "enumDescriptions", "enumDeprecated"})
_ERROR: Final[dict[str, Json]] = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "code": {"type": "integer"},
                "message": {"type": "string"},
                "status": {"type": "string"},
                "errors": {"type": "array", "items": {"type": "object"}},
                "details": {"type": "array", "items": {"type": "object"}},
            },
        }
    },
}


def recognises(value: dict[str, Json]) -> bool:
    """Whether it is a discovery document of the REST kind."""
    return text(value.get("kind")) == "discovery#restDescription" or ("discoveryVersion" in value and "resources" in value)


def read(value: dict[str, Json], _: str) -> Description:
    """Its methods as operations under their ids, such as `compute.instances.list`."""
    common = {name: node for name, node in mapping(value.get("parameters")).items() if name not in _NOT_OF_THE_CALL}
    docs = text(value.get("documentationLink"))
    paths: dict[str, Json] = {}
    for method in _methods(value, 0):
        path, operation = _operation(method, common)
        operation |= {"externalDocs": {"url": docs}} if docs else {}
        paths.setdefault(path, {}).setdefault(text(method.get("httpMethod")).lower(), operation)
    schemas = {name: _schema(schema, 0) for name, schema in mapping(value.get("schemas")).items()}
    root: dict[str, Json] = {
        "openapi": "3.1.0",
        "info": {"title": text(value.get("title")), "version": text(value.get("version"))},
        "paths": paths,
        "components": {"schemas": schemas},
    }
    if server := _server(value):
        root["servers"] = [{"url": server}]
    return Description(root)


def _server(value: Mapping[str, Json]) -> str:
    root = text(value.get("rootUrl"))
    return root.rstrip("/") + "/" + text(value.get("servicePath")).strip("/") if root else text(value.get("baseUrl"))


def _methods(holder: Mapping[str, Json], depth: int) -> Iterator[dict[str, Json]]:
    yield from (mapping(method) for method in mapping(holder.get("methods")).values())
    if depth < _MAX_NESTING:
        for resource in mapping(holder.get("resources")).values():
            yield from _methods(mapping(resource), depth + 1)


def _operation(method: dict[str, Json], common: Mapping[str, Json]) -> tuple[str, dict[str, Json]]:
    path, is_flat = _path(method)
    declared = {**common, **mapping(method.get("parameters"))}
    parameters = [_parameter(name, mapping(node)) for name, node in declared.items()]
    operation: dict[str, Json] = {
        "operationId": text(method.get("id")),
        "description": text(method.get("description")),
        # One of a flat path's own names stands for a part of what is declared: `projects/*/locations/*`.
        "parameters": [parameter for parameter in parameters if not (is_flat and parameter["in"] == "path")],
        "responses": {"200": _response(method), "default": {"description": "An error.", "content": _json(_ERROR)}},
    }
    operation |= {"deprecated": True} if method.get("deprecated") is True else {}
    if reference := _reference(mapping(method.get("request"))):
        operation["requestBody"] = {"content": _json({"$ref": reference}), "required": True}
    return path, operation


def _path(method: Mapping[str, Json]) -> tuple[str, bool]:
    """The path, and whether its parameters are others than the method declares."""
    own, flat = (text(method.get(key)) for key in ("path", "flatPath"))
    path = "/" + _EXPANSION.sub(r"{\1}", flat or own).lstrip("/")
    return path, bool(flat) and set(_EXPANSION.findall(own)) != set(_EXPANSION.findall(flat))


def _parameter(name: str, node: dict[str, Json]) -> dict[str, Json]:
    schema = _schema({key: value for key, value in node.items() if key != "description"}, 0)
    location = text(node.get("location")) or "query"
    parameter: dict[str, Json] = {"name": name, "in": location, "schema": schema}
    if node.get("repeated") is True:
        parameter |= {"schema": {"type": "array", "items": schema}, "style": "form", "explode": True}
    if node.get("required") is True:
        parameter["required"] = True
    if words := text(node.get("description")):
        parameter["description"] = words
    return parameter


def _response(method: Mapping[str, Json]) -> dict[str, Json]:
    reference = _reference(mapping(method.get("response")))
    return {"description": "The answer.", **({"content": _json({"$ref": reference})} if reference else {})}


def _json(schema: dict[str, Json]) -> dict[str, Json]:
    return {"application/json": {"schema": schema}}


def _reference(node: Mapping[str, Json]) -> str:
    """The reference that a node is: a component's bare name in the original."""
    name = text(node.get("$ref"))
    return SCHEMA_HOME + name.replace("~", "~0").replace("/", "~1") if name else ""


def _schema(node: Json, depth: int) -> Json:
    """The schema in JSON Schema 2020-12, anything where it nests too deep."""
    if not isinstance(node, dict) or depth > MAX_DEPTH:
        return {}
    schema = {key: _part(key, value, node, depth + 1) for key, value in node.items() if key not in _DROPPED}
    if reference := _reference(node):
        schema["$ref"] = reference
    if schema.get("type") == "any":
        del schema["type"]
    if meanings := _meanings(node):
        schema["x-enum-descriptions"] = meanings
    if needed := [name for name, member in mapping(node.get("properties")).items() if mapping(member).get("required") is True]:
        schema["required"] = needed
    return schema


def _part(key: str, value: Json, node: Mapping[str, Json], depth: int) -> Json:
    match key:
        case "properties":
            return {name: _schema(member, depth) for name, member in mapping(value).items()}
        case "items" | "additionalProperties":
            return _schema(value, depth)
        case "default" | "minimum" | "maximum":
            return _typed(value, "number" if key != "default" and node.get("type") == "string" else text(node.get("type")))
        case _:
            return value


def _typed(value: Json, kind: str) -> Json:
    """A value that is always written as text, as its type has it."""
    if kind == "boolean" and value in ("true", "false"):
        return value == "true"
    try:
        return int(value) if kind == "integer" else float(value) if kind == "number" else value
    except (TypeError, ValueError):
        return value


def _meanings(node: Mapping[str, Json]) -> dict[str, Json]:
    values, words = node.get("enum"), node.get("enumDescriptions")
    if not isinstance(values, list) or not isinstance(words, list):
        return {}
    return {str(value): word for value, word in zip(values, words, strict=False) if word}
