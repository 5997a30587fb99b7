"""Connections for one transport: opened only to addresses that were checked, and never slower than the request may be.

`doc_sources.network` has streams like these; its docstring says why it is not the same code.
"""

from __future__ import annotations

import math
import ssl
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import partial
from typing import Any

import httpcore

from sandbox.broker.target import Lookup, resolve, system_lookup

_MAX_ADDRESSES = 4


class Deadline:
    """When the request of the current thread must be over. Reads and writes on any connection ask it."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._local = threading.local()

    def set(self, seconds: float, ends: float = math.inf) -> None:
        """Give the current thread's request so long from now, and no longer than to the moment `ends`."""
        self._local.ends = min(self._monotonic() + seconds, ends)

    @property
    def seconds_left(self) -> float:
        """Until the current thread's request must be over; negative afterwards."""
        ends: float = self._local.ends
        return ends - self._monotonic()

    def bounded(self, timeout: float | None) -> float:
        """The timeout for one wait. Raises httpcore.ReadTimeout where there is no time left."""
        left = self.seconds_left
        if left <= 0:
            raise httpcore.ReadTimeout("the request took too long in all")
        return left if timeout is None else min(left, timeout)


class CheckedNetwork(httpcore.NetworkBackend):
    """Resolves a name, checks every address, and connects to exactly one that was checked: a second answer can't matter.

    The name stays in the Host header, and is what TLS verifies.
    """

    def __init__(self, deadline: Deadline, lookup: Lookup | None = None) -> None:
        self._deadline = deadline
        self._lookup = lookup or system_lookup
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in resolve(host, port, partial(_in_time, self._lookup, self._deadline.bounded(timeout)))[:_MAX_ADDRESSES]:
            try:
                stream = self._sockets.connect_tcp(str(address), port, self._deadline.bounded(timeout), local_address, socket_options or ())
                return _BoundedStream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


def _in_time(lookup: Lookup, seconds: float, host: str, port: int) -> list[str]:
    """The lookup's answer. Raises httpcore.ConnectTimeout where it takes longer.

    The system's resolver can't be told to hurry, and waits for ten seconds and more where nobody answers: so that happens in a thread,
    which is left to it and ends by itself. It is a daemon, or this process could not end before.
    """
    answer: Future[list[str]] = Future()
    threading.Thread(target=_answer, args=(answer, lookup, host, port), name=f"lookup of {host}", daemon=True).start()
    try:
        return answer.result(seconds)
    except TimeoutError as error:
        if answer.done():  # the lookup's own, which is an OSError like its others
            raise
        raise httpcore.ConnectTimeout(f"the name {host} is not resolved in time") from error


def _answer(answer: Future[list[str]], lookup: Lookup, host: str, port: int) -> None:
    try:
        answer.set_result(lookup(host, port))
    except BaseException as error:  # noqa: BLE001  whatever it is belongs to the thread that waits
        answer.set_exception(error)


class _BoundedStream(httpcore.NetworkStream):
    """A connection whose every wait ends with the request's deadline, however slowly the other side drips."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.bounded(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.bounded(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _BoundedStream(self._stream.start_tls(ssl_context, server_hostname, self._deadline.bounded(timeout)), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
