"""What a request must bring before anything of it is read: the key or a loopback host name, and a body of bounded size."""

from __future__ import annotations

import hmac
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from opswright.api.problems import BodyTooLarge, Unauthenticated, WrongHost, respond
from schemas.errors import OpswrightError, quoted

OPEN_PATHS = frozenset({"/health/live", "/health/ready"})
"""An orchestrator asks here, and has no key."""
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})

KeySource = Callable[[], str]
"""The key as it is now: it is asked for with each request, so that a changed file is a changed key."""


class Guard:
    """Middleware in front of the whole application, unknown addresses included.

    It comes before the framework, which reads and parses a body before it looks at a key, and whose own limit of the
    body's size answers in plain text.
    """

    def __init__(self, app: ASGIApp, *, key: KeySource | None, max_body_bytes: int) -> None:
        self._app = app
        self._key = key
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            self._check(scope["path"], Headers(scope=scope))
            body = await _read(Headers(scope=scope), receive, self._max_body_bytes)
        except OpswrightError as error:
            await respond(error)(scope, receive, send)
            return
        await self._app(scope, _replayed(body, receive), send)

    def _check(self, path: str, headers: Headers) -> None:
        if path in OPEN_PATHS:
            return
        if self._key is not None:
            _check_key(headers.get("authorization", ""), self._key())
        else:
            _check_host(headers.get("host", ""))


def _check_key(authorization: str, key: str) -> None:
    scheme, _, sent = authorization.partition(" ")
    # Header bytes come as Latin-1. Both sides as bytes: compare_digest refuses other text than ASCII.
    if scheme.lower() != "bearer" or not hmac.compare_digest(sent.strip().encode("latin-1"), key.encode()):
        raise Unauthenticated("the API's key is missing or wrong.", hint="Send it: Authorization: Bearer <key>.")


def _check_host(host: str) -> None:
    """Against DNS rebinding: a page may make its own name point to this machine, and the browser would let it read answers."""
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    if name.lower() not in LOOPBACK_NAMES:
        raise WrongHost(
            f"this server answers to localhost only, not to {quoted(host)}.", hint="Configure OPSWRIGHT_API_KEY to change that."
        )


async def _read(headers: Headers, receive: Receive, limit: int) -> bytes:
    """The whole body. What a length promises is not read first; what comes without one is counted."""
    promised = headers.get("content-length", "0")
    if promised.isdigit() and int(promised) > limit:
        raise _too_large(limit)
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > limit:
            raise _too_large(limit)
        if not message.get("more_body", False):
            return bytes(body)


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"the body has more than {limit} bytes.", hint="A question is a sentence; OPSWRIGHT_API_BODY_KIB sets the limit.")


def _replayed(body: bytes, receive: Receive) -> Receive:
    """The body once more, then whatever follows: that the client has gone."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay
