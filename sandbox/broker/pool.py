"""Connections over which requests really leave: to checked addresses only, nothing followed, nothing unbounded."""

from __future__ import annotations

import math
import ssl
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpcore
import httpx

from sandbox.broker.denials import BudgetSpent
from sandbox.broker.headers import header
from sandbox.broker.network import CheckedNetwork, Deadline
from sandbox.broker.target import Lookup
from sandbox.broker.wire import Headers, TransportFailure, WireRequest, WireResponse
from sandbox.jobs import MIB
from schemas.errors import quoted

_GZIP = {"gzip", "x-gzip"}
_CHUNK = 64 * 1024


@dataclass(frozen=True)
class Patience:
    """How long one call may take and how much one response may bring. `seconds` covers it whole, from connecting to the last byte."""

    seconds: float = 30.0
    connect_seconds: float = 5.0
    idle_seconds: float = 15.0
    response_bytes: int = 32 * MIB
    """Of the body, and of what it decompresses to."""


class Pool:
    """Kept-alive HTTP/1.1 connections. Reads no environment: no proxy, no netrc. Safe to share between threads."""

    def __init__(self, patience: Patience, *, lookup: Lookup | None = None, tls: ssl.SSLContext | None = None) -> None:
        self._patience = patience
        self._deadline = Deadline(time.monotonic)
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls or httpx.create_ssl_context(trust_env=False),
            max_connections=8,
            keepalive_expiry=30.0,
            network_backend=CheckedNetwork(self._deadline, lookup),
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def begin(self, ends: float = math.inf) -> None:
        """Give the current thread's call, which may be several requests, its time from now on, until `ends` at the latest."""
        self._deadline.set(self._patience.seconds, ends)

    @property
    def seconds_left(self) -> float:
        """What is left of the time of the current thread's call."""
        return self._deadline.seconds_left

    def send(self, request: WireRequest, where: str) -> WireResponse:
        """The response, complete and decompressed, within the time since `begin`; `where` is for messages. Raises as `Transport` says."""
        with self._mapped(where), self._opened(request) as response:
            headers = _texts(response.headers)
            encoding = header(headers, "content-encoding").strip().lower()
            body = b"".join(self._body(response.iter_stream(), encoding))
            return WireResponse(response.status, tuple(pair for pair in headers if pair[0] != "content-encoding"), body)

    @contextmanager
    def _opened(self, request: WireRequest) -> Iterator[httpcore.Response]:
        patience = self._patience
        idle = self._deadline.bounded(patience.idle_seconds)  # here for the pool, whose waiting is on no connection
        timeout = {"connect": patience.connect_seconds, "read": idle, "write": idle, "pool": idle}
        headers = [(name.encode("ascii"), value.encode("ascii")) for name, value in request.headers]
        with self._pool.stream(
            request.method, request.url, headers=headers, content=request.body, extensions={"timeout": timeout}
        ) as response:
            yield response

    @contextmanager
    def _mapped(self, where: str) -> Iterator[None]:
        """Turns the library's errors into ours: the one place that knows both."""
        try:
            yield
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            raise TransportFailure("connect", f"{where} can't be reached: {quoted(error)}.", hint=_way_in(error)) from error
        except httpcore.TimeoutException as error:
            raise TransportFailure("timeout", f"{where} did not answer in time.") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
            raise TransportFailure("protocol", f"{where} broke off: {quoted(error)}.") from error

    def _body(self, chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
        limit = self._patience.response_bytes
        received = _capped(chunks, limit)
        if encoding in _GZIP:
            return _capped(_unzipped(received), limit)
        if encoding in {"", "identity"}:
            return received
        raise TransportFailure("protocol", f"the response is compressed as {quoted(encoding)}, which was not asked for")


def _way_in(error: Exception) -> str:
    if isinstance(error.__context__, ssl.SSLCertVerificationError):
        return "Use the name that its certificate is for, or give its authority as ca in connections.yaml."
    return "Is it running?"


def _capped(chunks: Iterable[bytes], limit: int) -> Iterator[bytes]:
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > limit:
            raise BudgetSpent(
                f"the response is larger than {limit} bytes", hint="Ask for a smaller page, for fewer fields, or filter on the server."
            )
        yield chunk


def _unzipped(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """What gzip holds, in pieces of bounded size: a small response may decompress to gigabytes."""
    stream = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    received = 0
    try:
        for chunk in chunks:
            received += len(chunk)
            yield stream.decompress(chunk, _CHUNK)
            while stream.unconsumed_tail:
                yield stream.decompress(stream.unconsumed_tail, _CHUNK)
    except zlib.error as error:
        raise TransportFailure("protocol", f"the response is not the gzip that it says it is: {quoted(error)}") from error
    if received and not stream.eof:
        raise TransportFailure("protocol", "the compressed response ends in the middle")


def _texts(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Latin-1 can't fail, and is what HTTP headers were (RFC 9110, section 5.5)."""
    return tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in headers)
