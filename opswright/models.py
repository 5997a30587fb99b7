"""Settings to a model client: a chain of models with their keys, the accounts and the redactor."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from sqlalchemy import Engine

from agents.model.accounts import Accounts, CallStore, ModelBudget
from agents.model.client import ModelClient, Retries
from agents.model.prices import load_prices
from agents.model.providers import ChatModel
from agents.run_context import current_run, running
from opswright.settings import Settings
from sandbox.redaction import Redactor
from schemas.errors import Misconfigured
from schemas.model import Prompt, Reply, Value
from schemas.ports import Clock, SecretResolver, TextModel


def open_model(settings: Settings, secrets: SecretResolver, database: Engine, clock: Clock) -> TextModel:
    """The configured models behind one client. No library of a provider is loaded and no key is read before the first question.

    Raises Misconfigured where names, keys, addresses and prices don't fit together.
    """
    names = _listed(settings.model)
    keys = _for_each(names, settings.model_key, "OPSWRIGHT_MODEL_KEY")
    addresses = _for_each(names, settings.model_base_url, "OPSWRIGHT_MODEL_BASE_URL")
    chats = [
        ChatModel(
            name, key=partial(secrets.resolve, key) if key else None, base_url=address, timeout_seconds=settings.model_timeout_seconds
        )
        for name, key, address in zip(names, keys, addresses, strict=True)
    ]
    budget = ModelBudget(calls=settings.model_max_calls, tokens=settings.model_max_tokens, dollars=settings.model_max_dollars)
    accounts = Accounts(CallStore(database), budget, load_prices(settings.model_prices), clock=clock, current_run=current_run)
    return ModelClient(
        chats, accounts, redact=Redactor().redact, monotonic=time.monotonic, retries=Retries(attempts=settings.model_attempts)
    )


class OutsideRuns:
    """A model that is asked by a run or by none, as when a document is refreshed: then each question has an account of its own."""

    def __init__(self, model: TextModel, new_id: Callable[[], str]) -> None:
        self._model = model
        self._new_id = new_id

    def ask(self, prompt: Prompt, answer: type[Value]) -> Reply[Value]:
        """What the model answers or raises."""
        try:
            current_run()
        except LookupError:
            with running(f"document-{self._new_id()}"):
                return self._model.ask(prompt, answer)
        return self._model.ask(prompt, answer)


def _listed(text: str) -> list[str]:
    return [entry.strip() for entry in text.split(",") if entry.strip()]


def _for_each(names: list[str], text: str, setting: str) -> list[str]:
    """One entry a model: its own, or the one for all. An empty place between commas is none."""
    entries = [entry.strip() for entry in text.split(",")]
    if len(entries) not in (1, len(names)):
        raise Misconfigured(
            f"{setting} has {len(entries)} entries and OPSWRIGHT_MODEL {len(names)}.", hint="Give one for all models, or one for each."
        )
    return entries if len(entries) == len(names) else entries * len(names)
