"""Serves the registry on loopback: as a process that says when it is ready, or in a thread of a test."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

import uvicorn
from fastapi import FastAPI


class AnnouncingServer(uvicorn.Server):
    """Calls back once it accepts connections."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()


def listen(port: int) -> socket.socket:
    """A listening socket on the loopback interface; port 0 takes a free one."""
    return socket.create_server(("127.0.0.1", port))


def base_url(listener: socket.socket) -> str:
    """Where a client reaches the listener."""
    host, port = listener.getsockname()
    return f"http://{host}:{port}"


def serve(app: FastAPI, listener: socket.socket, announce: Callable[[], None]) -> None:
    """Serves until SIGINT or SIGTERM."""
    AnnouncingServer(_config(app), announce).run(sockets=[listener])


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The URL at which a thread of this process serves the application, so that a test can look into it meanwhile."""
    with listen(0) as listener:
        server = uvicorn.Server(_config(app))
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, name="estate")
        thread.start()
        try:
            # The socket listens already: a request that comes before the thread is up waits in the backlog.
            yield base_url(listener)
        finally:
            server.should_exit = True
            thread.join()


def _config(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(app, lifespan="off", log_level="warning", access_log=False)
