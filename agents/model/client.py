"""The model client: redacted out, retried, paid for, and only valid values in. Implements the port `TextModel`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import stamina
from langchain_core.messages import AIMessage

from agents.model import answers
from agents.model.accounts import Accounts
from agents.model.failures import ModelBusy, ModelFailure, Outcome
from schemas.base import Json
from schemas.errors import OpswrightError
from schemas.model import InvalidAnswer, Prompt, Reply, Usage, Value

_log = logging.getLogger(__name__)

CHARACTERS_PER_TOKEN = 3
"""For estimates before a call: code and JSON have 3 to 4, so this errs on the safe side."""


class Chat(Protocol):
    """One model of a provider."""

    @property
    def name(self) -> str: ...

    def ask(self, prompt: Prompt, schema: Json) -> AIMessage:
        """What it says. Raises errors of our tree only."""


@dataclass(frozen=True)
class Retries:
    """How often one model is asked the same, and the waits in between: doubled each time, with jitter."""

    attempts: int = 3
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 30.0
    total_seconds: float = 180.0

    def wait(self, error: Exception) -> bool | float:
        """Seconds where the server named them, True for our own backoff, False to give up: also where it asks for too long."""
        if not isinstance(error, ModelBusy):
            return False
        asked = error.retry_after_seconds
        return True if asked is None else asked if asked <= self.longest_wait_seconds else False


class ModelClient:
    """Asks the first model, and the next one where that gives no usable answer. Safe to share between threads."""

    def __init__(
        self,
        chats: Sequence[Chat],
        accounts: Accounts,
        *,
        redact: Callable[[str], tuple[str, int]],
        monotonic: Callable[[], float],
        retries: Retries = Retries(),
    ) -> None:
        """`redact` gives a text without its credentials and how many there were; `monotonic` gives seconds.

        Raises Misconfigured where a model has no price and the budget is in dollars.
        """
        for chat in chats:
            accounts.check_priced(chat.name)
        self._chats = tuple(chats)
        self._accounts = accounts
        self._redact = redact
        self._monotonic = monotonic
        self._retries = retries

    def ask(self, prompt: Prompt, answer: type[Value]) -> Reply[Value]:
        """The first usable answer along the chain. InvalidAnswer ends it: whoever asked can say what to mend."""
        told = prompt.model_copy(update={"system": self._redact(prompt.system)[0], "user": self._redact(prompt.user)[0]})
        *others, last = self._chats
        for chat in others:
            try:
                return self._persist(chat, told, answer)
            except ModelFailure as failure:
                _log.warning("falling back from %s: %s", chat.name, failure.message)
        return self._persist(last, told, answer)

    def _persist(self, chat: Chat, told: Prompt, answer: type[Value]) -> Reply[Value]:
        attempts = stamina.retry_context(
            on=self._retries.wait,
            attempts=self._retries.attempts,
            timeout=self._retries.total_seconds,
            wait_initial=self._retries.first_wait_seconds,
            wait_max=self._retries.longest_wait_seconds,
            wait_jitter=self._retries.first_wait_seconds,
        )
        for attempt in attempts:
            with attempt:
                return self._attempt(chat, told, answer)
        raise AssertionError("stamina ends with a result or an error")

    def _attempt(self, chat: Chat, told: Prompt, answer: type[Value]) -> Reply[Value]:
        """One call, on the accounts whatever becomes of it."""
        schema = answers.schema_of(answer)
        self._accounts.admit((len(told.system) + len(told.user) + len(str(schema))) // CHARACTERS_PER_TOKEN)
        outcome: Outcome = "ok"
        usage, started = Usage(model=chat.name), self._monotonic()
        try:
            message = chat.ask(told, schema)
            usage = answers.usage_of(message, chat.name)
            return Reply(answers.read(message, answer, chat.name), usage)
        except OpswrightError as error:
            outcome = _outcome(error)
            raise
        finally:
            self._accounts.book(told.purpose, usage, outcome, (self._monotonic() - started) * 1000)


def _outcome(error: OpswrightError) -> Outcome:
    match error:
        case ModelFailure():
            return error.outcome
        case InvalidAnswer():
            return "invalid"
        case _:
            return "refused"
