"""A run's calls answered from its record: no network, no credential, and nobody waits."""

from __future__ import annotations

import math
from collections.abc import Sequence

import orjson

from sandbox.broker.bodies import FORM
from sandbox.broker.envelope import read_request, write_response
from sandbox.broker.headers import header
from sandbox.broker.query import format_pairs, parse_pairs
from sandbox.broker.record import unread
from sandbox.broker.region import connection_of
from sandbox.broker.wire import WireRequest, WireResponse
from sandbox.egress import EgressFailure
from sandbox.redaction import Redactor
from schemas.errors import BackendUnavailable, Denied, quoted
from schemas.run import CallRecord
from schemas.source import Source

CODE = "E_REPLAY"
"""Of a call that the run on record did not make."""

Request = tuple[str, str, str | None]
"""Method, URL and body, as a record has them."""

_PARTS = ("method", "URL", "body")


class ReplayEgress:
    """Answers the n-th call with what the n-th on record was answered with, as long as it is the same call.

    `base_url` is what the run was bound to. Calls are compared as the broker writes them: a query in another spelling is the same.
    """

    def __init__(self, calls: Sequence[CallRecord], base_url: str) -> None:
        self._calls = calls
        self._connection = connection_of(Source(name="replay", spec_url="", base_url=base_url))
        self._redactor = Redactor()
        self._asked = 0
        self._difference = ""

    def send(self, request: str, _ends: float = math.inf) -> str:
        """The recorded response. Raises EgressFailure for a recorded refusal or failure, and for a call that is not on record."""
        self._asked += 1
        if difference := self._compare(request):
            self._difference = self._difference or difference
            raise EgressFailure("denied", CODE, f"This run is answered from its record: {difference}.")
        return _delivered(self._calls[self._asked - 1])

    def sleep(self, _seconds: float) -> None:
        """Nobody has to wait: the run's clock has moved already."""

    def difference(self) -> str:
        """What was asked first that is not on record, or how much on record was not asked; empty where there is nothing of it."""
        missing = len(self._calls) - self._asked
        return self._difference or (f"{missing} of the {len(self._calls)} calls on record were not made" if missing > 0 else "")

    def _compare(self, envelope: str) -> str:
        """How the call differs from the one on record; empty where it does not."""
        if self._asked > len(self._calls):
            return f"call {self._asked} is one more than there are on record"
        call = self._calls[self._asked - 1]
        if call.refusal and not call.url:  # it was refused unread
            return ""
        try:
            request = read_request(envelope)
            recorded = (call.method, call.url, call.request_body)
            if call.refusal and recorded == self._unread(request):
                return ""
            written = self._written(request)
        except (Denied, ValueError, orjson.JSONEncodeError):
            return f"call {self._asked} is none that the broker lets pass, and the one on record was another"
        if recorded == written:
            return ""
        part, now, then = next(parts for parts in zip(_PARTS, written, recorded, strict=True) if parts[1] != parts[2])
        return f"the {part} of call {self._asked} is {quoted(now, 300)}, and on record it is {quoted(then, 300)}"

    def _unread(self, request: WireRequest) -> Request:
        """The request as the broker records it where it refuses: cut, and without its body."""
        return *unread(request, self._redactor), None

    def _written(self, request: WireRequest) -> Request:
        """The request as the broker sends and records it where it approves. Raises Denied and ValueError where it would not."""
        location = self._connection.locate(request.url)
        url = self._connection.address(location.segments, format_pairs(parse_pairs(location.query)))
        body = _written_body(request)
        return request.method, self._hidden(url), None if body is None else self._hidden(body)

    def _hidden(self, text: str) -> str:
        return self._redactor.redact(text)[0]


def _written_body(request: WireRequest) -> str | None:
    if not request.body:
        return None
    if header(request.headers, "content-type").startswith(FORM):
        return format_pairs(parse_pairs(request.body.decode("ascii")))
    return orjson.dumps(orjson.loads(request.body)).decode()


def _delivered(call: CallRecord) -> str:
    if call.status is not None:
        response = WireResponse(call.status, call.response_headers, call.response_body.encode())
        return write_response(response, as_json=call.url.startswith("aws://"))
    if call.failure:
        raise EgressFailure(call.end or "connect", BackendUnavailable.code, call.failure)
    code, _, message = call.refusal.partition(": ")
    raise EgressFailure(call.end or "denied", code, message)
