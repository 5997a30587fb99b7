"""Operations of Swagger 2.0 documents in normal form: bodies, forms and media types said the way OpenAPI 3.1 says them."""

from __future__ import annotations

from typing import Final

from doc_sources.components import Components
from doc_sources.normal_form import Converted, NormalOperation, RawOperation, collected, mapping, overridden, text, used_by, with_template
from schemas.base import Json

SCHEMA_HOME: Final = ("definitions",)

_JSON: Final = "application/json"
_FORM: Final = "application/x-www-form-urlencoded"
_MULTIPART: Final = "multipart/form-data"
_SENT: Final = ("path", "query", "header")
_NOT_SCHEMA: Final = frozenset({"name", "in", "description", "required", "allowEmptyValue", "collectionFormat"})
_STYLES: Final[dict[str, dict[str, Json]]] = {
    "csv": {"style": "form", "explode": False},
    "multi": {"style": "form", "explode": True},
    "ssv": {"style": "spaceDelimited", "explode": False},
    "pipes": {"style": "pipeDelimited", "explode": False},
}

_Declared = dict[tuple[str, str], dict[str, Json]]
"""Parameter objects by place and name."""


class Swagger2Reader:
    """Reads the operations of one document."""

    def __init__(self, root: dict[str, Json], components: Components) -> None:
        self._components = components
        self._consumes = _media_types(root.get("consumes"))
        # By identity: the nodes live as long as the document.
        self._known: dict[int, Converted] = {}
        self._produces = _media_types(root.get("produces"))

    def normal(self, raw: RawOperation) -> NormalOperation:
        """The operation with the parameters of its path item."""
        declared = self._declared(raw.item) | self._declared(raw.value)
        parameters = overridden([], [self._parameter(node) for place in _SENT for node in _placed(declared, place)])
        responses = self._responses(raw.value)
        parts = [*parameters, responses]
        changed: dict[str, Json] = {"responses": responses.value}
        if listed := with_template([parameter.value for parameter in parameters], raw.path):
            changed["parameters"] = listed
        consumes = _media_types(raw.value.get("consumes")) or self._consumes
        if body := self._body(_placed(declared, "body"), consumes) or self._form(_placed(declared, "formData"), consumes):
            parts.append(body)
            changed["requestBody"] = body.value
        return raw.normal(changed, used_by(parts))

    def _responses(self, raw: dict[str, Json]) -> Converted:
        produces = _media_types(raw.get("produces")) or self._produces or (_JSON,)
        return collected(mapping(raw.get("responses")), lambda node: self._response(self._components.resolve(node), produces))

    def _declared(self, holder: dict[str, Json]) -> _Declared:
        listed = holder.get("parameters")
        nodes = [self._components.resolve(node) for node in listed] if isinstance(listed, list) else []
        return {(text(node.get("in")), text(node.get("name"))): node for node in nodes}

    def _parameter(self, node: dict[str, Json]) -> Converted:
        if id(node) not in self._known:
            self._known[id(node)] = self._converted(node)
        return self._known[id(node)]

    def _converted(self, node: dict[str, Json]) -> Converted:
        used: set[str] = set()
        value: dict[str, Json] = {key: node[key] for key in ("name", "in", "description", "required", "allowEmptyValue") if key in node}
        value["schema"] = self._inline_schema(node, used)
        return Converted(value | _STYLES.get(text(node.get("collectionFormat")), {}), frozenset(used))

    def _inline_schema(self, node: dict[str, Json], used: set[str]) -> Json:
        """Parameters and headers carry their type among their own keys."""
        return self._components.convert({key: value for key, value in node.items() if key not in _NOT_SCHEMA}, used)

    def _body(self, nodes: list[dict[str, Json]], consumes: tuple[str, ...]) -> Converted | None:
        if not nodes:
            return None
        used: set[str] = set()
        schema = self._components.convert(nodes[0].get("schema"), used)
        words: dict[str, Json] = {key: nodes[0][key] for key in ("description", "required") if key in nodes[0]}
        return Converted({**words, "content": {kind: {"schema": schema} for kind in consumes or (_JSON,)}}, frozenset(used))

    def _form(self, nodes: list[dict[str, Json]], consumes: tuple[str, ...]) -> Converted | None:
        if not nodes:
            return None
        used: set[str] = set()
        properties = {text(node.get("name")): self._field(node, used) for node in nodes}
        required = [text(node.get("name")) for node in nodes if node.get("required") is True]
        has_file = any(node.get("type") == "file" for node in nodes)
        kinds = [kind for kind in consumes if kind in (_FORM, _MULTIPART)] or [_MULTIPART if has_file else _FORM]
        schema = {"type": "object", "properties": properties, "required": required}
        return Converted({"required": bool(required), "content": {kind: {"schema": schema} for kind in kinds}}, frozenset(used))

    def _field(self, node: dict[str, Json], used: set[str]) -> Json:
        words = {"description": node["description"]} if "description" in node else {}
        return self._inline_schema(node, used) | words

    def _response(self, node: dict[str, Json], produces: tuple[str, ...]) -> Converted:
        used: set[str] = set()
        value: dict[str, Json] = {"description": text(node.get("description"))}
        headers = mapping(node.get("headers"))
        if headers:
            value["headers"] = {name: self._header(self._components.resolve(header), used) for name, header in headers.items()}
        if "schema" in node:
            schema = self._components.convert(node["schema"], used)
            examples = mapping(node.get("examples"))
            value["content"] = {kind: {"schema": schema} | ({"example": examples[kind]} if kind in examples else {}) for kind in produces}
        return Converted(value, frozenset(used))

    def _header(self, node: dict[str, Json], used: set[str]) -> dict[str, Json]:
        return {"description": text(node.get("description")), "schema": self._inline_schema(node, used)}


def _placed(declared: _Declared, place: str) -> list[dict[str, Json]]:
    return [node for (where, _), node in declared.items() if where == place]


def _media_types(value: Json) -> tuple[str, ...]:
    return tuple(kind for kind in value if isinstance(kind, str)) if isinstance(value, list) else ()
