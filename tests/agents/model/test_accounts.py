"""Budgets on both sides of their bounds, and prices."""

from __future__ import annotations

import pytest

from agents.model.accounts import ModelBudget
from agents.model.prices import Price, load_prices
from schemas.errors import LimitExceeded, Misconfigured
from schemas.model import Usage
from tests.agents.model.clients import MODEL, NOW, RUN, accounts, call_store


def test_what_is_booked_is_on_the_runs_record_in_order() -> None:
    calls = call_store()
    held = accounts(calls)
    held.book("plan", Usage(model=MODEL, input_tokens=1000, output_tokens=100), "ok", 12.5)
    held.book("write", Usage(model="nobody:knows"), "busy", 3.0)
    first, second = calls.of_run(RUN)
    assert (first.purpose, first.at, first.microdollars, first.milliseconds) == ("plan", NOW, 2400, 12.5)
    assert (second.outcome, second.microdollars) == ("busy", None)
    assert calls.spent(RUN) == (2, 1100, 2400)
    assert calls.spent("another") == (0, 0, 0)


@pytest.mark.parametrize(
    ("budget", "setting"),
    [
        (ModelBudget(calls=1), "MAX_CALLS"),
        (ModelBudget(tokens=1199), "MAX_TOKENS"),
        (ModelBudget(dollars=0.0024), "MAX_DOLLARS"),
    ],
)
def test_a_call_beyond_the_budget_is_refused_naming_the_setting(budget: ModelBudget, setting: str) -> None:
    held = accounts(call_store(), budget)
    held.admit(100)
    held.book("plan", Usage(model=MODEL, input_tokens=1000, output_tokens=100), "ok", 1.0)
    with pytest.raises(LimitExceeded, match=setting):
        held.admit(100)


@pytest.mark.parametrize("budget", [ModelBudget(calls=2), ModelBudget(tokens=1200), ModelBudget(dollars=0.00241)])
def test_a_call_within_the_budget_is_admitted(budget: ModelBudget) -> None:
    held = accounts(call_store(), budget)
    held.book("plan", Usage(model=MODEL, input_tokens=1000, output_tokens=100), "ok", 1.0)
    held.admit(100)


def test_a_budget_in_dollars_needs_a_price() -> None:
    accounts(call_store(), ModelBudget(dollars=None)).check_priced("nobody:knows")
    with pytest.raises(Misconfigured, match="OPSWRIGHT_MODEL_PRICES=nobody:knows=input/output"):
        accounts(call_store()).check_priced("nobody:knows")


def test_the_smallest_call_is_not_free() -> None:
    assert Price(input=0.1, output=0.4).microdollars(Usage(model=MODEL, input_tokens=1)) == 1
    assert Price(input=0, output=0).microdollars(Usage(model=MODEL, input_tokens=1)) == 0


def test_an_operators_price_joins_the_list_and_goes_before_it() -> None:
    prices = load_prices(f"ollama:llama4:70b=0/0, {MODEL}=1/2.5")
    assert prices["ollama:llama4:70b"] == Price(input=0, output=0)
    assert prices[MODEL] == Price(input=1, output=2.5)
    assert len(prices) == len(load_prices()) + 1


@pytest.mark.parametrize("entry", ["ollama:llama4", "ollama:llama4=1", "=1/2", "ollama:llama4=a/b", "ollama:llama4=-1/2"])
def test_a_price_that_is_none_is_named_with_the_way_to_write_it(entry: str) -> None:
    with pytest.raises(Misconfigured, match="input/output in dollars"):
        load_prices(entry)
