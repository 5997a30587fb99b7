"""The client over the wire: what a provider may do, and what becomes of it."""

from __future__ import annotations

from typing import Any

import pytest
import stamina
from langchain_core.tracers.langchain import wait_for_all_tracers
from langsmith.utils import get_env_var

from agents.model.accounts import ModelBudget
from agents.model.client import Retries
from agents.model.double import Kind, Turn, script_of, serving
from agents.model.failures import ModelBusy, ModelFailure, UnusableAnswer
from schemas.errors import BackendUnavailable, LimitExceeded, Misconfigured
from schemas.model import InvalidAnswer
from tests.agents.model.clients import ANSWER, KEY, MODEL, OTHER, PROMPT, RUN, Sum, call_store, client

GOOD = Turn(text=ANSWER)


def test_a_good_answer_is_the_value_with_its_usage() -> None:
    with serving(script_of([GOOD]), key=KEY) as double:
        reply = client(double.url).ask(PROMPT, Sum)
    assert reply.value == Sum(total=5, because="two and three")
    assert (reply.usage.model, reply.usage.input_tokens, reply.usage.output_tokens) == (MODEL, 6, 10)


def test_the_request_holds_the_prompt_and_a_schema_without_defaults() -> None:
    with serving(script_of([GOOD])) as double:
        client(double.url).ask(PROMPT, Sum)
    sent = double.asked[0].body
    assert sent["systemInstruction"]["parts"] == [{"text": "You add."}]
    assert sent["contents"] == [{"role": "user", "parts": [{"text": "two and three"}]}]
    assert sent["generationConfig"]["responseJsonSchema"]["required"] == ["total", "because"]
    assert sent["generationConfig"]["maxOutputTokens"] > 0


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        ("truncated", "truncated"),
        ("malformed", "malformed"),  # a library repairs this one until it parses
        ("blocked", "blocked"),
        ("refused", "blocked"),
        ("bad_call", "blocked"),
    ],
)
def test_an_answer_that_is_none_is_refused_at_once(kind: Kind, outcome: str) -> None:
    calls = call_store()
    with serving(script_of([Turn(kind=kind, text=ANSWER), GOOD])) as double, pytest.raises(UnusableAnswer) as caught:
        client(double.url, calls=calls).ask(PROMPT, Sum)
    assert caught.value.outcome == outcome
    assert [call.outcome for call in calls.of_run(RUN)] == [outcome]


def test_an_empty_answer_is_none() -> None:
    with serving(script_of([Turn(text=" ")])) as double, pytest.raises(UnusableAnswer, match="with nothing"):
        client(double.url).ask(PROMPT, Sum)


def test_json_that_says_half_of_what_was_asked_is_sent_back_with_its_problem() -> None:
    with serving(script_of([Turn(text='{"total": "five"}')])) as double, pytest.raises(InvalidAnswer) as caught:
        client(double.url, MODEL, OTHER).ask(PROMPT, Sum)
    assert caught.value.text == '{"total": "five"}'
    assert "because: Field required" in caught.value.problem
    assert "total: Input should be a valid integer" in caught.value.problem
    assert len(double.asked) == 1


@pytest.mark.parametrize(
    ("turn", "outcome"),
    [
        (Turn(kind="throttled", seconds=0), "busy"),
        (Turn(kind="failing", status=500), "busy"),
        (Turn(kind="failing", status=503), "busy"),
        (Turn(kind="garbage"), "garbage"),
        (Turn(kind="dropped"), "unreachable"),
        (Turn(kind="cut"), "unreachable"),
        (Turn(kind="slow", seconds=60, text=ANSWER), "timeout"),
    ],
)
def test_what_may_pass_is_asked_again_and_every_attempt_is_booked(turn: Turn, outcome: str) -> None:
    calls = call_store()
    with serving(script_of([turn, GOOD])) as double:
        reply = client(double.url, calls=calls, timeout_seconds=0.3).ask(PROMPT, Sum)
    assert reply.value.total == 5
    assert [call.outcome for call in calls.of_run(RUN)] == [outcome, "ok"]
    assert [call.output_tokens for call in calls.of_run(RUN)] == [0, 10]


def test_attempts_end_and_are_ours_alone() -> None:
    with serving(script_of([Turn(kind="failing")] * 9)) as double, pytest.raises(ModelBusy, match="answered 503"):
        client(double.url).ask(PROMPT, Sum)
    assert len(double.asked) == 3


def test_a_server_that_names_a_wait_is_given_exactly_that() -> None:
    waits: list[float] = []

    def note(details: Any) -> None:
        waits.append(details.wait_for)

    before = stamina.instrumentation.get_on_retry_hooks()
    stamina.instrumentation.set_on_retry_hooks([note])
    try:
        with serving(script_of([Turn(kind="throttled", seconds=0.03), GOOD])) as double:
            client(double.url).ask(PROMPT, Sum)
    finally:
        stamina.instrumentation.set_on_retry_hooks(before)
    assert waits == [0.03]


@pytest.mark.parametrize(("asked", "attempts"), [(0.05, 2), (0.06, 1)])
def test_a_wait_beyond_the_bound_is_not_waited(asked: float, attempts: int) -> None:
    turns = [Turn(kind="throttled", seconds=asked)] * 2
    with serving(script_of(turns)) as double, pytest.raises(ModelBusy):
        client(double.url, retries=Retries(attempts=2, longest_wait_seconds=0.05)).ask(PROMPT, Sum)
    assert len(double.asked) == attempts


@pytest.mark.parametrize("kind", ["truncated", "blocked", "failing", "dropped"])
def test_the_next_model_stands_in(kind: Kind) -> None:
    with serving(lambda asked: GOOD if asked.model in OTHER else Turn(kind=kind, text=ANSWER)) as double:
        reply = client(double.url, MODEL, OTHER).ask(PROMPT, Sum)
    assert reply.usage.model == OTHER


def test_where_all_fail_the_last_failure_is_told() -> None:
    with serving(lambda asked: Turn(kind="blocked" if asked.model in OTHER else "failing")) as double:
        with pytest.raises(ModelFailure) as caught:
            client(double.url, MODEL, OTHER).ask(PROMPT, Sum)
        assert caught.value.outcome == "blocked"


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with serving(script_of([])) as double:
        url = double.url
    with pytest.raises(BackendUnavailable, match=f"{MODEL} can't be reached"):
        client(url).ask(PROMPT, Sum)


def test_a_wrong_key_is_the_operators_to_mend_and_is_in_no_message() -> None:
    with serving(script_of([GOOD]), key="another") as double, pytest.raises(Misconfigured, match="OPSWRIGHT_MODEL_KEY") as caught:
        client(double.url, MODEL, OTHER).ask(PROMPT, Sum)
    shown, error = "", caught.value
    while error:
        shown, error = shown + str(error) + repr(error), error.__cause__  # type: ignore[assignment]
    assert KEY not in shown


def test_not_even_the_most_talkative_log_holds_the_key(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with serving(script_of([Turn(kind="failing"), GOOD]), key=KEY) as double:
        client(double.url).ask(PROMPT, Sum)
    assert caplog.records
    assert KEY not in caplog.text


def test_an_unknown_model_is_the_operators_to_mend() -> None:
    with serving(script_of([GOOD]), models=["gemini-0"]) as double, pytest.raises(Misconfigured, match="OPSWRIGHT_MODEL"):
        client(double.url).ask(PROMPT, Sum)


def test_credentials_never_leave() -> None:
    secret = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"
    prompt = PROMPT.model_copy(update={"system": f"password={secret}", "user": f"why does {secret} not work? api_key: {secret}"})
    with serving(script_of([GOOD])) as double:
        client(double.url).ask(prompt, Sum)
    assert secret not in double.asked[0].raw
    assert "[redacted:" in double.asked[0].raw


def test_tracing_that_the_environment_asks_for_sends_no_prompt_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(script_of([GOOD])) as double, serving(script_of([])) as elsewhere:
        hits: list[str] = []
        monkeypatch.setattr(elsewhere, "process_request", lambda request, address: hits.append(str(address)))
        for name, value in (("TRACING", "true"), ("ENDPOINT", elsewhere.url), ("API_KEY", "x")):
            monkeypatch.setenv(f"LANGSMITH_{name}", value)
        get_env_var.cache_clear()  # type: ignore[attr-defined]  # typed without its cache
        client(double.url).ask(PROMPT, Sum)
        wait_for_all_tracers()
    get_env_var.cache_clear()  # type: ignore[attr-defined]  # typed without its cache
    assert hits == []


def test_calls_are_booked_with_what_they_cost() -> None:
    calls = call_store()
    with serving(script_of([GOOD])) as double:
        client(double.url, calls=calls).ask(PROMPT, Sum)
    (call,) = calls.of_run(RUN)
    assert (call.purpose, call.model, call.outcome) == ("plan", MODEL, "ok")
    assert call.microdollars == 6 * 1.5 + 10 * 9
    assert call.milliseconds > 0


def test_a_budget_of_calls_counts_the_failed_ones_and_stops_the_retries() -> None:
    budget = ModelBudget(calls=2)
    with serving(script_of([Turn(kind="failing")] * 3)) as double:
        with pytest.raises(LimitExceeded, match="2 of 2 calls"):
            client(double.url, budget=budget).ask(PROMPT, Sum)
        assert len(double.asked) == 2


def test_a_truncated_answer_is_paid_for() -> None:
    calls = call_store()
    with serving(script_of([Turn(kind="truncated", text=ANSWER)])) as double, pytest.raises(UnusableAnswer):
        client(double.url, calls=calls).ask(PROMPT, Sum)
    assert calls.spent(RUN).tokens == 11
