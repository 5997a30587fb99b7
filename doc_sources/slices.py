"""One operation cut out of a document: the slice, a document of its own, and the `Operation` that is read off it.

A slice carries the operation, with the parameters of its path item, and the closure of the schemas that it refers to. It leaves out
what belongs to the connection rather than to the operation: servers, security and the document's version. A new release of a server,
or the same API at another address, has the same slices where nothing changed, so tools stay proven. Without `servers`, OpenAPI
places the paths right below whatever base URL is called.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from doc_sources import pagination
from doc_sources.effects import EffectJudge, Judgement
from doc_sources.facts import Facts
from doc_sources.formats.description import EFFECT_KEY, EFFECT_REASON_KEY
from doc_sources.normal_form import NormalOperation, mapping, objects, text
from doc_sources.rows import RowReader, Rows
from doc_sources.shapes import ShapeReader
from doc_sources.specification import Specification
from schemas.base import Json, canonical_json, digest
from schemas.errors import LimitExceeded, SpecUnusable, quoted
from schemas.operation import Effect, Operation, Pagination, Parameter, Protocol, Slice

MAX_TOTAL_BYTES: Final = 2_000_000_000
"""Of all slices of one document as JSON, each of which is hashed. Stripe's, where everything leads to everything, are 336 MB."""
MAX_OPERATION_BYTES: Final = 200_000_000
"""Of the parameters and fields of all operations, about: each carries its own as JSON, whatever they share. Kubernetes' are 8 MB."""

_FIELD_BYTES: Final = 120


class Cutter:
    """Cuts the slices of one document for one source."""

    def __init__(
        self,
        specification: Specification,
        source: str,
        judge: EffectJudge,
        protocol: Protocol = "http",
        *,
        only_names_tell: bool = False,
        max_total_bytes: int = MAX_TOTAL_BYTES,
        max_operation_bytes: int = MAX_OPERATION_BYTES,
    ) -> None:
        self._specification = specification
        self._source = source
        self._judge = judge
        self._protocol = protocol
        self._only_names_tell = only_names_tell
        self._shapes = ShapeReader(specification.components.schema_at)
        self._rows = RowReader(self._shapes)
        self._bytes_left = max_total_bytes
        self._operation_bytes_left = max_operation_bytes
        # By identity, kept alive beside what it became: most operations share a few.
        self._known: dict[int, tuple[Json, Parameter, int]] = {}

    def cut(self) -> Iterator[Slice]:
        """Every operation's slice in the document's order. One that can't be written as JSON is left out with a warning.

        Raises SpecUnusable where the slices pass a bound together.
        """
        for operation in self._specification.operations():
            try:
                yield self._slice(operation)
            except (LimitExceeded, RecursionError) as error:
                # What JSON can't hold, or references thousands of steps long.
                reason = error.message if isinstance(error, LimitExceeded) else f"{error}."
                self._specification.warnings.add(f"The operation {quoted(operation.name)} is left out: {reason}")

    def _slice(self, normal: NormalOperation) -> Slice:
        closure = self._specification.components.closure(normal.uses)
        self._bytes_left -= closure.size_bytes
        if self._bytes_left < 0:
            raise SpecUnusable("Its operations refer to more schemas than can be kept: each to nearly all of a large document.")
        # Of the document with one digest in place of the schemas, as many operations lead to the same hundreds of them.
        slice_hash = digest(self._document(normal, closure.digest))
        return Slice(operation=self._operation(normal, slice_hash), document=self._document(normal, closure.schemas))

    def _document(self, normal: NormalOperation, schemas: Json) -> dict[str, Json]:
        document = {
            "openapi": "3.1.0",
            "info": {"title": self._specification.title, "version": ""},
            "paths": {normal.path: {normal.method: normal.value}},
        }
        return document | ({"components": {"schemas": schemas}} if schemas else {})

    def _operation(self, normal: NormalOperation, slice_hash: str) -> Operation:
        value, method = normal.value, normal.method.upper()
        summary, description = text(value.get("summary")), text(value.get("description"))
        judgement = self._judgement(normal)
        parameters = tuple(self._parameters(objects(value.get("parameters"))))
        if self._protocol != "http":
            parameters += tuple(self._members(value))
        rows = self._rows.read(value, normal.path)
        self._weigh(len(rows.fields) * _FIELD_BYTES)
        return Operation(
            id=f"{self._source}:{normal.name}",
            source=self._source,
            name=normal.name,
            protocol=self._protocol,
            method=method,
            path=normal.path,
            summary=summary,
            description=description,
            tags=tuple(value.get("tags", ())),
            effect=judgement.effect,
            effect_reason=judgement.reason,
            parameters=parameters,
            has_body=_has_body(value, method),
            takes_empty_body=judgement.effect is Effect.READ and self._takes_empty_body(value, method),
            rows_path=rows.path,
            row_is_single=rows.is_single,
            row_title=rows.title,
            fields=rows.fields,
            pagination=self._pagination(value, parameters, rows),
            docs_url=_docs_url(value),
            slice_hash=slice_hash,
        )

    def _judgement(self, normal: NormalOperation) -> Judgement:
        """The judge's on what goes over HTTP, and on an rpc's name. Else that of the format's reader, who knows what a query is.

        Never a fetched document's own.
        """
        value = normal.value
        if self._protocol != "http" and value.get(EFFECT_KEY) in list(Effect):
            return Judgement(Effect(value[EFFECT_KEY]), text(value.get(EFFECT_REASON_KEY)))
        if self._protocol not in ("http", "grpc"):
            return Judgement(Effect.WRITE, "its description does not say what it does")
        summary, description = (text(value.get(key)) for key in ("summary", "description"))
        said, only_names_tell = _said(normal.path), self._only_names_tell
        return self._judge.judge(Facts(normal.method.upper(), said, normal.declared_name, summary, description, only_names_tell))

    def _parameters(self, nodes: Iterable[dict[str, Json]]) -> Iterator[Parameter]:
        for node in nodes:
            if id(node) not in self._known:
                parameter = self._parameter(node)
                self._known[id(node)] = (node, parameter, _size_bytes(parameter))
            _, parameter, size_bytes = self._known[id(node)]
            self._weigh(size_bytes)
            yield parameter

    def _weigh(self, size_bytes: int) -> None:
        self._operation_bytes_left -= size_bytes
        if self._operation_bytes_left < 0:
            raise SpecUnusable("Its operations have more parameters and fields together than can be kept.")

    def _parameter(self, node: dict[str, Json]) -> Parameter:
        schema = self._specification.components.inlined(_value_schema(node))
        return Parameter(
            name=node["name"],
            location=node["in"],
            required=node.get("required") is True,
            value_schema=schema,
            description=text(node.get("description")) or text(mapping(schema).get("description")),
        )

    def _members(self, value: dict[str, Json]) -> Iterator[Parameter]:
        """Of the body, where that is all that a call takes: the arguments of a GraphQL field, the message that an rpc is sent."""
        contents = mapping(mapping(value.get("requestBody")).get("content"))
        body = mapping(mapping(contents.get("application/json")).get("schema"))
        if "$ref" in body:
            body = mapping(self._specification.components.schema_at(body["$ref"]))
        required = body.get("required", ())
        for name, node in mapping(body.get("properties")).items():
            schema = self._specification.components.inlined(node)
            said = text(mapping(schema).get("description"))
            parameter = Parameter(name=name, location="body", required=name in required, value_schema=schema, description=said)
            self._weigh(_size_bytes(parameter))
            yield parameter

    def _takes_empty_body(self, value: dict[str, Json], method: str) -> bool:
        """Whether `{}` asks for all: JSON that requires nothing, and has no member that could ask for the rest of a part."""
        media = mapping(mapping(mapping(value.get("requestBody")).get("content")).get("application/json"))
        if not _has_body(value, method) or not media:
            return False
        body = self._shapes.read(media.get("schema"))
        return body.type == "object" and not body.required and not any(map(pagination.asks_for_part, body.properties))

    def _pagination(self, value: dict[str, Json], parameters: tuple[Parameter, ...], rows: Rows) -> Pagination | None:
        if rows.path is None or rows.is_single:
            return None
        leaves = self._rows.scalars(rows.envelope) if rows.envelope else {}
        return pagination.detect(parameters, pagination.Envelope(leaves, _success_headers(value), rows.fields), self._shapes)


def _size_bytes(parameter: Parameter) -> int:
    return len(canonical_json(parameter.value_schema)) + len(parameter.description) + _FIELD_BYTES


def _said(path: str) -> str:
    """A path as it is judged. A query in it tells actions apart by its values: whatever they are called, `/?Action=Delete` deletes."""
    path, mark, query = path.partition("?")
    values = [pair.partition("=")[2] or pair for pair in re.split("[&;#]", query)]
    return "/".join((path.rstrip("/"), *values)) if mark else path


def _value_schema(node: dict[str, Json]) -> Json:
    """A parameter's schema, which may stand under its one media type."""
    if "schema" in node:
        return node["schema"]
    return next((media["schema"] for media in mapping(node.get("content")).values() if "schema" in mapping(media)), {})


def _docs_url(value: dict[str, Json]) -> str:
    """Where people read on. Only what a browser opens as a page: `javascript:` would run in a console that shows it."""
    url = text(mapping(value.get("externalDocs")).get("url"))
    return url if url.startswith(("https://", "http://")) else ""


def _has_body(value: dict[str, Json], method: str) -> bool:
    """Whether a call sends a body. An optional body of a GET is not sent: it has no defined meaning (RFC 9110, section 9.3.1)."""
    body = mapping(value.get("requestBody"))
    return bool(body) and (method not in ("GET", "HEAD") or body.get("required") is True)


def _success_headers(value: dict[str, Json]) -> list[str]:
    responses = mapping(value.get("responses"))
    return [header for code, response in responses.items() if code[:1] == "2" for header in mapping(mapping(response).get("headers"))]
