"""A run that returned something, with all that is known about it: what diagnosis looks at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from sandbox.rehearsal.api import Served
from sandbox.rehearsal.expectation import Expectation, expect
from sandbox.rehearsal.pages import Page, first_page
from schemas.base import Json, Scalar
from schemas.operation import CursorPagination, LastRowPagination, LinkPagination, OffsetPagination, Operation, PagePagination
from schemas.query import Column, Query

Relations = Mapping[str, tuple[Json, ...]]


@dataclass(frozen=True)
class Scene:
    """The Query, the rows planted by alias, the constants, and what the server was asked for.

    `operations` are by id, `notes` by (operation id, index of the row).
    """

    query: Query
    relations: Relations
    arguments: Mapping[str, Scalar]
    now: datetime
    operations: Mapping[str, Operation]
    served: tuple[Served, ...]
    notes: Mapping[tuple[str, int], str]

    def expectation(self) -> Expectation:
        """What a right tool returns here."""
        return expect(self.query, self.relations, self.arguments, self.now)

    def changed(self, **query: Json) -> Scene:
        """The scene with parts of the Query replaced."""
        return replace(self, query=self.query.model_copy(update=query))

    def with_rows(self, alias: str, rows: Sequence[Json]) -> Scene:
        """The scene with another relation under `alias`."""
        return replace(self, relations={**self.relations, alias: tuple(rows)})

    def joined(self) -> list[tuple[tuple[str, int], ...]]:
        """The origins of every row of the join, before any clause."""
        return [expected.origins for expected in self.unjudged().expectation().possible]

    def unjudged(self) -> Scene:
        """The scene with the join and nothing after it; a grouped Query shows its keys."""
        columns = self.query.group.by if self.query.group else self.query.select
        select = columns or (Column(name="row", path=f"{self.query.call.alias}."),)
        return self.changed(where=(), window=None, order=(), limit=None, group=None, select=select)

    def operation(self, alias: str) -> Operation:
        """The operation behind an alias."""
        return self.operations[next(call.operation for call in self.query.calls if call.alias == alias)]

    def pages(self, alias: str) -> list[Page]:
        """The pages that the server gave out under an alias, in order."""
        operation = self.operation(alias).id
        return [served.page for served in self.served if served.operation == operation and served.status == 200 and served.page]

    def on(self, alias: str, page: Page) -> list[Json]:
        """The rows of a page; an endless listing's later ones have none of their own."""
        rows = self.relations[alias]
        return [rows[index] for index in page.indices if index < len(rows)]

    def filtering(self, alias: str) -> dict[str, str]:
        """The filters that the tool had the server apply, with their last values."""
        parameters = {filter_.parameter for filter_ in self.operation(alias).filters}
        return {name: value for sent in self._sent(alias) for name, value in sent.items() if name in parameters}

    def relying(self, alias: str) -> list[str]:
        """Parameters that the tool sent although nothing declares what they do: not those of filters, echoes or pages."""
        operation = self.operation(alias)
        known = {filter_.parameter for filter_ in operation.filters} | {echo.parameter for echo in operation.echo} | _paging(operation)
        known |= {parameter.name for parameter in operation.parameters if parameter.location == "path"}
        return sorted({name for sent in self._sent(alias) for name in sent} - known)

    def _sent(self, alias: str) -> list[Mapping[str, str]]:
        operation = self.operation(alias).id
        return [served.query for served in self.served if served.operation == operation]

    def origin(self, alias: str, index: int) -> tuple[str, str]:
        """Why a row was planted, and the page that it is on, in words."""
        operation = self.operation(alias)
        note = self.notes.get((operation.id, index), "")
        size = max((page.size for page in self.pages(alias)), default=1)
        return note, f"page {index // size + 1} of {place_of(operation)}"


def _paging(operation: Operation) -> set[str]:
    style = operation.pagination
    return {value for name, value in style if name.endswith("_parameter") and value} if style else set()


def delivered(scene: Scene, alias: str) -> list[Json]:
    """The rows that the server gave out under an alias, as often as it gave them."""
    return [row for page in scene.pages(alias) for row in scene.on(alias, page)]


def is_circling(scene: Scene, alias: str) -> bool:
    """Whether a page was given out more than once."""
    starts = [(page.start, page.is_hollow, page.among) for page in scene.pages(alias)]
    return len(starts) > len(set(starts))


def how_to_page(scene: Scene, alias: str) -> str:
    """What was read of a listing, and how to read the rest."""
    operation, pages = scene.operation(alias), scene.pages(alias)
    read = len({index for page in pages for index in page.indices})
    again = ", and pages more than once" if is_circling(scene, alias) else ""
    counts = f"{read} of {len(scene.relations[alias])} rows of {place_of(operation)} were read in {len(pages)} responses{again}"
    return f"{counts}: {way(operation)}"


def place_of(operation: Operation) -> str:
    """What an author calls the operation: its path, or AWS's own name."""
    return operation.label if operation.protocol == "aws" else operation.path


def way(operation: Operation) -> str:
    """How to read a listing to its end."""
    match operation.pagination:
        case None:
            return "its one response holds them all"
        case PagePagination(page_parameter=name, total_path=total):
            end = f"`{total}` rows are there or a page is empty" if total else "a page is empty"
            first = first_page(operation)
            return f"ask for `{name}` {first}, {first + 1}, … until {end}; a page may hold fewer rows than asked for"
        case OffsetPagination(offset_parameter=name, total_path=total):
            end = f"`{total}` rows are there or a page is empty" if total else "a page is empty"
            return f"raise `{name}` by the number of rows received, until {end}; a page may hold fewer rows than asked for"
        case CursorPagination(next_path=path, cursor_parameter=name) if operation.protocol == "aws":
            return f"use a paginator, or send the response's `{path}` as `{name}` until there is none; a page may be empty and not the last"
        case CursorPagination(next_path=path, cursor_parameter=name, more_path=more):
            end = f" or `{more}` is false" if more else ""
            return f"send the response's `{path}` as `{name}` until it is null, empty or absent{end}"
        case LastRowPagination(cursor_parameter=name, row_path=path, more_path=more):
            return f"send the last row's `{path}` as `{name}` until `{more}` is false; a page may hold fewer rows than asked for"
        case LinkPagination(next_path=str(path)):
            said = f"ask again with the query of the URL at the response's `{path}` until it is null, empty or absent"
            return f"{said}; a page may be empty and not the last"
        case LinkPagination():
            return 'follow the `Link` header\'s rel="next" (response.links["next"]["url"]) until a response has none'
        case other:
            assert_never(other)
