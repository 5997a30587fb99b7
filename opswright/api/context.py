"""What the routes work with, put into the application once and handed to each by its type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, FastAPI, Request

from opswright.api.dispatcher import Dispatcher
from opswright.api.ledger import Ledger
from opswright.api.readiness import Readiness
from opswright.wiring import Runtime


@dataclass(frozen=True)
class Context:
    """One set for an application."""

    wired: Runtime
    dispatcher: Dispatcher
    ledger: Ledger
    readiness: Readiness


def put(app: FastAPI, context: Context) -> None:
    """Make the context the application's."""
    app.state.context = context


def _get(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


InContext = Annotated[Context, Depends(_get)]
"""A parameter of this type is the application's context."""
