"""One operation cut out of a document: the slice, a document of its own, and the `Operation` that is read off it.

A slice carries the operation, with the parameters of its path item, and the closure of the schemas that it refers to. It leaves out
what belongs to the connection rather than to the operation: servers, security and the document's version. A new release of a server,
or the same API at another address, has the same slices where nothing changed, so tools stay proven. Without `servers`, OpenAPI
places the paths right below whatever base URL is called.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from doc_sources import pagination
from doc_sources.components import Component
from doc_sources.effects import EffectJudge, Facts
from doc_sources.normal_form import NormalOperation, mapping, objects, text
from doc_sources.rows import RowReader, Rows
from doc_sources.shapes import ShapeReader
from doc_sources.specification import Specification
from schemas.base import Json, digest
from schemas.errors import LimitExceeded, SpecUnusable, quoted
from schemas.operation import Operation, Pagination, Parameter, Slice

MAX_TOTAL_BYTES: Final = 2_000_000_000
"""Of all slices of one document as JSON, each of which is hashed. Stripe's, where everything leads to everything, are 336 MB."""


class Cutter:
    """Cuts the slices of one document for one source."""

    def __init__(self, specification: Specification, source: str, judge: EffectJudge, *, max_total_bytes: int = MAX_TOTAL_BYTES) -> None:
        self._specification = specification
        self._source = source
        self._judge = judge
        self._shapes = ShapeReader(specification.components.schema_at)
        self._rows = RowReader(self._shapes)
        self._bytes_left = max_total_bytes

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
        components = self._specification.components.closure(normal.uses)
        self._bytes_left -= sum(component.size_bytes for component in components.values())
        if self._bytes_left < 0:
            raise SpecUnusable("Its operations refer to more schemas than can be kept: each to nearly all of a large document.")
        # The digest of the document below, made from components that were encoded once for all operations.
        encoded = {name: component.encoded for name, component in components.items()}
        slice_hash = digest(self._document(normal, encoded))
        return Slice(operation=self._operation(normal, slice_hash), document=self._document(normal, _schemas(components)))

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
        judgement = self._judge.judge(Facts(method, normal.path, normal.declared_name, summary, description))
        parameters = tuple(self._parameters(objects(value.get("parameters"))))
        rows = self._rows.read(value, normal.path)
        return Operation(
            id=f"{self._source}:{normal.name}",
            source=self._source,
            name=normal.name,
            method=method,
            path=normal.path,
            summary=summary,
            description=description,
            tags=tuple(value.get("tags", ())),
            effect=judgement.effect,
            effect_reason=judgement.reason,
            parameters=parameters,
            has_body=_has_body(value, method),
            rows_path=rows.path,
            row_is_single=rows.is_single,
            row_title=rows.title,
            fields=rows.fields,
            pagination=self._pagination(value, parameters, rows),
            slice_hash=slice_hash,
        )

    def _parameters(self, nodes: Iterable[dict[str, Json]]) -> Iterator[Parameter]:
        for node in nodes:
            schema = self._specification.components.inlined(_value_schema(node))
            yield Parameter(
                name=node["name"],
                location=node["in"],
                required=node.get("required") is True,
                value_schema=schema,
                description=text(node.get("description")) or text(mapping(schema).get("description")),
            )

    def _pagination(self, value: dict[str, Json], parameters: tuple[Parameter, ...], rows: Rows) -> Pagination | None:
        if rows.path is None or rows.is_single:
            return None
        leaves = self._rows.scalars(rows.envelope) if rows.envelope else {}
        return pagination.detect(parameters, pagination.Envelope(leaves, _success_headers(value)), self._shapes)


def _schemas(components: dict[str, Component]) -> dict[str, Json]:
    return {name: component.schema for name, component in components.items()}


def _value_schema(node: dict[str, Json]) -> Json:
    """A parameter's schema, which may stand under its one media type."""
    if "schema" in node:
        return node["schema"]
    return next((media["schema"] for media in mapping(node.get("content")).values() if "schema" in mapping(media)), {})


def _has_body(value: dict[str, Json], method: str) -> bool:
    """Whether a call sends a body. An optional body of a GET is not sent: it has no defined meaning (RFC 9110, section 9.3.1)."""
    body = mapping(value.get("requestBody"))
    return bool(body) and (method not in ("GET", "HEAD") or body.get("required") is True)


def _success_headers(value: dict[str, Json]) -> list[str]:
    responses = mapping(value.get("responses"))
    return [header for code, response in responses.items() if code[:1] == "2" for header in mapping(mapping(response).get("headers"))]
