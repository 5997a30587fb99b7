"""How the spec declares that a request may be refused."""

from __future__ import annotations

from typing import Any, Final

from fastapi import status

from eval.estate.models import Problem

Responses = dict[int | str, dict[str, Any]]
"""FastAPI's own form: status to what the spec says about it."""

BAD_CURSOR: Final[Responses] = {
    status.HTTP_400_BAD_REQUEST: {"model": Problem, "description": "The cursor is not one that this service made."}
}
UNAUTHORIZED: Final[Responses] = {status.HTTP_401_UNAUTHORIZED: {"model": Problem, "description": "The bearer token is missing or wrong."}}
UNKNOWN: Final[Responses] = {status.HTTP_404_NOT_FOUND: {"model": Problem, "description": "There is nothing under that name."}}
CONFLICT: Final[Responses] = {status.HTTP_409_CONFLICT: {"model": Problem, "description": "Its present state does not allow that."}}
OVERLOADED: Final[Responses] = {
    status.HTTP_429_TOO_MANY_REQUESTS: {
        "model": Problem,
        "description": "Too many requests. Try again later.",
        "headers": {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}},
    },
    status.HTTP_500_INTERNAL_SERVER_ERROR: {"model": Problem, "description": "The service failed. Trying again may help."},
}
