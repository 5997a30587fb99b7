"""The registry as an application: its routes, its guard, its spec and its faults put together."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final, Literal

import orjson
from fastapi import Depends, FastAPI, HTTPException, Request, Response, Security, status
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import Field

from eval.estate.faults import Fault, FaultMiddleware
from eval.estate.models import Resource
from eval.estate.refusals import OVERLOADED, UNAUTHORIZED
from eval.estate.routes import router
from eval.estate.seed import seed_estate

DESCRIPTION: Final = """\
The registry of everything that runs in the company: services and the teams that own them, who is on call for them, what was deployed when,
the hosts they run on and the incidents they had.

All times are in UTC (RFC 3339). Percentages go from 0 to 100. Resources refer to each other by `id`.
"""

TAGS: Final = [
    {"name": "services", "description": "Deployable units."},
    {"name": "owners", "description": "Teams that own services."},
    {"name": "on-call", "description": "Who answers the pager."},
    {"name": "deployments", "description": "What was rolled out when, and how it went."},
    {"name": "hosts", "description": "Machines and their use."},
    {"name": "incidents", "description": "Disturbances and how they ended."},
    {"name": "health", "description": "Whether the registry itself is up."},
]

BEARER: Final = HTTPBearer(auto_error=False, description="The registry's access token.")


class Health(Resource):
    """Whether the service is up."""

    status: Literal["ok"] = Field(description="Always `ok`; a service that is down does not answer.")


def create_app(*, now: datetime, token: str | None = None, seed: int = 7, faults: Mapping[str, Sequence[Fault]] | None = None) -> FastAPI:
    """The registry as it stands at `now` (aware); `app.state.estate` is its state and `app.state.writes` the changes made to it.

    With a token, everything but `/health` and the spec asks for it. `faults` are answered first, path by path.
    """
    app = FastAPI(
        title="Service Registry",
        version="2.3.0",
        description=DESCRIPTION,
        openapi_tags=TAGS,
        # FastAPI's own route has no ETag, and its documentation pages load scripts from the internet.
        openapi_url=None,
        generate_unique_id_function=_operation_id,
    )
    app.state.estate = seed_estate(now, seed)
    app.state.writes = app.state.estate.writes
    app.add_middleware(FaultMiddleware, faults=faults or {})
    app.add_api_route("/health", _health, tags=["health"], summary="Check the service", operation_id="get_health")
    if token is None:
        app.include_router(router, responses=OVERLOADED)
    else:
        app.include_router(router, responses=OVERLOADED | UNAUTHORIZED, dependencies=[Depends(_guard(token))])
    app.add_api_route("/openapi.json", _serve_spec, include_in_schema=False)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name


def _guard(token: str) -> Callable[[HTTPAuthorizationCredentials | None], Awaitable[None]]:
    """A dependency that lets only this token pass."""

    async def check(credentials: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)]) -> None:
        if credentials is None or not secrets.compare_digest(credentials.credentials.encode(), token.encode()):
            raise HTTPException(
                status.HTTP_401_UNAUTHORIZED, "The bearer token is missing or wrong.", headers={"WWW-Authenticate": "Bearer"}
            )

    return check


async def _health() -> Health:
    """Answers as long as the registry is up."""
    return Health(status="ok")


async def _serve_spec(request: Request) -> Response:
    """The spec, or 304 to a client that has it already (RFC 9110, section 13.1.2)."""
    body = orjson.dumps(request.app.openapi())
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    if _matches(request.headers.get("If-None-Match", ""), etag):
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _matches(if_none_match: str, etag: str) -> bool:
    known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in known or "*" in known
