"""Clients over the double, as the product wires them, but with waits of milliseconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import create_engine

from agents.model.accounts import Accounts, CallStore, ModelBudget, metadata
from agents.model.client import ModelClient, Retries
from agents.model.prices import load_prices
from agents.model.providers import ChatModel
from sandbox.redaction import Redactor
from schemas.base import Frozen
from schemas.model import Prompt

KEY = "key-of-the-tests-4f1d"
MODEL = "google_genai:gemini-3.5-flash"
OTHER = "google_genai:gemini-2.5-flash"
RUN = "run-1"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PROMPT = Prompt(purpose="plan", system="You add.", user="two and three")
BUDGET = ModelBudget()
QUICK = Retries(first_wait_seconds=0.001)


class Sum(Frozen):
    """What the double is asked for."""

    total: int
    because: str


ANSWER = '{"total": 5, "because": "two and three"}'


def call_store() -> CallStore:
    """An empty one, in memory."""
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    return CallStore(engine)


def accounts(calls: CallStore, budget: ModelBudget = BUDGET) -> Accounts:
    """The accounts of `RUN`."""
    return Accounts(calls, budget, load_prices(), clock=lambda: NOW, current_run=lambda: RUN)


def chat(url: str, name: str = MODEL, *, key: Callable[[], str] | None = lambda: KEY, timeout_seconds: float = 5.0) -> ChatModel:
    """A model that is served at `url`."""
    return ChatModel(name, key=key, base_url=url, timeout_seconds=timeout_seconds)


def client(
    url: str,
    *names: str,
    calls: CallStore | None = None,
    budget: ModelBudget = BUDGET,
    retries: Retries = QUICK,
    timeout_seconds: float = 5.0,
) -> ModelClient:
    """A client of the named models, all served at `url`."""
    chats = [chat(url, name, timeout_seconds=timeout_seconds) for name in names or (MODEL,)]
    held = accounts(calls or call_store(), budget)
    return ModelClient(chats, held, redact=Redactor().redact, monotonic=time.monotonic, retries=retries)
