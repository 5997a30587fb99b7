"""Where a response holds its rows, and what a row's leaves are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from doc_sources.normal_form import mapping
from doc_sources.shapes import Shape, ShapeReader
from doc_sources.words import split
from schemas.base import Json
from schemas.operation import RowField

MAX_DEPTH: Final = 3
"""Steps in a field's path. Deeper objects are fields of type `object`."""
MAX_FIELDS: Final = 5_000
"""Of one row; the widest known, a repository of GitHub, has 552."""

# Names under which APIs put a page's rows, whatever stands beside them.
_COLLECTIONS: Final = frozenset({"items", "data", "results", "result", "records", "rows", "entries", "values", "list", "content", "hits"})
# Lists that stand beside a page's rows.
_SIDE_LISTS: Final = frozenset({"included", "errors", "warnings", "infos", "messages", "links", "_links", "facets"})
_WRAPPERS: Final = frozenset({"data", "result", "response", "payload"})
# Words that make up the names of what surrounds a page ("next_page_token", "totalCount", "has_more") …
_PAGING_WORDS: Final = frozenset(
    """total count counts number size page pages per limit offset next previous prev cursor token continue after before more has remaining
    meta metadata paging pagination links link self""".split()
)
# … and of what a server says about its answer ("apiVersion", "took_ms"); a thing of its own has a status and a type, too.
_REPORT_WORDS: Final = frozenset(
    """kind api version status code success ok message error errors warning warnings took time ms timestamp type url href object request id
    incomplete truncated results matching returned response""".split()
)


@dataclass(frozen=True)
class Rows:
    """As in `Operation`; `path` is None where the response holds no rows. `envelope` is the body around them, if there is one."""

    path: str | None = None
    is_single: bool = False
    title: str = ""
    fields: tuple[RowField, ...] = ()
    envelope: Shape | None = None


NO_ROWS: Final = Rows()


class RowReader:
    """Reads rows within one document; the fields of a schema that many operations return are worked out once."""

    def __init__(self, shapes: ShapeReader) -> None:
        self._shapes = shapes
        self._fields: dict[str, tuple[RowField, ...]] = {}
        self._leaf_fields: dict[tuple[str, int, bool, bool], tuple[Shape, RowField]] = {}

    def read(self, operation: Mapping[str, Json], path: str) -> Rows:
        """The rows of an operation in normal form. A list of plain values, or a body without a schema, holds none."""
        schema = _success_schema(mapping(operation.get("responses")))
        body = self._shapes.read(schema)
        if body.type == "array":
            return self.collection("", body.items, None)
        if body.type != "object" or not body.properties:
            return NO_ROWS
        if (found := self._collection_in(body, path) or self._wrapped_collection(body, path)) is not None:
            where, items = found
            return self.collection(where, items, body)
        return Rows("", is_single=True, title=self._title(schema, body), fields=self._fields_of(schema, body))

    def collection(self, path: str, items: Json, envelope: Shape | None) -> Rows:
        """The rows of a list at `path` with members of the schema `items`; none where these are plain values."""
        row = self._shapes.read(items)
        if row.type != "object":
            return NO_ROWS
        return Rows(path, title=self._title(items, row), fields=self._fields_of(items, row), envelope=envelope)

    def listed_at(self, operation: Mapping[str, Json], path: str) -> Rows:
        """The rows of the list at a path, on which `[]` goes through a list; none where the schema has no list there."""
        schema = _success_schema(mapping(operation.get("responses")))
        for step in path.split("."):
            schema = self._shapes.read(schema).properties.get(step.removesuffix("[]"))
            if step.endswith("[]"):
                schema = self._shapes.read(schema).items
        shape = self._shapes.read(schema)
        return self.collection(path, shape.items, None) if shape.type == "array" else NO_ROWS

    def scalars(self, envelope: Shape) -> dict[str, Shape]:
        """The leaves of an envelope that are no collection, by dotted path."""
        return {path: shape for path, shape, _, _ in self._leaves(envelope) if shape.type != "array"}

    def _collection_in(self, body: Shape, path: str) -> tuple[str, Json] | None:
        """The property of a page that lists its rows, and the schema of one."""
        listed = [name for name, member in body.properties.items() if name not in _SIDE_LISTS and self._is_list_of_objects(member)]
        if len(listed) != 1 or not _is_envelope(body, listed[0], path):
            return None
        return listed[0], self._shapes.read(body.properties[listed[0]]).items

    def _wrapped_collection(self, body: Shape, path: str) -> tuple[str, Json] | None:
        """The same inside the one object that a report on the call wraps: `{"status": …, "data": {"alerts": […]}}`."""
        wrapper = next((name for name in body.properties if name.lower() in _WRAPPERS), None)
        if wrapper is None or not all(_is_report(name) for name in body.properties if name != wrapper):
            return None
        found = self._collection_in(self._shapes.read(body.properties[wrapper]), path)
        return (f"{wrapper}.{found[0]}", found[1]) if found else None

    def _is_list_of_objects(self, schema: Json) -> bool:
        shape = self._shapes.read(schema)
        return shape.type == "array" and self._shapes.read(shape.items).type == "object"

    def _title(self, schema: Json, shape: Shape) -> str:
        """The schema's title, or the last part of the name that it is referred to by: `io.k8s.api.core.v1.Pod` is Pod."""
        reference = mapping(schema).get("$ref")
        return shape.title or (reference.rpartition("/")[2].rpartition(".")[2] if isinstance(reference, str) else "")

    def _fields_of(self, schema: Json, row: Shape) -> tuple[RowField, ...]:
        reference = mapping(schema).get("$ref")
        if not isinstance(reference, str) or len(schema) > 1:
            return self._flattened(row)
        if reference not in self._fields:
            self._fields[reference] = self._flattened(row)
        return self._fields[reference]

    def _flattened(self, row: Shape) -> tuple[RowField, ...]:
        return tuple(self._field(*leaf) for leaf in self._leaves(row))

    def _field(self, path: str, leaf: Shape, required: bool, nullable: bool) -> RowField:
        # By the shape's identity, which is kept alive beside what it became: half of GitHub's fields are those of a user.
        key = (path, id(leaf), required, nullable)
        known = self._leaf_fields.get(key)
        if known is None:
            known = self._leaf_fields[key] = (leaf, _row_field(path, leaf, required, nullable))
        return known[1]

    def _leaves(self, root: Shape) -> Iterator[tuple[str, Shape, bool, bool]]:
        """Path, shape, whether it is always there, and whether it, or an object on the way to it, may be null."""
        return islice(self._below(root, "", MAX_DEPTH, True, False), MAX_FIELDS)

    def _below(self, parent: Shape, prefix: str, depth: int, required: bool, nullable: bool) -> Iterator[tuple[str, Shape, bool, bool]]:
        for name, schema in parent.properties.items():
            # A dotted path can't address these.
            if "." in name or not name:
                continue
            shape = self._shapes.read(schema)
            is_required = required and name in parent.required
            is_nullable = nullable or shape.admits_null
            path = prefix + name
            if depth > 1 and shape.properties and shape.type == "object":
                yield from self._below(shape, f"{path}.", depth - 1, is_required, is_nullable)
            else:
                yield path, shape, is_required, is_nullable


def _row_field(path: str, leaf: Shape, required: bool, nullable: bool) -> RowField:
    return RowField(
        path=path,
        type=leaf.type,
        format=leaf.format,
        enum=tuple(map(_as_text, leaf.enum or ())),
        nullable=nullable,
        required=required,
        description=leaf.description,
    )


def _success_schema(responses: Mapping[str, Json]) -> Json:
    """The JSON schema of the lowest 2xx response, of `2XX` or of `default`, in this order."""
    exact = sorted(code for code in responses if len(code) == 3 and code.startswith("2") and code.isdigit())
    for code in (*exact, "2XX", "2xx", "default"):
        for kind, media in mapping(mapping(responses.get(code)).get("content")).items():
            if is_json(kind) and "schema" in mapping(media):
                return media["schema"]
    return None


def is_json(media_type: str) -> bool:
    """Whether a body of this media type, or range of types, is JSON."""
    essence = media_type.partition(";")[0].strip().lower()
    return essence in ("application/json", "*/*", "application/*", "text/json") or essence.endswith("+json")


def _is_envelope(body: Shape, collection: str, path: str) -> bool:
    """Whether an object is a page around its one list, and not a thing that happens to have a list."""
    last = _last_literal(path)
    if collection.lower() in _COLLECTIONS or collection == last:
        return True
    is_around = _is_report if last else _is_paging
    return all(is_around(name) or name in _SIDE_LISTS for name in body.properties if name != collection)


def _is_paging(name: str) -> bool:
    return _consists_of(_PAGING_WORDS, name)


def _is_report(name: str) -> bool:
    return name in _SIDE_LISTS or _consists_of(_PAGING_WORDS | _REPORT_WORDS, name)


def _consists_of(known: frozenset[str], name: str) -> bool:
    """Whether a name has words, and only these."""
    words = split(name)
    return bool(words) and known.issuperset(words)


def _last_literal(path: str) -> str:
    """The last step of a path, if it is no parameter."""
    last = path.rstrip("/").rpartition("/")[2]
    return "" if "{" in last else last


def _as_text(value: Json) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
