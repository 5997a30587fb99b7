"""Foreign exceptions: every one that a provider's library can raise, from either kind of client, becomes one of ours."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import Iterator

import httpx
import langchain_core.exceptions
import pytest
from google.genai import errors as google
from langchain_core.exceptions import LangChainException, ModelError
from langchain_google_genai import ChatGoogleGenerativeAI
from langchain_google_genai.chat_models import ChatGoogleGenerativeAIError

from agents.model.double import Kind, Turn, script_of, serving
from agents.model.failures import ModelBusy, ModelFailure, UnusableAnswer, failure_of
from schemas.errors import Misconfigured
from tests.agents.model.clients import ANSWER, KEY, MODEL


def kinds(kind: type[BaseException]) -> Iterator[type[BaseException]]:
    yield kind
    for child in kind.__subclasses__():
        yield from kinds(child)


def named(kind: type[BaseException]) -> str:
    return kind.__name__


class OfAiohttp(Exception):
    """Stands for those of aiohttp, which is not installed everywhere; some have a `code` that no server sent."""

    code = 400


OfAiohttp.__module__ = "aiohttp.client_exceptions"

OF_HTTPX: list[type[BaseException]] = sorted(set(kinds(httpx.TransportError)), key=named)
OF_PROVIDERS: list[type[BaseException]] = sorted({*kinds(ModelError), *kinds(google.APIError)}, key=named)


def made(kind: type[BaseException]) -> Exception:
    """An instance, without asking its constructor what it wants."""
    error = kind.__new__(kind)
    assert isinstance(error, Exception)
    return error


@pytest.mark.parametrize("kind", OF_HTTPX)
def test_every_failure_of_httpx_may_pass(kind: type[BaseException]) -> None:
    failure = failure_of(made(kind), MODEL)
    assert isinstance(failure, ModelBusy)
    assert failure.outcome == ("timeout" if issubclass(kind, httpx.TimeoutException) else "unreachable")


@pytest.mark.parametrize("kind", [OfAiohttp, TimeoutError, OSError])
def test_what_an_asynchronous_client_raises_instead_may_pass_too(kind: type[Exception]) -> None:
    assert isinstance(failure_of(kind(), MODEL), ModelBusy)


@pytest.mark.parametrize("kind", [kind for kind in OF_PROVIDERS if issubclass(kind, ModelError)])
def test_what_langchain_calls_retryable_is_asked_again(kind: type[ModelError]) -> None:
    assert isinstance(failure_of(made(kind), MODEL), ModelBusy) == kind.is_retryable


@pytest.mark.parametrize("kind", OF_PROVIDERS)
def test_every_error_of_a_provider_is_one_of_ours(kind: type[BaseException]) -> None:
    error = made(kind)
    if isinstance(error, google.APIError):
        error.code = 500 if isinstance(error, google.ServerError) else 400
    assert isinstance(failure_of(error, MODEL), ModelFailure | Misconfigured)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, UnusableAnswer), (401, Misconfigured), (403, Misconfigured), (404, Misconfigured), (408, ModelBusy), (409, UnusableAnswer),
        (413, UnusableAnswer), (429, ModelBusy), (499, UnusableAnswer), (500, ModelBusy), (503, ModelBusy), (529, ModelBusy), (599, ModelBusy),
    ],
)  # fmt: skip
def test_a_status_decides_wherever_in_the_chain_it_stands(status: int, kind: type[Exception]) -> None:
    error = ChatGoogleGenerativeAIError("wrapped")
    error.__cause__ = google.APIError(status, {"error": {"message": "no"}})
    assert type(failure_of(error, MODEL)) is kind


@pytest.mark.parametrize(
    ("delay", "seconds"), [("7s", 7.0), ("0.25s", 0.25), ("", None), ("soon", None), ("-1s", None), ("infs", None), ("nans", None)]
)
def test_a_wait_that_is_asked_for_is_read_from_the_body(delay: str, seconds: float | None) -> None:
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}]
    failure = failure_of(google.ClientError(429, {"error": {"details": details}}), MODEL)
    assert isinstance(failure, ModelBusy)
    assert failure.retry_after_seconds == seconds


def test_a_wait_that_is_asked_for_is_read_from_the_header_of_other_providers() -> None:
    response = httpx.Response(429, headers={"retry-after": "3"})

    class RateLimitError(Exception):
        status_code = 429

    error = RateLimitError()
    error.response = response  # type: ignore[attr-defined]
    failure = failure_of(error, MODEL)
    assert isinstance(failure, ModelBusy)
    assert failure.retry_after_seconds == 3.0


@pytest.mark.parametrize("details", [None, [], "text", {"error": None}, {"error": []}, {"error": {"details": [None, 3]}}])
def test_a_body_of_any_shape_is_survived(details: object) -> None:
    error = google.APIError(429, {})
    error.details = details
    assert isinstance(failure_of(error, MODEL), ModelBusy)


def test_a_body_that_is_no_json_is_not_the_protocol() -> None:
    failure = failure_of(json.JSONDecodeError("Expecting value", "<html>", 0), MODEL)
    assert isinstance(failure, ModelBusy)
    assert failure.outcome == "garbage"


def test_what_nobody_foresaw_is_named_and_not_repeated() -> None:
    failure = failure_of(ZeroDivisionError("\x1b[31mdivision"), MODEL)
    assert isinstance(failure, UnusableAnswer)
    assert "builtins.ZeroDivisionError" in failure.message
    assert "\x1b" not in failure.message


def test_a_ring_of_causes_ends() -> None:
    one, other = ValueError("one"), ValueError("other")
    one.__cause__, other.__cause__ = other, one
    assert isinstance(failure_of(one, MODEL), UnusableAnswer)


def test_langchain_has_no_error_outside_of_those_that_are_tested() -> None:
    """A new class of theirs makes this fail: decide what becomes of it."""
    known = {"LangChainException", "TracerException", "OutputParserException", "SchemaNotSupportedError", "ModelError"}
    own = {kind.__name__ for kind in kinds(LangChainException) if kind.__module__ == langchain_core.exceptions.__name__}
    assert own - {kind.__name__ for kind in kinds(ModelError)} <= known


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        ("throttled", "busy"),
        ("failing", "busy"),
        ("garbage", "garbage"),
        ("dropped", "unreachable"),
        ("cut", "unreachable"),
        ("slow", "timeout"),
    ],
)
@pytest.mark.filterwarnings(
    "ignore:Inheritance class AiohttpClientSession:DeprecationWarning", "ignore:coroutine 'ClientResponse:RuntimeWarning"
)
def test_over_the_wire_both_kinds_of_client_fail_alike(kind: Kind, outcome: str) -> None:
    with serving(script_of([Turn(kind=kind, text=ANSWER, seconds=60)] * 2)) as double:
        model = ChatGoogleGenerativeAI(model="gemini-3.5-flash", api_key=KEY, base_url=double.url, timeout=0.3, max_retries=1)
        outcomes = [_outcome(lambda: model.invoke("hi")), _outcome(lambda: asyncio.run(model.ainvoke("hi")))]
    gc.collect()  # the library forgets a coroutine, which would be told in whatever test comes next
    assert outcomes == [outcome, outcome]


def _outcome(call: object) -> str:
    with pytest.raises(Exception) as caught:
        call()  # type: ignore[operator]
    failure = failure_of(caught.value, MODEL)
    assert isinstance(failure, ModelFailure)
    return failure.outcome
