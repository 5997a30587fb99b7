"""The application: routes, guard and problems put together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer

from opswright.api import context, execute, health, problems, runs, tools
from opswright.api.dispatcher import Dispatcher
from opswright.api.guard import Guard, KeySource
from opswright.api.ledger import Ledger
from opswright.api.readiness import Readiness
from opswright.wiring import Runtime

DESCRIPTION = """\
Ask your infrastructure a question; it writes the tool that answers it, proves the tool, and keeps it.

Times are in UTC (RFC 3339). Every error is a problem (RFC 9457) with a stable `code`.
"""

_KEY = HTTPBearer(auto_error=False, scheme_name="key", description="The key behind OPSWRIGHT_API_KEY. Without one, none is asked for.")


def create_app(*, key: KeySource | None, max_body_bytes: int) -> FastAPI:
    """The routes behind the guard. They work once a context is put into it."""
    made = _App(
        title="Opswright",
        version=version("opswright"),
        description=DESCRIPTION,
        # FastAPI's documentation pages load scripts from the internet.
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    made.add_middleware(Guard, key=key, max_body_bytes=max_body_bytes)
    problems.install(made)
    refused = problems.declared(problems.Unauthenticated, problems.WrongHost)
    for router in (execute.router, runs.router, tools.router):
        # The guard asks for the key; this dependency only puts it into the description.
        made.include_router(router, prefix="/api/v1", responses=refused, dependencies=[Depends(_KEY)])
    made.include_router(health.router)
    return made


@contextmanager
def application(wired: Runtime) -> Iterator[FastAPI]:
    """The API over a runtime, with the threads that work for it. Raises Misconfigured for a key's reference that leads nowhere."""
    settings = wired.settings
    made = create_app(key=_key_source(wired), max_body_bytes=settings.api_body_kib * 1024)
    wired.workers.warm()
    with Dispatcher(wired.runner, threads=settings.api_threads, waiting=settings.api_queue) as dispatcher:
        readiness = Readiness(wired, dispatcher)
        context.put(made, context.Context(wired, dispatcher, Ledger(wired.runs, wired.runner, dispatcher), readiness))
        try:
            yield made
        finally:
            readiness.close()


class _App(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """The description, mended once where FastAPI's is not what it says it is."""
        if self.openapi_schema is None:
            _mend(super().openapi())
        return super().openapi()


def _mend(description: dict[str, Any]) -> None:
    """Add the schema that declared problems refer to: FastAPI adds those of its own media type. Say in 3.1 what it says in 3.2."""
    description["components"]["schemas"]["Problem"] = problems.Problem.model_json_schema()
    responses = description["paths"]["/api/v1/runs/{run_id}/events"]["get"]["responses"]
    stream = responses["200"]["content"]["text/event-stream"]
    del stream["itemSchema"]
    stream["schema"] = {"type": "string"}


def _key_source(wired: Runtime) -> KeySource | None:
    reference = wired.settings.api_key
    if not reference:
        return None
    wired.secrets.resolve(reference)  # now, rather than with the first request
    return lambda: wired.secrets.resolve(reference)
