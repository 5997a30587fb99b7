"""What goes wrong with a model, and the one place where providers' exceptions become errors of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal

import httpx
from langchain_core.exceptions import (
    ContextOverflowError,
    ModelAPIError,
    ModelAuthenticationError,
    ModelConnectionError,
    ModelError,
    ModelNotFoundError,
    ModelPermissionDeniedError,
    ModelRateLimitError,
    ModelTimeoutError,
)

from schemas.errors import BackendUnavailable, Misconfigured, OpswrightError, quoted

Outcome = Literal["ok", "busy", "timeout", "unreachable", "garbage", "refused", "truncated", "blocked", "empty", "malformed", "invalid"]

_BUSY_STATUSES = frozenset({408, 429, *range(500, 600)})
_KEY_STATUSES = frozenset({401, 403})
_LATER = "Try again later, or name another model behind it in OPSWRIGHT_MODEL."
_KEY = "Check what OPSWRIGHT_MODEL_KEY refers to."


class ModelFailure(BackendUnavailable):
    """No usable answer; `outcome` says why, for the accounts."""

    def __init__(self, message: str, *, outcome: Outcome, hint: str = _LATER) -> None:
        super().__init__(message, hint=hint)
        self.outcome: Outcome = outcome


class ModelBusy(ModelFailure):
    """The same request may succeed in a moment; `retry_after_seconds` where the server said when."""

    def __init__(self, message: str, *, outcome: Outcome, retry_after_seconds: float | None = None) -> None:
        super().__init__(message, outcome=outcome)
        self.retry_after_seconds = retry_after_seconds


class UnusableAnswer(ModelFailure):
    """The model answered, and not with what was asked for. The same request would get much the same again."""


def failure_of(error: Exception, model: str) -> OpswrightError:
    """Any exception of a provider's library as one of ours, whether it was called synchronously or not.

    Libraries wrap some errors, pass others through, and use other types with another HTTP client beneath, so the whole chain of
    causes is looked at: for a status first, then for what the connection did.
    """
    causes = list(_causes(error))
    status = next((found for cause in causes if (found := _status(cause))), None) or _implied_status(error)
    if status is not None:
        return _answered(status, causes, model)
    if any(isinstance(cause, httpx.TimeoutException | TimeoutError | ModelTimeoutError) for cause in causes):
        return ModelBusy(f"{model} took too long to answer.", outcome="timeout")
    if any(isinstance(cause, json.JSONDecodeError | httpx.DecodingError | UnicodeDecodeError) for cause in causes):
        return ModelBusy(f"What answered for {model} does not speak its protocol: a proxy, or a wrong address.", outcome="garbage")
    if any(isinstance(cause, httpx.TransportError | OSError | ModelConnectionError) or _is_aiohttp(cause) for cause in causes):
        return ModelBusy(f"{model} can't be reached: {quoted(error or type(error).__name__)}.", outcome="unreachable")
    return _unnamed(error, model)


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or following.__context__


def _status(error: BaseException) -> int | None:
    """The HTTP status that an exception tells: `code` is Google's name for it, `status_code` everybody else's.

    aiohttp gives a `code` of 400 to a body that breaks off, which no server has sent.
    """
    if _is_aiohttp(error):
        return None
    values = (getattr(error, name, None) for name in ("status_code", "code"))
    return next((value for value in values if isinstance(value, int) and 400 <= value < 600), None)


def _implied_status(error: Exception) -> int | None:
    kinds: tuple[tuple[type[ModelError], int], ...] = (
        (ModelRateLimitError, 429),
        (ModelAuthenticationError, 401),
        (ModelPermissionDeniedError, 403),
        (ModelNotFoundError, 404),
        (ContextOverflowError, 413),
        (ModelAPIError, 500),
    )
    return next((status for kind, status in kinds if isinstance(error, kind)), None)


def _answered(status: int, causes: list[BaseException], model: str) -> OpswrightError:
    said = next((str(text) for cause in causes if (text := getattr(cause, "message", ""))), "")
    if status in _BUSY_STATUSES:
        asked = next((seconds for cause in causes if (seconds := _retry_after(cause)) is not None), None)
        return ModelBusy(f"{model} answered {status}: {quoted(said)}.", outcome="busy", retry_after_seconds=asked)
    if status in _KEY_STATUSES or any("API_KEY_INVALID" in str(cause) for cause in causes):
        return Misconfigured(f"{model} does not accept the key: it answered {status}.", hint=_KEY)
    if status == 404:
        return Misconfigured(f"{model} is not a model that its provider knows: it answered 404.", hint="Check OPSWRIGHT_MODEL.")
    return UnusableAnswer(f"{model} refuses the request with {status}: {quoted(said, 200)}.", outcome="refused")


def _retry_after(error: BaseException) -> float | None:
    """Seconds to wait: from Google's RetryInfo in the body, or from the header that other providers send."""
    details = getattr(error, "details", None)
    body = details.get("error", {}) if isinstance(details, dict) else {}
    for detail in body.get("details", ()) if isinstance(body, dict) else ():
        if isinstance(detail, dict) and str(detail.get("@type", "")).endswith("google.rpc.RetryInfo"):
            return _seconds(str(detail.get("retryDelay", "")).removesuffix("s"))
    headers: Any = getattr(getattr(error, "response", None), "headers", None)
    return _seconds(headers.get("retry-after", "")) if hasattr(headers, "get") else None


def _seconds(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None


def _is_aiohttp(error: BaseException) -> bool:
    """Whether it is one of aiohttp's, which some providers' asynchronous clients use where it is installed."""
    return any(kind.__module__.partition(".")[0] == "aiohttp" for kind in type(error).__mro__)


def _unnamed(error: Exception, model: str) -> ModelFailure:
    kind = type(error)
    message = f"{model} failed in a way that nobody foresaw: {kind.__module__}.{kind.__qualname__}: {quoted(error)}."
    return UnusableAnswer(message, outcome="garbage")
