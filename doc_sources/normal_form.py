"""What both versions' readers produce: an operation in the words of OpenAPI 3.1, in which only schemas are still referred to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from schemas.base import Json

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

_NOT_A_WORD: Final = re.compile(r"[^A-Za-z0-9]+")
_TEMPLATE: Final = re.compile(r"\{([^{}]*)\}")
# Where and as whom to call is the connection's affair; callbacks are requests that the server makes.
_NOT_OF_THE_CALL: Final = frozenset({"security", "servers", "schemes", "callbacks"})
# OpenAPI 3.1, section 4.8.12.2.1: parameters of these names are ignored, they are described elsewhere.
_RESERVED_HEADERS: Final = frozenset({"accept", "content-type", "authorization"})
_LOCATIONS: Final = frozenset({"path", "query", "header", "cookie"})


@dataclass(frozen=True)
class Converted:
    """A part of an operation in normal form, and the names of the schema components that it refers to."""

    value: dict[str, Json]
    uses: frozenset[str]


@dataclass(frozen=True)
class NormalOperation:
    """One operation: `value` is its OpenAPI 3.1 operation object, with the path's parameters and `name` as its `operationId`.

    The name is unique; `declared_name` is what the document calls it, or empty.
    """

    path: str
    method: str
    name: str
    declared_name: str
    value: dict[str, Json]
    uses: frozenset[str]


@dataclass(frozen=True)
class RawOperation:
    """An operation as it stands in the document, under the name that it gets."""

    path: str
    item: dict[str, Json]
    method: str
    value: dict[str, Json]
    name: str = ""

    @property
    def declared_name(self) -> str:
        return text(self.value.get("operationId")).strip()

    @property
    def made_name(self) -> str:
        """From method and path: `get_users_user_id_posts` for GET /users/{user_id}/posts."""
        return "_".join(filter(None, [self.method, _NOT_A_WORD.sub("_", self.path).strip("_")]))

    def normal(self, changed: Mapping[str, Json], uses: frozenset[str]) -> NormalOperation:
        """This operation with its parameters, body and responses (and nothing else of the kind) as `changed` has them."""
        value = described(self.value, self.item, self.name) | dict(changed)
        return NormalOperation(self.path, self.method, self.name, self.declared_name, value, uses)


def text(value: Json) -> str:
    """The value if it is text, else nothing: a document may hold anything anywhere."""
    return value if isinstance(value, str) else ""


def objects(value: Json) -> list[dict[str, Json]]:
    """The objects in a list, if it is one."""
    return [member for member in value if isinstance(member, dict)] if isinstance(value, list) else []


def mapping(value: Json) -> dict[str, Json]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def described(raw: Mapping[str, Json], item: Mapping[str, Json], name: str) -> dict[str, Json]:
    """The operation object without parameters, body and responses: its words, and extensions as they are."""
    left_out = _NOT_OF_THE_CALL | {"parameters", "requestBody", "responses", "consumes", "produces"}
    value = {key: part for key, part in raw.items() if key not in left_out}
    value["operationId"] = name
    for key in ("summary", "description"):
        words = text(raw.get(key)) or text(item.get(key))
        value |= {key: words} if words else {}
    if "tags" in raw:
        value["tags"] = [tag for tag in raw["tags"] if isinstance(tag, str)] if isinstance(raw["tags"], list) else []
    return value


def overridden(inherited: Iterable[Converted], own: Iterable[Converted]) -> list[Converted]:
    """The path's parameters, replaced by the operation's own of the same name and place (OpenAPI 3.1, section 4.8.10.1)."""
    merged = {(text(p.value.get("in")), text(p.value.get("name"))): p for p in (*inherited, *own)}
    return [parameter for key, parameter in merged.items() if _is_sent(*key)]


def _is_sent(location: str, name: str) -> bool:
    return location in _LOCATIONS and bool(name) and not (location == "header" and name.lower() in _RESERVED_HEADERS)


def with_template(parameters: list[dict[str, Json]], path: str) -> list[dict[str, Json]]:
    """The parameters, path parameters made required, and a required text for each `{name}` of the path that nobody declares."""
    declared = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
    named = [parameter if _may_stay(parameter) else {**parameter, "required": True} for parameter in parameters]
    missing = [name for name in dict.fromkeys(_TEMPLATE.findall(path)) if name and name not in declared]
    return named + [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in missing]


def _may_stay(parameter: dict[str, Json]) -> bool:
    return parameter["in"] != "path" or parameter.get("required") is True


def collected(parts: Mapping[str, Json], convert: Callable[[Json], Converted]) -> Converted:
    """A map of parts, each converted."""
    converted = {str(key): convert(part) for key, part in parts.items()}
    return Converted({key: part.value for key, part in converted.items()}, used_by(converted.values()))


def used_by(parts: Iterable[Converted]) -> frozenset[str]:
    """The names that any of the parts refers to."""
    return frozenset[str]().union(*(part.uses for part in parts))
