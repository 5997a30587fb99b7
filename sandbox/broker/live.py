"""The transport that really sends HTTP: one pool of connections for each source, no redirect followed."""

from __future__ import annotations

import ssl
from dataclasses import replace
from types import TracebackType
from urllib.parse import urlsplit

from sandbox.broker.connection import Connection
from sandbox.broker.denials import ForbiddenTarget
from sandbox.broker.headers import header
from sandbox.broker.pool import Patience, Pool
from sandbox.broker.target import Lookup
from sandbox.broker.wire import TransportFailure, WireRequest, WireResponse
from schemas.errors import quoted
from schemas.source import Source

_OWN_HEADERS = (("user-agent", "opswright"), ("accept-encoding", "gzip"))
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class LiveTransport:
    """A `Transport` to the one origin of a source. Safe to share between threads."""

    def __init__(
        self,
        source: Source,
        patience: Patience | None = None,
        *,
        lookup: Lookup | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._name = source.name
        self._origin = Connection.of(source).origin
        self._pool = Pool(patience or Patience(), lookup=lookup, tls=tls)

    def __enter__(self) -> LiveTransport:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def send(self, request: WireRequest) -> WireResponse:
        """The response, complete and decompressed. Raises as `Transport` says; a redirect is a failure that names where it leads."""
        if not request.url.startswith(f"{self._origin}/"):
            raise ForbiddenTarget(f"{quoted(request.url.partition('?')[0])} is not at {self._origin}, where {self._name} is.")
        self._pool.begin(request.ends)
        response = self._pool.send(replace(request, headers=(*_OWN_HEADERS, *request.headers)), f"{self._name} at {self._origin}")
        if response.status in _REDIRECTS:
            raise _redirected(response.status, header(response.headers, "location"))
        return response


def _redirected(status: int, location: str) -> TransportFailure:
    return TransportFailure(
        "protocol",
        f"The server answered {status} and redirects to {quoted(_origin(location))}; redirects are not followed.",
        hint="Add the source with the base URL that it redirects to, if you trust it.",
    )


def _origin(url: str) -> str:
    """Scheme, host and port of an address that may be anything."""
    try:
        target = urlsplit(url)
    except ValueError:
        return url
    return f"{target.scheme}://{target.netloc.rpartition('@')[2]}" if target.netloc else "the same server"
