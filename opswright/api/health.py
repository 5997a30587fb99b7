"""What an orchestrator asks: whether to restart this process, and whether to send it questions."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response, status
from pydantic import Field

from opswright.api.context import InContext
from schemas.base import Frozen

router = APIRouter(prefix="/health", tags=["health"])


class Alive(Frozen):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Ready(Frozen):
    """Whether questions can be answered, and what stands in the way."""

    status: Literal["ready", "unready"] = Field(examples=["ready"])
    reasons: dict[str, str] = Field(description="By the thing at fault; empty when ready.", examples=[{}])


@router.get("/live", operation_id="isAlive", summary="Is the process alive?")
async def live() -> Alive:
    """Looks at nothing: a server that is busy or not ready must not be restarted for it."""
    return Alive()


@router.get(
    "/ready", operation_id="isReady", summary="Can questions be answered?", responses={503: {"model": Ready, "description": "Not now."}}
)
async def ready(context: InContext, response: Response) -> Ready:
    """Finds the isolate's image, runs a trivial tool in a worker, and locks the database."""
    reasons = await context.readiness.reasons()
    if reasons:
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return Ready(status="unready" if reasons else "ready", reasons=reasons)
