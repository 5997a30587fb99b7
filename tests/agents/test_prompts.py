"""Instructions and fences."""

from __future__ import annotations

import pytest

from agents.house_example import house_example
from agents.model_engine import ModelEngine, Plan
from agents.prompts import instructions
from sandbox.lint import format_both
from sandbox.redaction import Redactor
from schemas.model import fenced
from schemas.operation import Protocol
from tests.agents.scripted_model import ScriptedModel

FENCE_WORDS = {"plan": ("question", "operations"), "write": ("query", "operations", "draft", "findings")}


@pytest.mark.parametrize("task", FENCE_WORDS)
def test_instructions_name_every_fence_that_is_used(task: str) -> None:
    assert all(f"`<{kind} …>`" in instructions(task) for kind in FENCE_WORDS[task])


def test_the_example_of_a_plan_is_one() -> None:
    example = instructions("plan").partition("# Example")[2]
    assert Plan.model_validate_json(example[example.index("{") :]).query is not None


def test_a_fence_can_not_be_closed_by_what_is_in_it() -> None:
    inner = fenced("draft", "x")
    mark = fenced("draft", inner).splitlines()[0].strip("<>")
    assert f"</{mark}>" not in inner


def test_redaction_leaves_our_own_instructions_as_they_are() -> None:
    engine = ModelEngine(ScriptedModel([]), format_both)
    for text in (engine._writing("http"), engine._writing("aws"), instructions("plan")):
        assert Redactor().redact(text) == (text, 0)


def test_the_houses_example_is_what_the_template_library_writes() -> None:
    assert "for page in range(1, MAX_PAGES + 1)" in house_example().source
    assert '.get_paginator("list_printers").paginate()' in house_example("aws").source


@pytest.mark.parametrize(("protocol", "other"), [("http", "boto3"), ("aws", "httpx")])
def test_a_model_is_taught_one_protocol_at_a_time(protocol: Protocol, other: str) -> None:
    assert other not in ModelEngine(ScriptedModel([]), format_both)._writing(protocol)
