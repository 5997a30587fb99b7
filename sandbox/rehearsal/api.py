"""The rehearsal API: answers a Query's operations from a planted world, as the real server would, and fails when told to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import orjson

from sandbox.broker.wire import Headers, WireRequest, WireResponse
from sandbox.rehearsal.aws import AWS_URL, as_words, bad_token_code, error_body, members_of
from sandbox.rehearsal.envelope import Envelope
from sandbox.rehearsal.faults import Fault, FaultSchedule
from sandbox.rehearsal.filters import in_body, in_rows, kept
from sandbox.rehearsal.gauges import Asked, BadInput, Gauge
from sandbox.rehearsal.pages import BadRequest, Page, UnknownToken, cut, walk
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

JSON: Final = "application/json"

VALIDATION: Final = "ValidationError"


@dataclass(frozen=True)
class Served:
    """One answer: the page that was asked for (None where the request named none), its status, and the parameters of query and path.

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
class Received:
    """A request to a listing: the values of its query, of its path's parameters, and the members of its body."""

    path: str
    query: Mapping[str, str]
    placed: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, Json] = field(default_factory=dict)

    @property
    def sent(self) -> Mapping[str, str]:
        """Every parameter by name."""
        return {**self.query, **self.placed}


@dataclass(frozen=True)
class Listing:
    """An operation that the API has: its slice, what makes its rows and the bodies around them. One that gives figures has a gauge."""

    slice: Slice
    maker: RowMaker
    envelope: Envelope
    gauge: Gauge | None = None

    @property
    def operation(self) -> Operation:
        return self.slice.operation


def listings(slices: Iterable[Slice], makers: Mapping[str, RowMaker], gauges: Mapping[str, Gauge] | None = None) -> tuple[Listing, ...]:
    """The operations that makers of rows are there for. Of those that give figures, the gauges are by operation id."""
    wanted = [slice_ for slice_ in slices if slice_.operation.id in makers]
    known = gauges or {}
    made = [(slice_, makers[slice_.operation.id]) for slice_ in wanted]
    return tuple(Listing(slice_, maker, Envelope(slice_, maker), known.get(slice_.operation.id)) for slice_, maker in made)


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
        rows, received = self._rows(listing.operation), Received(urlsplit(BASE_URL).path + quote(listing.operation.path), {})
        if listing.gauge:
            yield listing.gauge.sample(self._series(listing.operation), arguments)
            return
        for page in walk(listing.operation, len(rows), self.cap(len(rows)), self._seed, listing.maker.keys(rows)):
            yield listing.envelope.body(rows[page.start : page.stop], page, _following(received, page))

    def send(self, request: WireRequest) -> WireResponse:
        """The answer to one request."""
        path, query = urlsplit(request.url).path, _query(request.url)
        places = ((listing, _place(listing.operation, request.method, path, query)) for listing in self._has)
        found = next(((listing, at) for listing, at in places if at is not None), None)
        if found is None:
            return _error(self._has[0], 404, "nothing is found under this path")
        listing, placed = found
        if listing.operation.protocol == "aws":
            members = members_of(request.body)
            return self._answer(listing, Received(path, as_words(members), members=members))
        return self._answer(listing, Received(path, query, placed))

    def _answer(self, listing: Listing, received: Received) -> WireResponse:
        operation, members = listing.operation, received.members
        try:
            asked = tuple(listing.gauge.asked(members)) if listing.gauge else ()
            page = self._page(listing, received, len(asked))
        except (BadRequest, BadInput) as error:
            status = 410 if isinstance(error, UnknownToken) and listing.envelope.errors.is_kubernetes else 400
            self.served.append(Served(operation.id, None, status, received.sent))
            code = VALIDATION if isinstance(error, BadInput) else bad_token_code(operation)
            return _error(listing, status, str(error), code=code)
        fault = self._schedule.strike(operation.id, page.number)
        reach = listing.gauge.reach(members) if listing.gauge else None
        self.served.append(Served(operation.id, page, fault.status if fault else 200, received.sent, asked, reach))
        if fault:
            return _error(listing, fault.status, "the server does not answer this now", fault.retry_after_seconds, code=fault.code)
        gauge = listing.gauge
        body = gauge.body(members, asked, self._series(operation), page) if gauge else self._body(listing, received, page)
        return WireResponse(200, (("content-type", JSON), *_link(operation, received, page)), orjson.dumps(body))

    def _page(self, listing: Listing, received: Received, asked: int) -> Page:
        """The page that is asked for. Raises BadRequest where there is none such, or a parameter's value is none."""
        operation = listing.operation
        if listing.gauge:
            return cut(operation, received.query, asked, self.cap(asked), self._seed)
        rows = self._rows(operation)
        among = kept(operation, listing.maker, received.sent, rows)
        total = len(rows) if among is None else len(among)
        extent = total + ENDLESS * self.cap(total) if self._endless and operation.pagination else total
        keys = listing.maker.keys(rows if among is None else [rows[index] for index in among])
        return replace(cut(operation, received.query, extent, self.cap(total), self._seed, keys), among=among)

    def _body(self, listing: Listing, received: Received, page: Page) -> Json:
        rows, operation = self._rows(listing.operation), listing.operation
        shown = replace(page, start=0, stop=page.size) if self._endless else page
        found = in_rows(operation, listing.maker, received.sent, [rows[index] for index in shown.indices if index < len(rows)])
        body = listing.envelope.body(found, page, _following(received, page))
        if not listing.envelope.is_bare:
            in_body(operation, received.sent, body, listing.envelope.schema)
        return body

    def _rows(self, operation: Operation) -> tuple[Json, ...]:
        return self._world.rows.get(operation.id, ())

    def _series(self, operation: Operation) -> dict[str, Json]:
        return {row["key"]: row["series"] for row in self._rows(operation)}


def _link(operation: Operation, received: Received, page: Page) -> Headers:
    """RFC 8288, for a listing whose bodies don't name the next page."""
    style, following = operation.pagination, _following(received, page)
    if not isinstance(style, LinkPagination) or style.next_path or following is None:
        return ()
    return (("link", f'<{following}>; rel="next"'),)


def _following(received: Received, page: Page) -> str | None:
    """The absolute URL of the next page: the request's own with that page in place of this one."""
    if page.next is None:
        return None
    return urlsplit(BASE_URL)._replace(path=received.path, query=urlencode({**received.query, **page.next})).geturl()


def _error(listing: Listing, status: int, reason: str, retry_after_seconds: int | None = None, *, code: str = "") -> WireResponse:
    if listing.operation.protocol == "aws":
        return WireResponse(status, (("content-type", JSON),), orjson.dumps(error_body(status, code, reason)))
    forms = listing.envelope.errors
    waits = () if retry_after_seconds is None else (("retry-after", str(retry_after_seconds)),)
    body = forms.body(status, reason, retry_after_seconds=retry_after_seconds)
    return WireResponse(status, (("content-type", forms.media_type(status)), *waits), orjson.dumps(body))


def _query(url: str) -> dict[str, str]:
    """The values by name; those of a name that is repeated are joined by commas, which is the other way to write a list."""
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True):
        values.setdefault(name, []).append(value)
    return {name: ",".join(found) for name, found in values.items()}


def _place(operation: Operation, method: str, path: str, query: Mapping[str, str]) -> dict[str, str] | None:
    """The values of the path's parameters where this is a request to the operation, else None."""
    own, _, said = operation.path.partition("?")
    if not dict(parse_qsl(said)).items() <= query.items():
        return None
    template = re.sub(r"\\\{[^/]*?\\\}", "([^/]+)", re.escape(own))
    base = re.escape(urlsplit(base_url(operation.protocol)).path)
    found = re.fullmatch(base + template, path)
    if found is None or method.upper() != operation.method.upper():
        return None
    names = re.findall(r"\{([^/]*?)\}", own)
    return dict(zip(names, map(unquote, found.groups()), strict=True))
