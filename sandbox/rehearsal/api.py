"""The rehearsal API: answers a Query's operations from a planted world, as the real server would, and fails when told to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson

from sandbox.broker.wire import Headers, WireRequest, WireResponse
from sandbox.rehearsal.aws import AWS_URL, as_words, bad_token_code, error_body, members_of
from sandbox.rehearsal.envelope import Envelope
from sandbox.rehearsal.faults import Fault, FaultSchedule
from sandbox.rehearsal.gauges import Asked, BadInput, Gauge
from sandbox.rehearsal.pages import BadRequest, Page, cut, walk
from sandbox.rehearsal.rows import RowMaker
from sandbox.rehearsal.world import World
from schemas.base import Json, Scalar
from schemas.operation import LinkPagination, Operation, Protocol, Slice

BASE_URL: Final = "https://rehearsal.invalid/api"
"""Where rehearsals take place: a name that never resolves (RFC 6761), with a path that a tool must not lose."""

PAGES: Final = 4
"""Pages that a relation is cut into, where it has as many rows."""

ENDLESS: Final = 100
"""Pages that an endless listing claims to have; no budget of a run reaches as far."""

JSON: Final = ("content-type", "application/json")

VALIDATION: Final = "ValidationError"


@dataclass(frozen=True)
class Served:
    """One answer: the page that was asked for (None where the request named none), its status and the query.

    `asked` are all items of a request for figures; those from the page's start to its stop were answered. Its window lay
    between `reach` seconds before the run's clock.
    """

    operation: str
    page: Page | None
    status: int
    query: Mapping[str, str]
    asked: tuple[Asked, ...] = ()
    reach: tuple[float, float] | None = None


@dataclass(frozen=True)
class Listing:
    """An operation that the API has: its slice and the bodies it answers with. One that gives figures has a gauge."""

    slice: Slice
    envelope: Envelope
    gauge: Gauge | None = None

    @property
    def operation(self) -> Operation:
        return self.slice.operation


def listings(slices: Iterable[Slice], makers: Mapping[str, RowMaker], gauges: Mapping[str, Gauge] | None = None) -> tuple[Listing, ...]:
    """The operations that makers of rows are there for. Of those that give figures, the gauges are by operation id."""
    wanted = [slice_ for slice_ in slices if slice_.operation.id in makers]
    known = gauges or {}
    return tuple(Listing(slice_, Envelope(slice_, makers[slice_.operation.id]), known.get(slice_.operation.id)) for slice_ in wanted)


def base_url(protocol: Protocol) -> str:
    """Where a rehearsal takes place."""
    return AWS_URL if protocol == "aws" else BASE_URL


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

    def cap(self, count: int) -> int:
        """The most rows that a page of a listing of so many holds."""
        return max(1, -(-count // PAGES))

    def bodies(self, listing: Listing, arguments: Mapping[str, Scalar]) -> Iterator[Json]:
        """The body of every page, as a reader gets them who asks for no size; nothing is recorded."""
        rows = self._rows(listing.operation)
        if listing.gauge:
            yield listing.gauge.sample(self._series(listing.operation), arguments)
            return
        for page in walk(listing.operation, len(rows), self.cap(len(rows)), self._seed):
            yield listing.envelope.body(rows[page.start : page.stop], page)

    def send(self, request: WireRequest) -> WireResponse:
        """The answer to one request."""
        url = urlsplit(request.url)
        listing = next((listing for listing in self._has if _is_at(listing.operation, request.method, url.path)), None)
        if listing is None:
            return _error(self._has[0], 404, "nothing is found under this path")
        if listing.operation.protocol == "aws":
            members = members_of(request.body)
            return self._answer(listing, as_words(members), members)
        return self._answer(listing, dict(parse_qsl(url.query, keep_blank_values=True)), {})

    def _answer(self, listing: Listing, query: Mapping[str, str], members: Mapping[str, Json]) -> WireResponse:
        operation = listing.operation
        try:
            asked = tuple(listing.gauge.asked(members)) if listing.gauge else ()
            total = len(asked) if listing.gauge else len(self._rows(operation))
            extent = total + ENDLESS * self.cap(total) if self._endless and operation.pagination and not listing.gauge else total
            page = cut(operation, query, extent, self.cap(total), self._seed)
        except (BadRequest, BadInput) as error:
            self.served.append(Served(operation.id, None, 400, query))
            code = VALIDATION if isinstance(error, BadInput) else bad_token_code(operation)
            return _error(listing, 400, str(error), code=code)
        fault = self._schedule.strike(operation.id, page.number)
        reach = listing.gauge.reach(members) if listing.gauge else None
        self.served.append(Served(operation.id, page, fault.status if fault else 200, query, asked, reach))
        if fault:
            waits = () if fault.retry_after_seconds is None else (("retry-after", str(fault.retry_after_seconds)),)
            return _error(listing, fault.status, "the server does not answer this now", waits, code=fault.code)
        body = self._body(listing, members, asked, page)
        return WireResponse(200, (JSON, *_link(operation, query, page)), orjson.dumps(body))

    def _body(self, listing: Listing, members: Mapping[str, Json], asked: Sequence[Asked], page: Page) -> Json:
        if listing.gauge:
            return listing.gauge.body(members, asked, self._series(listing.operation), page)
        rows = self._rows(listing.operation)
        return listing.envelope.body(rows[: page.size] if self._endless else rows[page.start : page.stop], page)

    def _rows(self, operation: Operation) -> tuple[Json, ...]:
        return self._world.rows.get(operation.id, ())

    def _series(self, operation: Operation) -> dict[str, Json]:
        return {row["key"]: row["series"] for row in self._rows(operation)}


def _link(operation: Operation, query: Mapping[str, str], page: Page) -> Headers:
    """RFC 8288, as an absolute URL: the request's own with the next page in place of this one."""
    if not isinstance(operation.pagination, LinkPagination) or page.next is None:
        return ()
    return (("link", f'<{BASE_URL}{operation.path}?{urlencode({**query, **page.next})}>; rel="next"'),)


def _error(listing: Listing, status: int, reason: str, headers: Headers = (), *, code: str = "") -> WireResponse:
    is_aws = listing.operation.protocol == "aws"
    body = error_body(status, code, reason) if is_aws else listing.envelope.error(status, reason)
    return WireResponse(status, (JSON, *headers), orjson.dumps(body))


def _is_at(operation: Operation, method: str, path: str) -> bool:
    template = re.sub(r"\\\{[^/]*?\\\}", "[^/]+", re.escape(operation.path))
    base = re.escape(urlsplit(base_url(operation.protocol)).path)
    return method.upper() == operation.method.upper() and re.fullmatch(base + template, path) is not None
