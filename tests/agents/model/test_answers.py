"""Messages to values, for the words that different providers use."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import AIMessage

from agents.model.answers import read, schema_of, usage_of
from agents.model.failures import UnusableAnswer
from agents.model_engine import Plan
from tests.agents.model.clients import ANSWER, MODEL, Sum


def message(metadata: dict[str, Any], text: str = ANSWER) -> AIMessage:
    return AIMessage(content=text, response_metadata=metadata)


@pytest.mark.parametrize(
    "metadata", [{"finish_reason": "STOP"}, {"finish_reason": "stop"}, {"stop_reason": "end_turn"}, {"done_reason": "stop"}]
)
def test_every_providers_word_for_done_is_known(metadata: dict[str, Any]) -> None:
    assert read(message(metadata), Sum, MODEL).total == 5


@pytest.mark.parametrize(
    ("metadata", "outcome"),
    [
        ({"finish_reason": "MAX_TOKENS"}, "truncated"),
        ({"finish_reason": "length"}, "truncated"),
        ({"stop_reason": "max_tokens"}, "truncated"),
        ({"finish_reason": "content_filter"}, "blocked"),
        ({"finish_reason": "RECITATION"}, "blocked"),
        ({"finish_reason": "tool_calls"}, "blocked"),
        ({}, "blocked"),
    ],
)
def test_any_other_word_and_none_at_all_is_no_answer_however_good_it_looks(metadata: dict[str, Any], outcome: str) -> None:
    with pytest.raises(UnusableAnswer) as caught:
        read(message(metadata), Sum, MODEL)
    assert caught.value.outcome == outcome


@pytest.mark.parametrize("text", [ANSWER[:-1], f"```json\n{ANSWER}\n```", ANSWER + ANSWER, "no JSON"])
def test_text_around_or_missing_from_json_is_no_json(text: str) -> None:
    with pytest.raises(UnusableAnswer) as caught:
        read(message({"finish_reason": "STOP"}, text), Sum, MODEL)
    assert caught.value.outcome == "malformed"


def test_a_schema_demands_every_member_and_offers_no_defaults_at_any_depth() -> None:
    schema = schema_of(Plan)
    parts = [schema, *schema["$defs"].values()]
    assert all(part["required"] == list(part["properties"]) for part in parts if "properties" in part)
    assert not any(
        "default" in member for part in parts for member in part.get("properties", {}).values() if member.get("title") != "Default"
    )


def test_a_provider_that_does_not_count_is_booked_with_nothing() -> None:
    assert usage_of(message({}), MODEL).tokens == 0
