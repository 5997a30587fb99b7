"""Servers on loopback that misbehave to order."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Script = Callable[[socket.socket, "Loopback"], bool]
"""Answers one request that was read; True keeps the connection open for another."""


@dataclass
class Loopback:
    """A server on a port of its own; `requests` are the heads and bodies that it read, `peers` the ports they came from."""

    port: int
    requests: list[bytes] = field(default_factory=list)
    peers: list[int] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def base_url(self) -> str:
        return f"http://estate.test:{self.port}"


def answer(body: bytes = b"{}", *headers: str, status: str = "200 OK", length: int | None = None) -> Script:
    """A script that gives this response."""
    lines = (f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body) if length is None else length}", *headers)
    return raw("\r\n".join(lines).encode() + b"\r\n\r\n" + body, keep=length is None)


def raw(content: bytes, *, keep: bool = False) -> Script:
    """A script that sends these bytes."""

    def script(connection: socket.socket, _: Loopback) -> bool:
        connection.sendall(content)
        return keep

    return script


def silent(connection: socket.socket, server: Loopback) -> bool:
    """Never answers."""
    server.stop.wait()
    return False


def dripping(head: bytes) -> Script:
    """A script that sends bytes for ever, each well before anyone loses patience with the single byte."""

    def script(connection: socket.socket, server: Loopback) -> bool:
        connection.sendall(head)
        while not server.stop.wait(0.01):
            connection.sendall(b"x")
        return False

    return script


@contextmanager
def serving(script: Script, tls: ssl.SSLContext | None = None) -> Iterator[Loopback]:
    """A running server, stopped and joined at the end."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Loopback(listener.getsockname()[1])
    threads = [threading.Thread(target=_accept, args=(listener, server, script, tls, []), daemon=True)]
    threads[0].start()
    try:
        yield server
    finally:
        server.stop.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        threads[0].join()


def _accept(listener: socket.socket, server: Loopback, script: Script, tls: ssl.SSLContext | None, workers: list[threading.Thread]) -> None:
    with suppress(OSError):
        while True:
            connection, peer = listener.accept()
            server.peers.append(peer[1])
            workers.append(threading.Thread(target=_converse, args=(connection, server, script, tls), daemon=True))
            workers[-1].start()
    for worker in workers:
        worker.join()


def _converse(connection: socket.socket, server: Loopback, script: Script, tls: ssl.SSLContext | None) -> None:
    with suppress(OSError), connection:
        spoken = tls.wrap_socket(connection, server_side=True) if tls else connection
        with spoken:
            while request := _read(spoken):
                server.requests.append(request)
                if not script(spoken, server):
                    return


def _read(connection: socket.socket) -> bytes:
    """One request, its body too."""
    content = b""
    while b"\r\n\r\n" not in content:
        more = connection.recv(65536)
        if not more:
            return b""
        content += more
    head, _, body = content.partition(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
