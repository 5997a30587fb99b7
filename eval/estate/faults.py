"""Faults on demand: chosen paths first answer with chosen errors, then as usual."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class Fault(BaseModel):
    """One answer in place of the right one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: int
    retry_after_seconds: int | None = None

    def response(self) -> JSONResponse:
        """The error as the registry words it."""
        headers = {} if self.retry_after_seconds is None else {"Retry-After": str(self.retry_after_seconds)}
        return JSONResponse({"detail": "The service can't answer right now."}, status_code=self.status, headers=headers)


class FaultMiddleware:
    """Answers each faulty path with its faults in order, one a request whatever its method and credentials, and then lets go."""

    def __init__(self, app: ASGIApp, faults: Mapping[str, Sequence[Fault]]) -> None:
        self._app = app
        self._waiting = {path: deque(answers) for path, answers in faults.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        waiting = self._waiting.get(scope["path"]) if scope["type"] == "http" else None
        app = waiting.popleft().response() if waiting else self._app
        await app(scope, receive, send)
