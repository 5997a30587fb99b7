"""Small specifications, and a short way to their slices."""

from __future__ import annotations

from doc_sources.effects import load_judge
from doc_sources.slices import Cutter
from doc_sources.specification import Specification
from schemas.base import Json
from schemas.operation import Operation, Slice

SOURCE = "registry"
JUDGE = load_judge()


def openapi(paths: Json, schemas: Json = None, version: str = "3.1.0", **more: Json) -> dict[str, Json]:
    """A document with these paths and component schemas."""
    document = {"openapi": version, "info": {"title": "Registry", "version": "7"}, "paths": paths, **more}
    if schemas is not None:
        document["components"] = {**document.get("components", {}), "schemas": schemas}
    return document


def swagger(paths: Json, definitions: Json = None, **more: Json) -> dict[str, Json]:
    """A Swagger 2.0 document."""
    return {"swagger": "2.0", "info": {"title": "Registry", "version": "7"}, "paths": paths, "definitions": definitions or {}, **more}


def get(schema: Json = None, **more: Json) -> dict[str, Json]:
    """A path item with one GET whose response has this schema."""
    content = {"content": {"application/json": {"schema": schema}}} if schema is not None else {}
    return {"get": {"operationId": "list_things", "responses": {"200": {"description": "The things.", **content}}, **more}}


def slices(document: Json) -> tuple[tuple[Slice, ...], tuple[str, ...]]:
    """All slices of a document, and its warnings."""
    specification = Specification(document)
    cut = tuple(Cutter(specification, SOURCE, JUDGE).cut())
    return cut, specification.warnings.shown()


def only_slice(document: Json) -> Slice:
    """The slice of a document with one operation and nothing to warn of."""
    (found,), warnings = slices(document)
    assert warnings == ()
    return found


def only_operation(document: Json) -> Operation:
    """The same slice's operation."""
    return only_slice(document).operation


def in_slice(found: Slice) -> dict[str, Json]:
    """The operation object inside a slice's document."""
    operation: dict[str, Json] = found.document["paths"][found.operation.path][found.operation.method.lower()]
    return operation


def schemas_of(found: Slice) -> dict[str, Json]:
    """The component schemas inside a slice's document."""
    schemas: dict[str, Json] = found.document.get("components", {}).get("schemas", {})
    return schemas
