"""What we know of one provider beyond what its specification says, as its file in `catalogue/` has it."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from doc_sources.normal_form import METHODS, mapping
from doc_sources.rows import NO_ROWS, RowReader, Rows
from doc_sources.schema_conversion import SCHEMA_HOME
from doc_sources.shapes import ShapeReader
from schemas.base import Frozen, Json, text_digest
from schemas.operation import Echo, Filter, LinkPagination, Operation, Pagination, Parameter, Slice

OpenApiPath = Annotated[str, Field(pattern=r"^/")]

Address = Annotated[str, Field(pattern=r"^https://")]

OperationPattern = Annotated[str, Field(pattern=r"^(GET|HEAD|POST|\*) /")]
"""`GET /repos/{owner}/{repo}/issues`; a `*` stands for any text."""

CredentialKind = Literal["", "bearer", "basic", "api_key", "mtls", "google", "azure", "volcengine"]


class Overlay(Frozen):
    """`paths` and `components` of OpenAPI 3.1."""

    paths: dict[OpenApiPath, dict[str, dict[str, Json]]]
    components: dict[str, Json] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_complete(self) -> Overlay:
        for path, item in self.paths.items():
            for method, operation in item.items():
                if method not in METHODS or not {"operationId", "summary", "responses"} <= operation.keys():
                    raise ValueError(f"{method} {path} is no operation with operationId, summary and responses")
        return self

    def document(self, title: str) -> dict[str, Json]:
        """The overlay as a document that can be cut into slices."""
        return {"openapi": "3.1.0", "info": {"title": title, "version": ""}, "paths": self.paths, "components": self.components}


class Service(Frozen):
    """One of several services of a provider, with a description of its own; an empty `base_url` is the provider's."""

    title: str
    published: Address
    base_url: str = ""
    words: tuple[str, ...] = ()


class Meaning(Frozen):
    """What parameters of some operations do to the rows, as far as that is plain.

    Holds for those of the operations that have the parameter and the field, so that one pattern can stand for hundreds.
    """

    operations: Annotated[tuple[OperationPattern, ...], Field(min_length=1)]
    filters: tuple[Filter, ...] = ()
    echo: tuple[Echo, ...] = ()
    pagination: Pagination | None = None
    """How a listing pages that takes these parameters, where their names and its answer do not tell."""

    def fits(self, operation: Operation) -> bool:
        """Whether it is said of an operation."""
        label = f"{operation.method} {operation.path}"
        return any(fnmatchcase(label, pattern) for pattern in self.operations)


class Provider(Frozen):
    """One provider. A specification is this provider's where it has all the paths of `recognise`, or its calls go to one of `hosts`.

    `words` are what people call the product and what it is about, for search. Its description is looked for at the `live` paths below the
    base URL, then where it is `published`, then in the `descriptor` that is shipped (a file of `descriptors/`); where a provider has
    `services`, each has its own. Its paths begin at the `base_path` below where it runs (`/api/v1`). `rows` says where an operation
    holds its rows, as in `Operation.rows_path`, where its schema alone does not tell. `goes_on_by` names texts that the URLs of
    next pages ask by although no description declares them: calls may send them as if it did. `credential` is what its servers usually
    want (empty: nothing), `docs` is for people.
    """

    title: str
    recognise: tuple[OpenApiPath, ...] = ()
    hosts: tuple[Annotated[str, Field(pattern=r"^[a-z0-9.-]+$")], ...] = ()
    words: tuple[str, ...] = ()
    live: tuple[OpenApiPath, ...] = ()
    published: Address | None = None
    descriptor: Annotated[str, Field(pattern=r"^[a-z]+\.yaml$")] | None = None
    services: dict[Annotated[str, Field(pattern=r"^[a-z0-9-]+$")], Service] = Field(default_factory=dict)
    base_url: str = ""
    base_path: Annotated[str, Field(pattern=r"^(/[a-z0-9/]*[a-z0-9])?$")] = ""
    credential: CredentialKind = ""
    docs: Address | None = None
    rows: dict[OperationPattern, str] = Field(default_factory=dict)
    meanings: tuple[Meaning, ...] = ()
    goes_on_by: tuple[str, ...] = ()
    overlay: Overlay | None = None

    @model_validator(mode="after")
    def _is_known_by_something(self) -> Provider:
        if not (self.recognise or self.hosts):
            raise ValueError("say how it is recognised: by recognise (its paths) or by hosts")
        if self.services and (self.live or self.published or self.descriptor):
            raise ValueError("what has services is described service by service")
        return self

    def is_at(self, base_url: str) -> bool:
        """Whether calls to a URL go to one of its hosts, or to a host below one."""
        host = (urlsplit(base_url).hostname or "").rstrip(".").lower()
        return any(host == own or host.endswith(f".{own}") for own in self.hosts)

    def title_of(self, described: str) -> str:
        """What a source of it is called: the product, or what the description of one of its services calls itself."""
        return described if self.services and described else self.title

    def enriched(self, piece: Slice) -> Slice:
        """The slice with what is known of its operation."""
        placed = self._placed(piece)
        operation = placed.operation
        meanings = [meaning for meaning in self.meanings if meaning.fits(operation)]
        more: dict[str, object] = {"filters": _filters(operation, meanings), "echo": _echo(operation, meanings)}
        more |= {"pagination": _pagination(operation, meanings), "docs_url": operation.docs_url or self.docs or ""}
        known = operation.model_copy(update={**more, "tags": (*operation.tags, *self.words)})
        return _going_on_by(self.goes_on_by, placed.model_copy(update={"operation": known}))

    def _placed(self, piece: Slice) -> Slice:
        """With the rows where they are said to be; as it is where nothing is said, or the schema has no list there."""
        operation = piece.operation
        path = self.rows.get(f"{operation.method} {operation.path}")
        found = _rows_at(piece, path) if path else NO_ROWS
        if found.path is None:
            return piece
        more = {"rows_path": found.path, "row_is_single": False, "row_title": found.title, "fields": found.fields, "pagination": None}
        return piece.model_copy(update={"operation": operation.model_copy(update=more)})


def _going_on_by(names: tuple[str, ...], piece: Slice) -> Slice:
    """The slice with these query parameters declared, if it goes on at URLs in its body."""
    operation = piece.operation
    missing = [name for name in names if not _takes(operation, name)]
    if not missing or not isinstance(operation.pagination, LinkPagination) or operation.pagination.next_path is None:
        return piece
    schema = {"type": "string"}
    method, item = operation.method.lower(), piece.document["paths"][operation.path]
    declared = [*item[method].get("parameters", ()), *({"name": name, "in": "query", "schema": schema} for name in missing)]
    paths = {operation.path: {**item, method: {**item[method], "parameters": declared}}}
    more = {
        "parameters": (*operation.parameters, *(Parameter(name=name, location="query", value_schema=schema) for name in missing)),
        "slice_hash": text_digest(" ".join((operation.slice_hash, *missing))),
    }
    return Slice(operation=operation.model_copy(update=more), document={**piece.document, "paths": paths})


def tagged(piece: Slice, words: tuple[str, ...]) -> Slice:
    """The slice with a product's words as tags: how people say which system they mean."""
    operation = piece.operation
    return piece.model_copy(update={"operation": operation.model_copy(update={"tags": (*operation.tags, *words)})})


def _rows_at(piece: Slice, path: str) -> Rows:
    schemas = mapping(mapping(piece.document.get("components")).get("schemas"))
    operation = piece.document["paths"][piece.operation.path][piece.operation.method.lower()]
    shapes = ShapeReader(lambda reference: schemas.get(reference.removeprefix(SCHEMA_HOME)))
    return RowReader(shapes).listed_at(operation, path)


def _filters(operation: Operation, meanings: Sequence[Meaning]) -> tuple[Filter, ...]:
    """Those of a listing: nobody filters a single thing."""
    if operation.row_is_single:
        return ()
    said = [kept for meaning in meanings for kept in meaning.filters]
    return tuple(kept for kept in said if _takes(operation, kept.parameter) and operation.field(kept.path))


def _pagination(operation: Operation, meanings: Sequence[Meaning]) -> Pagination | None:
    if operation.pagination or operation.rows_path is None or operation.row_is_single:
        return operation.pagination
    said = (meaning.pagination for meaning in meanings if meaning.pagination)
    return next((pages for pages in said if all(_takes(operation, name) for name in _parameters(pages))), None)


def _echo(operation: Operation, meanings: Sequence[Meaning]) -> tuple[Echo, ...]:
    said = [echo for meaning in meanings for echo in meaning.echo]
    return tuple(echo for echo in said if _takes(operation, echo.parameter) and (operation.field(echo.path) or not echo.in_rows))


def _parameters(pages: Pagination) -> list[str]:
    """The names of the parameters that a style of paging sends."""
    return [value for name, value in pages if name.endswith("_parameter") and value is not None]


def _takes(operation: Operation, name: str) -> bool:
    return any(parameter.name == name for parameter in operation.parameters)
