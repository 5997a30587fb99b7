"""Listens: for people until a signal comes, or in a thread of this process for as long as a context lasts."""

from __future__ import annotations

import ipaddress
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from types import FrameType
from typing import NoReturn

import uvicorn
from fastapi import FastAPI

from opswright.api.app import application
from opswright.api.context import Context
from opswright.settings import Settings
from opswright.wiring import Runtime
from schemas.errors import Misconfigured, quoted

_LAST_WORDS_SECONDS = 2
"""For the responses that are being written when the server leaves."""
_log = logging.getLogger(__name__)


def listen(settings: Settings, host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one.

    Raises Misconfigured where the address can't be had, and for any but this machine's own while no key is configured.
    """
    if not settings.api_key and not _is_loopback(host):
        raise Misconfigured(
            f"without a key the API listens on this machine only, not on {quoted(host)}.",
            hint="Set OPSWRIGHT_API_KEY to a reference to a key (env:NAME or file:/absolute/path), or use --host 127.0.0.1.",
        )
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        reason = error.strerror or error
        raise Misconfigured(f"can't listen on {quoted(host)} port {port}: {reason}.", hint="Choose others: --host, --port.") from error


def url_of(listener: socket.socket) -> str:
    """Where a client on this machine reaches the listener."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(wired: Runtime, listener: socket.socket, announce: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; `announce` is called once requests are answered. Only from the main thread.

    Then nothing new is begun, and what is under way gets the time that the settings allow. If that is not enough the
    process ends here and now, as a crash would end it: closing the workers would record those runs as failed, while an
    interrupted run goes on where it stood.
    """
    signal.signal(signal.SIGTERM, _leave)
    with application(wired) as app:
        try:
            _Server(app, wired.settings.api_shutdown_seconds, announce).run(sockets=[listener])
        finally:
            if left := _context(app).dispatcher.under_way():
                _log.warning("left unfinished: %s; opswright runs resume goes on with a run", ", ".join(left))
                logging.shutdown()
                os._exit(0)


@contextmanager
def serving(wired: Runtime) -> Iterator[str]:
    """The URL at which a thread of this process serves the API on loopback."""
    with application(wired) as app, listen(wired.settings, "127.0.0.1", 0) as listener:
        server = _Server(app, wired.settings.api_shutdown_seconds, lambda: None)
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, name="api")
        thread.start()
        try:
            # The socket listens already: a request that comes before the thread is up waits in the backlog.
            yield url_of(listener)
        finally:
            server.should_exit = True
            thread.join()


class _Server(uvicorn.Server):
    """Calls back once it answers, and goes on answering while it drains: who polls for a run may yet get its end."""

    def __init__(self, app: FastAPI, drain_seconds: float, announce: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=_LAST_WORDS_SECONDS,
            )
        )
        self._dispatcher = _context(app).dispatcher
        self._drain_seconds = drain_seconds
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._dispatcher.drain(self._drain_seconds, lambda: self.force_exit)
        await super().shutdown(sockets)


def _context(app: FastAPI) -> Context:
    context: Context = app.state.context
    return context


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _leave(_: int, __: FrameType | None) -> NoReturn:
    """SIGTERM closes everything on the way out, as an interrupt does; the server has drained by then."""
    sys.exit(0)
