"""The rehearsal API: answers a Query's operations from a planted world, as the real server would, and fails when told to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson

from sandbox.broker.wire import Headers, WireRequest, WireResponse
from sandbox.rehearsal.envelope import Envelope
from sandbox.rehearsal.faults import Fault, FaultSchedule
from sandbox.rehearsal.pages import BadRequest, Page, cut, walk
from sandbox.rehearsal.rows import RowMaker
from sandbox.rehearsal.world import World
from schemas.base import Json
from schemas.operation import LinkPagination, Operation, Slice

BASE_URL: Final = "https://rehearsal.invalid/api"
"""Where rehearsals take place: a name that never resolves (RFC 6761), with a path that a tool must not lose."""

PAGES: Final = 4
"""Pages that a relation is cut into, where it has as many rows."""

ENDLESS: Final = 100
"""Pages that an endless listing claims to have; no budget of a run reaches as far."""

JSON: Final = ("content-type", "application/json")


@dataclass(frozen=True)
class Served:
    """One answer: the page that was asked for (None where the request named none), its status and the query."""

    operation: str
    page: Page | None
    status: int
    query: Mapping[str, str]


@dataclass(frozen=True)
class Listing:
    """An operation that the API has: its slice and the bodies it answers with."""

    slice: Slice
    envelope: Envelope

    @property
    def operation(self) -> Operation:
        return self.slice.operation


def listings(slices: Iterable[Slice], makers: Mapping[str, RowMaker]) -> tuple[Listing, ...]:
    """The operations that makers of rows are there for."""
    wanted = [slice_ for slice_ in slices if slice_.operation.id in makers]
    return tuple(Listing(slice_, Envelope(slice_, makers[slice_.operation.id])) for slice_ in wanted)


class RehearsalApi:
    """A `Transport` that never leaves this process. `served` is the record of what it was asked, in order.

    With `endless` every paged listing claims to go on and on, and gives its first page again and again.
    """

    def __init__(self, has: Sequence[Listing], world: World, seed: int, *, faults: Sequence[Fault] = (), endless: bool = False) -> None:
        self.served: list[Served] = []
        self._has = has
        self._world = world
        self._seed = seed
        self._schedule = FaultSchedule(faults)
        self._endless = endless

    def cap(self, operation: str) -> int:
        """The most rows that a page of this listing holds."""
        return max(1, -(-len(self._world.rows.get(operation, ())) // PAGES))

    def bodies(self, listing: Listing) -> Iterator[Json]:
        """The body of every page, as a reader gets them who asks for no size; nothing is recorded."""
        rows = self._rows(listing.operation)
        for page in walk(listing.operation, len(rows), self.cap(listing.operation.id), self._seed):
            yield listing.envelope.body(rows[page.start : page.stop], page)

    def send(self, request: WireRequest) -> WireResponse:
        """The answer to one request."""
        url = urlsplit(request.url)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        listing = next((listing for listing in self._has if _is_at(listing.operation, request.method, url.path)), None)
        if listing is None:
            return _error(self._has[0], 404, "nothing is found under this path")
        operation = listing.operation
        total = len(self._rows(operation))
        if self._endless and operation.pagination:
            total += ENDLESS * self.cap(operation.id)
        try:
            page = cut(operation, query, total, self.cap(operation.id), self._seed)
        except BadRequest as error:
            self.served.append(Served(operation.id, None, 400, query))
            return _error(listing, 400, str(error))
        return self._page(listing, query, page)

    def _page(self, listing: Listing, query: Mapping[str, str], page: Page) -> WireResponse:
        operation = listing.operation
        fault = self._schedule.strike(operation.id, page.number)
        self.served.append(Served(operation.id, page, fault.status if fault else 200, query))
        if fault:
            waits = () if fault.retry_after_seconds is None else (("retry-after", str(fault.retry_after_seconds)),)
            return _error(listing, fault.status, "the server does not answer this now", waits)
        rows = self._rows(operation)
        shown = rows[: page.size] if self._endless else rows[page.start : page.stop]
        headers = (JSON, *_link(operation, query, page))
        return WireResponse(200, headers, orjson.dumps(listing.envelope.body(shown, page)))

    def _rows(self, operation: Operation) -> tuple[Json, ...]:
        return self._world.rows.get(operation.id, ())


def _link(operation: Operation, query: Mapping[str, str], page: Page) -> Headers:
    """RFC 8288, as an absolute URL: the request's own with the next page in place of this one."""
    if not isinstance(operation.pagination, LinkPagination) or page.next is None:
        return ()
    return (("link", f'<{BASE_URL}{operation.path}?{urlencode({**query, **page.next})}>; rel="next"'),)


def _error(listing: Listing, status: int, reason: str, headers: Headers = ()) -> WireResponse:
    return WireResponse(status, (JSON, *headers), orjson.dumps(listing.envelope.error(status, reason)))


def _is_at(operation: Operation, method: str, path: str) -> bool:
    template = re.sub(r"\\\{[^/]*?\\\}", "[^/]+", re.escape(operation.path))
    return method.upper() == operation.method.upper() and re.fullmatch(re.escape(urlsplit(BASE_URL).path) + template, path) is not None
