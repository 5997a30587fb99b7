"""The access tokens of one connection: kept while they last, asked for once however many want one."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from sandbox.broker.denials import BudgetSpent
from sandbox.broker.pool import Patience, Pool
from sandbox.broker.token_refusal import no_token, refused
from sandbox.broker.token_request import Answer, TokenRequest, token_request
from sandbox.broker.wire import TransportFailure, WireResponse
from schemas.base import text_digest
from schemas.credential import TokenGrant
from schemas.ports import Clock, SecretResolver

PATIENCE: Final = Patience(seconds=10.0, response_bytes=64 * 1024)

YOUNG_SECONDS: Final = 30.0
"""A token refused at this age is not replaced: the next would fare no better, and each call would ask for another."""

_MARGIN_SECONDS: Final = 60.0
_LONGEST_SECONDS: Final = 24 * 3600.0


@dataclass(frozen=True)
class _Token:
    """A token that the secret with this digest got; the moments are of the monotonic clock."""

    text: str = field(repr=False)
    digest: str
    born: float
    best_before: float


class Tokens:
    """Tokens for the grant of one connection, which is named in messages. Safe to share between threads.

    The secret is looked up each time: a token that a rotated one got is not used again. A token is asked for on a thread of its own,
    so that whoever came first, and has no time left, takes it from nobody else.
    """

    def __init__(
        self,
        connection: str,
        grant: TokenGrant,
        resolver: SecretResolver,
        pool: Pool,
        *,
        clock: Clock = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connection = connection
        self._grant = grant
        self._resolver = resolver
        self._pool = pool
        self._clock = clock
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._kept: _Token | None = None
        self._pending: tuple[str, Future[_Token]] | None = None

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def current(self, ends: float = math.inf) -> str:
        """A token that is good for now, waited for until `ends`, a moment of `time.monotonic`, at the latest.

        Raises Misconfigured, naming connection and reference, where the endpoint refuses, and BackendUnavailable where it is away.
        """
        secret = self._resolver.resolve(self._grant.secret)
        digest = text_digest(secret)
        with self._lock:
            if self._kept and self._kept.digest == digest and self._monotonic() < self._kept.best_before:
                return self._kept.text
            pending = self._asked(secret, digest)
        return _in_time(pending, ends, self._connection).text

    def instead_of(self, token: str, ends: float = math.inf) -> str | None:
        """Another token than one that was refused, or None where that was given just now. Raises as `current` does."""
        with self._lock:
            if self._kept and self._kept.text == token:
                if self._monotonic() - self._kept.born < YOUNG_SECONDS:
                    return None
                self._kept = None
        fresh = self.current(ends)
        return fresh if fresh != token else None

    def _asked(self, secret: str, digest: str) -> Future[_Token]:
        """The one request that is under way for this secret; begun now where there is none."""
        if self._pending and self._pending[0] == digest:
            return self._pending[1]
        answer: Future[_Token] = Future()
        threading.Thread(target=self._ask, args=(secret, digest, answer), name=f"token of {self._connection}", daemon=True).start()
        self._pending = (digest, answer)  # once it runs, or all would wait for one that couldn't start; it ends after this, for the lock
        return answer

    def _ask(self, secret: str, digest: str, answer: Future[_Token]) -> None:
        try:
            token = self._fetched(secret, digest)
        except BaseException as error:  # noqa: BLE001  whatever it is belongs to the threads that wait
            self._over(answer, None)
            answer.set_exception(error)
        else:
            self._over(answer, token)
            answer.set_result(token)

    def _over(self, answer: Future[_Token], token: _Token | None) -> None:
        with self._lock:
            if self._pending and self._pending[1] is answer:  # else a rotated secret was quicker
                self._pending, self._kept = None, token

    def _fetched(self, secret: str, digest: str) -> _Token:
        now = self._clock()
        request = token_request(self._grant, secret, now)
        born = self._monotonic()  # before it is sent: its life may begin when the server reads it
        given = self._answered(request, now)
        life = min(given.expires_in, _LONGEST_SECONDS)
        return _Token(given.access_token, digest, born, born + life - min(_MARGIN_SECONDS, life / 4))

    def _answered(self, request: TokenRequest, now: datetime) -> Answer:
        response = self._sent(request)
        if response.status != 200:
            raise refused(self._connection, self._grant, request, response, now)
        try:
            return Answer.model_validate_json(response.body)
        except ValueError:  # without its cause: that may hold the token
            raise no_token(self._connection, request, "a status of 200, and no bearer token") from None

    def _sent(self, request: TokenRequest) -> WireResponse:
        self._pool.begin()
        try:
            return self._pool.send(request.wire, f"the token endpoint of {self._connection} at {request.origin}")
        except BudgetSpent as error:
            raise no_token(self._connection, request, f"more than {PATIENCE.response_bytes} bytes") from error


def _in_time(pending: Future[_Token], ends: float, connection: str) -> _Token:
    left = min(ends - time.monotonic(), PATIENCE.seconds + 1)
    try:
        return pending.result(max(left, 0))
    except TimeoutError as error:
        raise TransportFailure("timeout", f"the token endpoint of {connection} did not answer in time.") from error
