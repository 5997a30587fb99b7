"""Clients of the API, and the gate by which a test holds a run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from threading import Event
from typing import Any

import httpx
from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.middleware.base import RequestResponseEndpoint

QUESTION = "list owners"
PATIENCE_SECONDS = 60.0

Serve = Callable[..., AbstractContextManager[httpx.Client]]
"""Serves the API with changed settings, and gives a client of it."""


class Gate:
    """While it is shut, the estate's owners are held back; `reached` is set once somebody asks for them."""

    def __init__(self) -> None:
        self.reached = Event()
        self._open = Event()
        self._open.set()

    def shut(self) -> None:
        self._open.clear()

    def open(self) -> None:
        self._open.set()

    def await_visitor(self) -> None:
        assert self.reached.wait(PATIENCE_SECONDS)

    async def pass_by(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        if request.url.path.endswith("/owners") and not self._open.is_set():
            self.reached.set()
            await run_in_threadpool(self._open.wait, PATIENCE_SECONDS)
        return await call_next(request)


def ask(client: httpx.Client, question: str = QUESTION, **more: object) -> httpx.Response:
    """Ask, and wait for the answer unless told otherwise."""
    return client.post("/api/v1/execute", json={"question": question, "wait_seconds": PATIENCE_SECONDS, **more})


def begin(client: httpx.Client, question: str = QUESTION) -> str:
    """Ask without waiting; the run's id."""
    response = ask(client, question, wait_seconds=0)
    assert response.status_code == 202, response.text
    run_id: str = response.json()["run_id"]
    return run_id


def problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem that the response is, having checked what all problems have in common."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = response.json()
    assert (told["status"], told["code"], told["type"]) == (status, code, f"urn:opswright:error:{code}")
    assert told["detail"]
    return told


def events(client: httpx.Client, run_id: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The events of a run as they come, to the last."""
    with client.stream("GET", f"/api/v1/runs/{run_id}/events") as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        kind = ""
        for line in response.iter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "data":
                yield kind, json.loads(value)


def status(client: httpx.Client, run_id: str) -> str:
    """Where a run stands."""
    told: str = client.get(f"/api/v1/runs/{run_id}").json()["status"]
    return told
