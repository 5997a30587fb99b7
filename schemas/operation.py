"""An API operation as the project sees it, and the slice of the specification that it was read from."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field as Attribute

from schemas.base import Frozen, Json, digest, lookup
from schemas.metric import Metric

Protocol = Literal["http", "aws", "graphql", "grpc", "text"]
"""How a call crosses the wall: as an HTTP request, or as the name of an AWS operation with its parameters.

The others can't be called from here: they are known, found and read, by people and by the model.
"""

_WORDS: Final = frozenset({"summary", "description", "tags", "docs_url", "effect_reason"})
"""What says nothing of a call. Words that a tool was written from are in the slice's hash."""

CALLABLE: Final[frozenset[Protocol]] = frozenset({"http", "aws"})

JsonType = Literal["string", "integer", "number", "boolean", "object", "array", "any"]


class Effect(StrEnum):
    """What a call does to the world. Anything that is not known to read counts as `WRITE`."""

    READ = "read"
    REVEAL = "reveal"
    """A read that mints or shows a credential or secret."""
    WRITE = "write"


class Parameter(Frozen):
    """A declared request parameter; `value_schema` is its JSON Schema. In the `body` are the members of an AWS operation's input."""

    name: str
    location: Literal["path", "query", "header", "cookie", "body"]
    required: bool = False
    value_schema: Json = None
    description: str = ""


class RowField(Frozen):
    """One leaf of a response row. `path` is dotted from the row: `memory_info.rss`."""

    path: str
    type: JsonType
    format: str = ""
    enum: tuple[str, ...] = ()
    nullable: bool = False
    required: bool = False
    description: str = ""


class PagePagination(Frozen):
    """`?page=2&per_page=50`. Ends when `total_path` says so, else at the first empty page (a server may cap the size)."""

    style: Literal["page"] = "page"
    page_parameter: str
    first_page: int = 1
    size_parameter: str | None = None
    max_size: int | None = None
    total_path: str | None = None


class OffsetPagination(Frozen):
    """`?offset=100&limit=50`. Ends when `total_path` says so, else at the first empty page."""

    style: Literal["offset"] = "offset"
    offset_parameter: str
    limit_parameter: str
    max_size: int | None = None
    total_path: str | None = None


class CursorPagination(Frozen):
    """The response names the next page at `next_path`; null, empty or absent ends it, and so does a false `more_path`, if there is one."""

    style: Literal["cursor"] = "cursor"
    cursor_parameter: str
    next_path: str
    more_path: str | None = None
    size_parameter: str | None = None
    max_size: int | None = None


class LastRowPagination(Frozen):
    """`?starting_after=<id of the last row>`: a row says at `row_path` what the next page begins after. Ends when `more_path` is false."""

    style: Literal["last_row"] = "last_row"
    cursor_parameter: str
    row_path: str
    more_path: str
    size_parameter: str | None = None
    max_size: int | None = None


class LinkPagination(Frozen):
    """The response spells out the next page's URL. Ends at the first response without one.

    It stands in the body at `next_path`, where null, empty and absent are none; without a `next_path`, in the header
    `Link: <…>; rel="next"` (RFC 8288).
    """

    style: Literal["link"] = "link"
    next_path: str | None = None
    page_parameter: str | None = None
    size_parameter: str | None = None
    max_size: int | None = None


Pagination = Annotated[
    PagePagination | OffsetPagination | CursorPagination | LastRowPagination | LinkPagination,
    Attribute(discriminator="style"),
]


class Filter(Frozen):
    """A request parameter that keeps the rows whose field compares so with its value; absent, it keeps all.

    What is not declared here is filtered on the client's side, whatever the parameter's name promises.
    """

    parameter: str
    path: str
    """Of the row, dotted."""
    comparison: Literal["eq", "ne", "gt", "ge", "lt", "le", "contains", "prefix", "in"] = "eq"
    """`in`: the value is a list, joined by commas or repeated."""


class Echo(Frozen):
    """A request parameter whose value the response repeats, at a dotted path from the body or, with `in_rows`, from each row."""

    parameter: str
    path: str
    in_rows: bool = False


class Operation(Frozen):
    """One operation of one source.

    `id` is `<source>:<name>`. `rows_path` is the dotted path of the collection in the response (empty: the body itself;
    None: the response holds no rows); a step with `[]` is a list that is gone through: `Reservations[].Instances`.
    `row_is_single` marks a response that is one object: a relation of one row. `metrics` are those that can be read through it.

    An AWS operation has the name `ec2.DescribeInstances` and stands in its slice as `POST /ec2/DescribeInstances` with its
    input as a JSON body and its output, as boto3 has it, as the response; dates are RFC 3339 texts there and bytes are base64.
    In the same way stand a field of GraphQL's root types (`POST /query/viewer`), a gRPC method (`POST /etcdserverpb.KV/Range`) and
    a section of a page of text (`GET /<page>/<heading>`), whose words are its description.
    """

    id: str
    source: str
    name: str
    protocol: Protocol = "http"
    method: str
    path: str
    summary: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    effect: Effect
    effect_reason: str
    parameters: tuple[Parameter, ...] = ()
    has_body: bool = False
    takes_empty_body: bool = False
    """Can be called with `{}` for its body, and then answers with all that it has."""
    rows_path: str | None = None
    row_is_single: bool = False
    row_title: str = ""
    fields: tuple[RowField, ...] = ()
    pagination: Pagination | None = None
    metrics: tuple[Metric, ...] = ()
    filters: tuple[Filter, ...] = ()
    echo: tuple[Echo, ...] = ()
    docs_url: str = ""
    is_global: bool = False
    """Answers the same in every place of its source, so that it need be asked in one only: IAM's users."""
    slice_hash: str

    @property
    def label(self) -> str:
        """How people write it: `GET /hosts`, or `ec2:DescribeInstances`."""
        match self.protocol:
            case "http":
                return f"{self.method} {self.path}"
            case "aws":
                return self.name.replace(".", ":", 1)
            case "graphql" | "grpc" | "text":
                return self.name

    @property
    def fingerprint(self) -> str:
        """Changes with all that a tool is proven on: the slice, and what is known beside it: rows, pages, effect, metrics, filters.

        What is as by default is left out, so that an addition to this class changes nothing for operations without it.
        """
        return digest(self.model_dump(mode="json", exclude=set(_WORDS), exclude_defaults=True))

    @property
    def is_callable(self) -> bool:
        """Whether a tool can call it; what can't be called serves as text."""
        return self.protocol in CALLABLE

    def metric(self, name: str) -> Metric | None:
        """The metric of that name, if it can be read through this."""
        return next((metric for metric in self.metrics if metric.name == name), None)

    @property
    def is_listable(self) -> bool:
        """Can be called with nothing but its pagination, or an empty body, and returns rows."""
        says_nothing = self.takes_empty_body or not self.has_body
        return self.is_callable and self.rows_path is not None and says_nothing and not any(p.required for p in self.parameters)

    def field(self, path: str) -> RowField | None:
        """The field at a dotted path, if the response schema declares it."""
        return next((field for field in self.fields if field.path == path), None)


class Slice(Frozen):
    """An OpenAPI 3.1 document of exactly one operation with the closure of its local references.

    `digest` is taken over `document`, with descriptions and examples left in: a change of words re-verifies too,
    because the words are what a tool was written from. Where the document is of OpenAPI, one digest of all its schemas' digests
    by name stands in it for the schemas, as many operations lead to the same hundreds of them.
    """

    operation: Operation
    document: Json

    @property
    def digest(self) -> str:
        return self.operation.slice_hash


def rows_of(operation: Operation, body: Json) -> list[Json]:
    """The rows of a response body: the collection at `rows_path`, or the object itself where the row is single."""
    *ways, last = (operation.rows_path or "").split("[].")
    holders = [body]
    for way in ways:
        holders = [holder for outer in holders for holder in _listed(lookup(outer, way))]
    found = [lookup(holder, last) for holder in holders]
    if operation.row_is_single:
        return [row for row in found if isinstance(row, dict)]
    return [row for rows in found for row in _listed(rows)]


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
