"""The nine steps in order, for one run."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sandbox.broker.budget import Budget, Meter
from sandbox.broker.contract import contract_of
from sandbox.broker.delivery import deliver, searched
from sandbox.broker.envelope import read_request, write_response
from sandbox.broker.grant import Grant
from sandbox.broker.narrowing import narrowings
from sandbox.broker.operations import Operations
from sandbox.broker.record import Attempt, Recorder, unread
from sandbox.broker.region import connection_of
from sandbox.broker.signing import Authenticator, Signed, anonymous
from sandbox.broker.wire import Transport, TransportFailure, WireRequest, WireResponse
from sandbox.egress import EgressFailure, EgressKind
from sandbox.redaction import Redactor
from schemas.errors import BackendUnavailable, LimitExceeded, OpswrightError
from schemas.run import Transcript


class Broker:
    """Decides, sends, redacts and records the calls of one run; it is the run's `Egress`.

    Nothing that a response holds can widen what the run may do: the grant is fixed here, and no step reads a response but
    the last. `sleep` is what a tool's own waiting does to the world: it blocks in a live run, and only passes in rehearsal.
    """

    def __init__(
        self,
        grant: Grant,
        transport: Transport,
        *,
        budget: Budget | None = None,
        authenticate: Authenticator = anonymous,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connection = connection_of(grant.source)
        called_as_aws = [piece.operation for piece in grant.capabilities if piece.operation.protocol == "aws"]
        self._is_aws = bool(called_as_aws)
        self._operations = Operations(grant)
        self._narrowings = narrowings(grant.query, called_as_aws) if grant.query else {}
        self._transport = transport
        budget = budget or Budget()
        self._meter = Meter(budget)
        self._authenticate = authenticate
        self._monotonic = monotonic
        self._sleep = sleep
        self._redactor = Redactor()
        self._recorder = Recorder(grant.source.name, limit=budget.requests + 1)  # the last one says that the budget is spent

    def send(self, request: str, ends: float = math.inf) -> str:
        """The response envelope for a request envelope of the isolate. Raises EgressFailure; either way it is on record."""
        try:
            return write_response(self.exchange(request, ends), as_json=self._is_aws)
        except OpswrightError as error:
            raise EgressFailure(_kind(error), error.code, str(error)) from error

    def sleep(self, seconds: float) -> None:
        """Let the tool wait."""
        self._sleep(seconds)

    def transcript(self, started_at: datetime) -> Transcript:
        """What was delivered or refused so far, in order."""
        return self._recorder.transcript(started_at)

    def exchange(self, request: str | WireRequest, ends: float = math.inf) -> WireResponse:
        """The response that the tool gets to see. Raises `Denied`, `LimitExceeded` and `TransportFailure`, each on record.

        `ends` is that of an envelope; a request has its own.
        """
        attempt = Attempt()
        try:
            self._meter.admit()
            return self._steps(request if isinstance(request, WireRequest) else read_request(request, ends), attempt)
        except BackendUnavailable as error:
            attempt.failure, attempt.end = str(error), _kind(error)
            raise
        except OpswrightError as error:
            attempt.refusal, attempt.end = f"{error.code}: {error}", _kind(error)
            raise
        finally:
            self._recorder.add(attempt)

    def _steps(self, request: WireRequest, attempt: Attempt) -> WireResponse:
        attempt.method, attempt.url = unread(request, self._redactor)
        self._meter.spend(len(request.body or b""))  # first: judging a body takes time by its length
        approved = self._approve(request, attempt)
        response = self._transmit(approved, attempt)
        self._meter.repeat(response.attempts - 1)
        self._meter.receive(len(response.body))
        if narrowing := self._narrowings.get(attempt.operation or ""):
            response = replace(response, body=narrowing.of(response.body))
        delivery = deliver(response, self._redactor, approved.ends)
        attempt.status, attempt.response_headers = delivery.response.status, delivery.response.headers
        attempt.response_body, attempt.redactions = delivery.text, delivery.redactions
        return delivery.response

    def _approve(self, request: WireRequest, attempt: Attempt) -> WireRequest:
        """Steps 1 to 5: the request as it may go out, written anew from what was checked."""
        location = self._connection.locate(request.url)
        found = self._operations.find(request.method, location, request.headers)
        attempt.operation = found[0][0].id
        call = self._operations.permit(found)
        attempt.operation = call.slice.operation.id
        judged = contract_of(call.slice).judge(call.path_values, location.query, request.headers, request.body)
        address = self._connection.address(location.segments, judged.query)
        approved = WireRequest(request.method, address, judged.headers, judged.body, request.ends)
        attempt.url = self._redactor.redact(approved.url)[0]
        if approved.body is not None:
            attempt.request_body = searched(self._redactor, approved.body.decode(), approved.ends)[0]
        return approved

    def _transmit(self, approved: WireRequest, attempt: Attempt) -> WireResponse:
        """Sign and send, once more where a token was refused; the target is checked by the transport, which alone knows the address."""
        started = self._monotonic()  # a token may have to be waited for
        try:
            signed = self._authenticate(approved)
            response = self._sent(signed)
            if response.status == 401 and (renewed := signed.renew()):
                response = replace(self._sent(renewed), attempts=response.attempts + 1)
            return response
        finally:
            seconds = self._monotonic() - started
            attempt.milliseconds = seconds * 1000
            self._meter.wait(seconds)

    def _sent(self, signed: Signed) -> WireResponse:
        self._redactor = self._redactor.knowing(signed.secrets)
        return self._transport.send(signed.request)


def _kind(error: OpswrightError) -> EgressKind:
    """How the isolate hears of an error. What is neither a limit nor the backend's ends the run: trying again can't help."""
    if isinstance(error, TransportFailure):
        return error.kind
    if isinstance(error, LimitExceeded):
        return "limit"
    return "connect" if isinstance(error, BackendUnavailable) else "denied"
