"""What tests of the whole product share: the estate's token, and the truth that its answers are held against."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

TOKEN = "estate-token-of-the-tests-5d1c"

Connect = Callable[[FastAPI], AbstractContextManager[FastAPI]]
"""Serves an estate and makes it the runtime's source `estate`."""


def models(app: FastAPI, noun: str) -> list[Mapping[str, Any]]:
    """The rows of one kind, straight from the service's memory."""
    held = getattr(app.state.estate, noun)
    rows: Iterable[BaseModel] = held.values() if isinstance(held, Mapping) else held
    return [row.model_dump(mode="json") for row in rows]
