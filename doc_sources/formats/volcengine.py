"""Volcano Engine's own metadata, as its command line carries it, as OpenAPI 3.1.

By service and version: `metadata` names the fields of each action's request and response, `metatype` their types. All actions are
called at one path and told apart by the query, so the path of an operation is `/?Action=DescribeInstances&Version=2020-04-01`. Where
no method is recorded, it is a GET, as the vendor's own clients call it. Titles in Chinese come from a second file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from doc_sources.formats.description import Description
from doc_sources.normal_form import mapping, text
from doc_sources.schema_conversion import MAX_DEPTH
from schemas.base import Json
from schemas.errors import SpecUnusable, quoted

COMPANION: Final = "descriptions.zh.json"
TITLES: Final = "descriptions"
"""The key under which `read` finds what the companion holds, if there is one."""

_SERVER: Final = "https://open.volcengineapi.com"
_SERVICE: Final = re.compile(r"[\w.-]+/\d{4}-\d{2}-\d{2}")
_TYPES: Final = frozenset({"string", "integer", "number", "boolean", "object", "array"})
_LISTED: Final = re.compile(r"array\[(\w+)\].*")
_JSON: Final = "application/json"
_METADATA_OF_RESPONSE: Final[dict[str, Json]] = {
    "type": "object",
    "properties": {
        **{name: {"type": "string"} for name in ("RequestId", "Action", "Version", "Service", "Region")},
        "Error": {"type": "object", "properties": {name: {"type": "string"} for name in ("Code", "Message")}},
    },
}


def recognises(value: dict[str, Json]) -> bool:
    """Whether its keys are services with their versions, and there is metadata under each."""
    services = _services(value)
    return bool(services) and all(_SERVICE.fullmatch(name) and "metadata" in mapping(node) for name, node in services.items())


def read(value: dict[str, Json], address: str) -> Description:
    """All actions, or those of the service that stands after a `#` in the address: `#ecs` or `#ecs/2020-04-01`.

    Of several versions the newest comes first, and its actions keep the short names. Raises SpecUnusable for an unknown service.
    """
    wanted = unquote(urlsplit(address).fragment)
    services = {name: node for name, node in _services(value).items() if wanted in ("", name, name.partition("/")[0])}
    if not services:
        known = ", ".join(sorted({name.partition("/")[0] for name in _services(value)})[:20])
        raise SpecUnusable(f"It has no service {quoted(wanted)}.", hint=f"It has {known}.")
    titles = mapping(value.get(TITLES))
    paths = {}
    for name in sorted(services, key=lambda name: name.partition("/")[::-1], reverse=True):
        service, _, version = name.partition("/")
        words = mapping(mapping(titles.get("apis")).get(service))
        for action, node in mapping(services[name].get("metadata")).items():
            types = mapping(mapping(services[name].get("metatype")).get(action))
            path = f"/?Action={quote(action, safe='')}&Version={version}"
            # Two services may have one action. Which is meant is told by the signature alone, so a source should be one service;
            # of several, the second's address holds a fragment, which no call can have.
            unique = path if path not in paths else f"{path}#{service}"
            paths[unique] = _Action(f"{service}.{action}", version, mapping(node), types, mapping(words.get(action))).item()
    title = text(mapping(mapping(titles.get("services")).get(wanted.partition("/")[0])).get("service_cn"))
    root = {
        "openapi": "3.1.0",
        "info": {"title": f"Volcano Engine {wanted} {title}".strip(), "version": ""},
        "servers": [{"url": _SERVER}],
        "paths": paths,
    }
    return Description(root, only_names_tell=True)


@dataclass(frozen=True)
class _Action:
    name: str
    version: str
    fields: Mapping[str, Json]
    types: Mapping[str, Json]
    words: Mapping[str, Json]

    def item(self) -> dict[str, Json]:
        """The path item."""
        api = mapping(self.fields.get("ApiInfo"))
        is_post = text(api.get("Method")).upper() == "POST"
        request = _object(mapping(self.fields.get("Request")), mapping(self.types.get("Request")), 0)
        operation: dict[str, Json] = {
            "operationId": self.name,
            "summary": text(self.words.get("name_cn")),
            "description": text(self.words.get("description_cn")),
            "parameters": [*self._fixed(), *([] if is_post else _parameters(request))],
            "responses": {"200": {"description": "The answer.", "content": {_JSON: {"schema": self._response()}}}},
        }
        if is_post:
            kind = text(api.get("ContentType")) or _JSON
            operation["requestBody"] = {"content": {kind: {"schema": request}}, "required": bool(request.get("required"))}
        return {"post" if is_post else "get": operation}

    def _fixed(self) -> list[dict[str, Json]]:
        """What the path says already: declared, as nothing undeclared may be sent."""
        values = {"Action": self.name.rpartition(".")[2], "Version": self.version}
        return [{"name": name, "in": "query", "schema": {"type": "string", "const": value}} for name, value in values.items()]

    def _response(self) -> dict[str, Json]:
        result = _object(mapping(self.fields.get("Response")), mapping(self.types.get("Response")), 0)
        return {"type": "object", "properties": {"ResponseMetadata": _METADATA_OF_RESPONSE, "Result": result}}


def _services(value: Mapping[str, Json]) -> dict[str, dict[str, Json]]:
    return {name: mapping(node) for name, node in value.items() if name != TITLES}


def _parameters(request: dict[str, Json]) -> Iterator[dict[str, Json]]:
    """Lists are numbered from 1 in a query, `InstanceIds.1`; how long one may be is nowhere said, so only its first place is declared."""
    needed = request.get("required", ())
    for name, schema in request["properties"].items():
        is_listed = ".N" in name
        parameter = {"name": name.replace(".N", ".1"), "in": "query", "required": name in needed, "schema": _member(schema)}
        yield parameter | ({"description": "The first of a list."} if is_listed else {})


def _member(schema: Json) -> Json:
    return schema["items"] if isinstance(schema, dict) and "items" in schema else schema


def _object(names: Mapping[str, Json], types: Mapping[str, Json], depth: int) -> dict[str, Json]:
    """The schema of an object of which `names` has the fields and `types` what they are; either may be missing."""
    if depth > MAX_DEPTH:
        return {"type": "object", "properties": {}}
    declared, inner_types = mapping(types.get("MetaTypes")), mapping(types.get("ChildMetas"))
    inner_names = mapping(names.get("Structure"))
    listed = names.get("Basic")
    basic = [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []
    properties = {}
    for name in dict.fromkeys((*basic, *inner_names, *declared)):
        is_nested = name in inner_names or name in inner_types
        within = _object(mapping(inner_names.get(name)), mapping(inner_types.get(name)), depth + 1) if is_nested else None
        properties[name] = _schema(mapping(declared.get(name)), within)
    needed = [name for name, node in declared.items() if mapping(node).get("Required") is True]
    return {"type": "object", "properties": properties} | ({"required": needed} if needed else {})


def _schema(declared: Mapping[str, Json], within: dict[str, Json] | None) -> dict[str, Json]:
    """The schema of one field. `within` is that of the objects in it, if it holds any."""
    kind, members = text(declared.get("TypeName")), text(declared.get("TypeOf"))
    if listed := _LISTED.fullmatch(kind):
        return {"type": "array", "items": _of(listed[1])}
    match kind:
        case "array":
            return {"type": "array", "items": within or _of(members)}
        case "map":
            return {"type": "object", "additionalProperties": within or _of(members)}
        case "object":
            return within or {"type": "object"}
        case _:
            # Nowhere said: an object, or a list of such.
            return _of(kind) if within is None else {"properties": within["properties"]}


def _of(kind: str) -> dict[str, Json]:
    return {"type": kind} if kind in _TYPES else {}
