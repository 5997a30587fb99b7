"""HTTP connections that go only to addresses that were checked, and that end at a deadline.

A host name is looked up once, checked, and connected to by the address that was checked: a second look-up could answer differently
(DNS rebinding). The deadline holds for every read of the socket, so a server that sends a byte at a time gains nothing by it, not
even within the headers, where a client's own timeouts start anew with every byte.

The broker has streams like these (`sandbox.broker.network`): siblings share no code, and there one pool outlives many deadlines and
looks names up itself, where here each hop of a download has its addresses and its connection.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import httpcore
import httpx

SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


class Deadline:
    """A moment after which nothing may wait any more."""

    def __init__(self, seconds: float, monotonic: Callable[[], float]) -> None:
        """`monotonic` gives seconds from any beginning."""
        self._monotonic = monotonic
        self._end = monotonic() + seconds

    @property
    def remaining_seconds(self) -> float:
        return self._end - self._monotonic()

    def within(self, timeout: float | None) -> float:
        """The shorter of a timeout and what is left. Raises httpcore.ReadTimeout where nothing is left."""
        remaining = self.remaining_seconds
        if remaining <= 0:
            raise httpcore.ReadTimeout("the deadline has passed")
        return remaining if timeout is None else min(timeout, remaining)


class CheckedTransport(httpx.BaseTransport):
    """Sends requests to the first of `addresses` that answers, whatever host their URL names."""

    def __init__(self, addresses: Sequence[str], deadline: Deadline, tls: ssl.SSLContext | None) -> None:
        self._pool = httpcore.ConnectionPool(ssl_context=tls, network_backend=_CheckedBackend(addresses, deadline))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Raises httpcore's errors as they are."""
        url = request.url
        assert isinstance(request.stream, httpx.SyncByteStream)
        response = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        assert isinstance(response.stream, Iterable)
        return httpx.Response(response.status, headers=response.headers, stream=_Body(response), extensions=response.extensions)

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


class _CheckedBackend(httpcore.NetworkBackend):
    def __init__(self, addresses: Sequence[str], deadline: Deadline) -> None:
        self._addresses = addresses
        self._deadline = deadline
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.NetworkStream:
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in self._addresses:
            try:
                stream = self._sockets.connect_tcp(address, port, self._deadline.within(timeout), local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self._deadline)
        raise failure or httpcore.ConnectError(f"{host} has no address")


class _TimedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.within(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, self._deadline.within(timeout)), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
