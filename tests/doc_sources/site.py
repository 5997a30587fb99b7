"""A web site on loopback that answers as a test says, and remembers what it was asked."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx


@dataclass(frozen=True)
class Asked:
    path: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Reply:
    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Site:
    port: int
    asked: list[Asked] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def named(self, host: str) -> str:
        """The site under another name; the test's resolver has to know it."""
        return f"http://{host}:{self.port}"


@contextmanager
def site(answer: Callable[[Asked], Reply]) -> Iterator[Site]:
    """Serves until the context ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = Asked(self.path, httpx.Headers(list(self.headers.items())))
            served.asked.append(asked)
            reply = answer(asked)
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = Site(server.server_port)
    with server, _running(lambda: server.serve_forever(poll_interval=0.01), server.shutdown):
        yield served


@contextmanager
def raw_site(speak: Callable[[socket.socket], None], *, greet: bool = True) -> Iterator[Site]:
    """Accepts connections and lets `speak` write to each whatever it likes, however unlike HTTP.

    With `greet` the request is read before that.
    """
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    if greet:
                        connection.recv(65536)
                    speak(connection)
                except OSError:
                    continue

    def stop() -> None:
        # Closing alone does not wake accept().
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()

    with _running(serve, stop):
        yield Site(listener.getsockname()[1])


@contextmanager
def _running(serve: Callable[[], None], stop: Callable[[], None]) -> Iterator[None]:
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop()
        thread.join(5)
