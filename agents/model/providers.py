"""A model by its name, `provider:model`: any provider that LangChain knows and whose package is installed."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlsplit

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langsmith import tracing_context

from agents.model.failures import UnusableAnswer, failure_of
from schemas.base import Json
from schemas.errors import Misconfigured, quoted
from schemas.model import Prompt

ADDRESSES: Final = {
    "google_genai": "https://generativelanguage.googleapis.com",
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
}
"""Always named: left to the libraries, a variable such as LANGSMITH_GATEWAY would send prompts and key elsewhere."""

MAX_OUTPUT_TOKENS: Final = 16_384
"""A tool with its tests has some 4,000; thinking counts too."""

_ONE_ATTEMPT: Final = {"google_genai": 1}
"""What `max_retries` means differs: attempts for Google, further attempts for the others. Retries are ours."""


class ChatModel:
    """One model of one provider. Its library is loaded and its client made with the first question, and kept."""

    def __init__(self, name: str, *, key: Callable[[], str] | None, base_url: str, timeout_seconds: float) -> None:
        """`key` resolves the secret. Raises Misconfigured for a name or an address that can't be right."""
        self.name = name
        self._provider, _, self._model = name.partition(":")
        if not self._provider or not self._model:
            raise Misconfigured(f"OPSWRIGHT_MODEL names {quoted(name)}.", hint="Write provider:model, as in google_genai:gemini-3.5-flash.")
        if key is None and self._provider in ADDRESSES:
            raise Misconfigured(f"There is no key for {name}.", hint="Set OPSWRIGHT_MODEL_KEY to a reference such as env:GEMINI_API_KEY.")
        self._key = key
        self._base_url = base_url or ADDRESSES.get(self._provider, "")
        self._timeout_seconds = timeout_seconds
        _check_address(self._base_url)

    def ask(self, prompt: Prompt, schema: Json) -> AIMessage:
        """What the model says, as it came. Raises what `failure_of` makes of the provider's exceptions."""
        turns = [("system", prompt.system), ("human", prompt.user)]
        chat = self._chat
        try:
            with tracing_context(enabled=False):  # else LANGSMITH_TRACING in the environment would copy prompts to a third party
                raw = chat.with_structured_output(schema, method="json_schema", include_raw=True).invoke(turns)["raw"]  # type: ignore[index]
        except Exception as error:
            raise failure_of(error, self.name) from error
        if not isinstance(raw, AIMessage):
            raise UnusableAnswer(f"{self.name} answered with a {type(raw).__name__}.", outcome="garbage")
        return raw

    @cached_property
    def _chat(self) -> BaseChatModel:
        from langchain.chat_models import init_chat_model  # 0.8 s, and Google's own 1.5 s after that

        try:
            made: BaseChatModel = init_chat_model(self._model, model_provider=self._provider, **self._options())
        except ImportError as error:
            raise Misconfigured(f"{self.name} needs a package that is not installed.", hint=_package(error)) from error
        except ValueError as error:
            raise Misconfigured(f"{self.name} can't be made: {quoted(error, 300)}.", hint="Check OPSWRIGHT_MODEL.") from error
        return made

    def _options(self) -> dict[str, Any]:
        options: dict[str, Any] = {
            "timeout": self._timeout_seconds,
            "max_retries": _ONE_ATTEMPT.get(self._provider, 0),
            "max_tokens": MAX_OUTPUT_TOKENS,
        }
        options |= {"base_url": self._base_url} if self._base_url else {}
        options |= {"vertexai": False} if self._provider == "google_genai" else {}  # else decided by the environment
        return options | ({"api_key": self._key()} if self._key else {})


def _package(error: ImportError) -> str:
    """`pip install langchain-mistralai`, as the library's message ends."""
    command = str(error).rpartition("`pip install ")[2].rstrip("`")
    return f"Install it: pip install {command}." if str(error).endswith("`") else "Install the provider's LangChain package."


def _check_address(url: str) -> None:
    """A key must not cross a network in the clear."""
    parts = urlsplit(url)
    if not url or parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or "")):
        return
    raise Misconfigured(
        f"OPSWRIGHT_MODEL_BASE_URL is {quoted(url)}, which would send the key unencrypted.", hint="Use https, or http on loopback."
    )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
