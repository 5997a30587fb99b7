"""Operations of OpenAPI 3.0, 3.1 and 3.2 documents in normal form."""

from __future__ import annotations

from collections.abc import Callable

from doc_sources.components import Components
from doc_sources.normal_form import Converted, NormalOperation, RawOperation, collected, mapping, overridden, used_by, with_template
from schemas.base import Json

SCHEMA_HOME = ("components", "schemas")


class OpenApi3Reader:
    """Reads the operations of one document. Parts that many operations refer to are converted once."""

    def __init__(self, components: Components) -> None:
        self._components = components
        self._shared: dict[str, Converted] = {}

    def normal(self, raw: RawOperation) -> NormalOperation:
        """The operation with the parameters of its path item."""
        parameters = overridden(self._parameters(raw.item), self._parameters(raw.value))
        responses = collected(mapping(raw.value.get("responses")), lambda node: self._once(node, self._response))
        parts = [*parameters, responses]
        changed: dict[str, Json] = {"responses": responses.value}
        if listed := with_template([parameter.value for parameter in parameters], raw.path):
            changed["parameters"] = listed
        if "requestBody" in raw.value:
            parts.append(body := self._once(raw.value["requestBody"], self._body))
            changed["requestBody"] = body.value
        return raw.normal(changed, used_by(parts))

    def _parameters(self, holder: dict[str, Json]) -> list[Converted]:
        listed = holder.get("parameters")
        return [self._once(node, self._schema_holder) for node in listed] if isinstance(listed, list) else []

    def _once(self, node: Json, convert: Callable[[dict[str, Json]], Converted]) -> Converted:
        reference = node.get("$ref") if isinstance(node, dict) else None
        if not isinstance(reference, str):
            return convert(self._components.resolve(node))
        if reference not in self._shared:
            self._shared[reference] = convert(self._components.resolve(node))
        return self._shared[reference]

    def _body(self, node: dict[str, Json]) -> Converted:
        content = self._content(node)
        return Converted({**node, "content": content.value}, content.uses)

    def _response(self, node: dict[str, Json]) -> Converted:
        headers = collected(mapping(node.get("headers")), lambda header: self._once(header, self._schema_holder))
        content = self._content(node)
        rest = {key: value for key, value in node.items() if key not in ("headers", "content", "links")}
        parts = {key: part.value for key, part in (("headers", headers), ("content", content)) if part.value}
        return Converted({"description": "", **rest, **parts}, headers.uses | content.uses)

    def _content(self, node: dict[str, Json]) -> Converted:
        return collected(mapping(node.get("content")), self._schema_holder)

    def _schema_holder(self, node: Json) -> Converted:
        """A parameter, header or media type: a schema or a map of media types, and examples, which may be references."""
        node = self._components.resolve(node)
        used: set[str] = set()
        value = {key: part for key, part in node.items() if key != "encoding"}
        if "schema" in node:
            value["schema"] = self._components.convert(node["schema"], used)
        if "content" in node:
            content = self._content(node)
            value["content"] = content.value
            used |= content.uses
        if isinstance(node.get("examples"), dict):
            value["examples"] = {name: self._components.resolve(example) for name, example in node["examples"].items()}
        return Converted(value, frozenset(used))
