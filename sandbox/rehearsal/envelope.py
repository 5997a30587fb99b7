"""The body around a page of rows: what the slice's schema requires, with the figures of the page in their places."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from itertools import cycle
from typing import Final

from sandbox.rehearsal.choices import ABSENT, Choice
from sandbox.rehearsal.errors import ErrorForms
from sandbox.rehearsal.pages import Page, first_page
from sandbox.rehearsal.rows import RowMaker
from sandbox.rehearsal.shapes import Field, SchemaNode, below, body_node
from schemas.base import Json, lookup
from schemas.operation import CursorPagination, LastRowPagination, LinkPagination, OffsetPagination, PagePagination, Slice

COUNTS: Final = frozenset({"count", "returned"})
"""Names under which a body commonly tells how many rows it holds."""

PAGE_COUNTS: Final = frozenset({"total_pages", "totalPages", "page_count", "pageCount", "pages", "last_page"})
MORE: Final = frozenset({"has_more", "hasMore", "has_next", "hasNext", "more", "is_truncated"})
GROUPS: Final = (2, 1, 3)
"""Rows in one holder, where the rows lie in lists of holders."""

REMAINING: Final = "remainingItemCount"
"""How many rows follow, beside a cursor; at the end it is left out (Kubernetes)."""


class Envelope:
    """Builds the bodies of one operation."""

    def __init__(self, slice_: Slice, maker: RowMaker) -> None:
        self._operation = slice_.operation
        self._maker = maker
        self._node = body_node(slice_.document)
        # Made now: if a tool's requests could draw from the planter's chance, worlds would depend on the tool.
        self._template: Json = None if self.is_bare else maker.made(self._node)
        self._holders = self._made_holders()
        self.errors = ErrorForms(slice_, maker)

    @property
    def is_bare(self) -> bool:
        """The rows are the body: nothing is around them."""
        return not self._operation.rows_path

    def body(self, rows: Sequence[Json], page: Page, following: str | None = None) -> Json:
        """The body of one page; `following` is the URL of the next one."""
        content: Json = (rows[0] if rows else {}) if self._operation.row_is_single else list(rows)
        if self.is_bare:
            return content
        for path, holder, hollow in self._holders:  # from the innermost out
            content = [*hollow, *(_held(holder, path, group) for group in grouped(content))] if content else []
        body = copy.deepcopy(self._template)
        for name, value in self._figures(len(rows), page).items():
            if name in body:
                body[name] = value
        self._put_paging(body, page, following)
        if content == [] and self._may_leave_out():
            _drop(body, self._outermost)
        else:
            put(body, self._outermost, content)
        return body

    def schema(self, path: str) -> SchemaNode:
        """The merged schema at a dotted path of the body."""
        return self._maker.reader.merged(below(self._maker.reader, self._node, path))

    @property
    def _outermost(self) -> str:
        return (self._operation.rows_path or "").partition("[].")[0]

    def _may_leave_out(self) -> bool:
        """AWS leaves out lists that are empty."""
        return self._operation.protocol == "aws" and self._maker.reader.field(self._node, self._outermost).optional_at is not None

    def _made_holders(self) -> list[tuple[str, Json, list[Json]]]:
        """What the rows lie in, where `rows_path` goes through lists, innermost first: the path below each holder, it, and hollow ones."""
        reader, node, made = self._maker.reader, self._node, list[tuple[str, Json, list[Json]]]()
        first, *ways = (self._operation.rows_path or "").split("[].")
        for above, way in zip((first, *ways), ways, strict=False):
            node = reader.merged(below(reader, node, above)).get("items", {})
            holder = self._maker.made(node)
            made.insert(0, (way, holder, self._hollow(holder, way, reader.field(node, way))))
        return made

    def _hollow(self, holder: Json, path: str, place: Field) -> list[Json]:
        """Holders without rows in the forms that are legal: the list is null, absent or empty. AWS lists no holder that holds nothing."""
        if self._operation.protocol == "aws":
            return []
        forms: tuple[list[Json] | None, ...] = (None, [])
        legal = [_held(holder, path, form) for form in forms if place.admits(form)]
        if place.optional_at is None:
            return legal
        without = copy.deepcopy(holder)
        _drop(without, place.optional_at)
        return [*legal, without]

    def _figures(self, count: int, page: Page) -> dict[str, Json]:
        """Figures by the name of a property: what is repeated of the request, and what is commonly told of the page."""
        more = page.stop < page.total
        figures: dict[str, Json] = dict.fromkeys(COUNTS, count)
        figures |= dict.fromkeys(PAGE_COUNTS, page.count) | dict.fromkeys(MORE, more)
        match self._operation.pagination:
            case PagePagination(page_parameter=number, size_parameter=size):
                return figures | ({size: page.size} if size else {}) | {number: page.number - 1 + first_page(self._operation)}
            case OffsetPagination(offset_parameter=offset, limit_parameter=limit):
                return figures | {offset: page.start, limit: page.size}
            case _:
                return figures

    def _put_paging(self, body: Json, page: Page, following: str | None) -> None:
        match self._operation.pagination:
            case PagePagination(total_path=str(path)) | OffsetPagination(total_path=str(path)):
                put(body, path, page.total)
            case CursorPagination(next_path=path, cursor_parameter=name, more_path=more):
                if more:
                    put(body, more, page.next is not None)
                self._put_next(body, path, page.next[name] if page.next else None, is_only=page.count == 1)
                self._put_remaining(lookup(body, path.rpartition(".")[0]), page)
            case LastRowPagination(more_path=more):
                put(body, more, page.next is not None)
            case LinkPagination(next_path=str(path)):
                self._put_next(body, path, following, is_only=page.count == 1)
            case _:
                return

    def _put_next(self, body: Json, path: str, cursor: str | None, *, is_only: bool) -> None:
        """The cursor; at the end the first form of null, absent and empty that is legal, for an only page the second."""
        place = self._maker.reader.field(self._node, path)
        if cursor is not None:
            put(body, path, int(cursor) if cursor.isdigit() and not place.admits(cursor) else cursor)
            return
        ends = [Choice(None, "null")] * place.admits(None) + [Choice(ABSENT, "absent")] * (place.optional_at is not None)
        is_text_last = not place.admits(None) and (place.admits("") or not ends)
        end = [*ends, *[Choice("", "empty")] * is_text_last][-1 if is_only else 0]
        if end.value is ABSENT:
            _drop(body, place.optional_at or path)
        else:
            put(body, path, end.value)

    def _put_remaining(self, holder: Json, page: Page) -> None:
        if not isinstance(holder, dict) or REMAINING not in holder:
            return
        if page.next is None:
            del holder[REMAINING]
        else:
            holder[REMAINING] = page.total - page.stop


def grouped(rows: Sequence[Json]) -> list[list[Json]]:
    """The rows in groups of two, one, three, two, …: a tool that reads one of each misses some."""
    groups, start = list[list[Json]](), 0
    for size in cycle(GROUPS):
        if start >= len(rows):
            return groups
        groups.append(list(rows[start : start + size]))
        start += size
    return groups


def _held(holder: Json, path: str, rows: list[Json] | None) -> Json:
    held = copy.deepcopy(holder)
    put(held, path, rows)
    return held


def put(body: Json, path: str, value: Json) -> None:
    *way, last = path.split(".")
    for step in way:
        body = body.setdefault(step, {})
    body[last] = value


def _drop(body: Json, path: str) -> None:
    *way, last = path.split(".")
    for step in way:
        body = body.get(step, {})
    body.pop(last, None)
