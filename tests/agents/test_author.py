"""The generator: what it writes is proven for every clause and pagination style, and reads like a colleague's code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from agents.knowledge import Knowledge
from agents.rules.engine import RulesEngine
from sandbox.lint import format_both
from sandbox.verify import Verifier
from schemas.operation import Slice
from tests.agents.conftest import NOW

QUESTIONS = yaml.safe_load((Path(__file__).parent / "data" / "proven.yaml").read_text())
"""One question for each clause, pagination style and combination that the template library can write."""


@pytest.fixture(scope="module")
def formatting_engine() -> RulesEngine:
    return RulesEngine(format_both, lambda: NOW)


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_is_written_is_proven(
    question: str, formatting_engine: RulesEngine, knowledge: Knowledge, slices: Mapping[str, Slice], verifier: Verifier
) -> None:
    query = formatting_engine.plan(question, knowledge)
    candidate = formatting_engine.write(query, slices, ())
    verification = verifier.verify(candidate, slices)
    blocking = [finding.message for finding in verification.findings if finding.severity == "block"]
    assert (blocking, verification.semantics) == ([], "proven")


def test_writing_twice_gives_the_same_code(formatting_engine: RulesEngine, knowledge: Knowledge, slices: Mapping[str, Slice]) -> None:
    query = formatting_engine.plan("count services by tier", knowledge)
    assert formatting_engine.write(query, slices, ()) == formatting_engine.write(query, slices, ())


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("which services have no on-call engineer", "services_without_on_call_engineer"),
        ("top 5 hosts by memory", "top_hosts_by_memory_used_percent"),
        ("count services by tier", "count_services_by_tier"),
        ("failed deployments in the last 24 hours", "deployments_with_status_recently_started"),
        ("list owners", "owners"),
    ],
)
def test_a_tool_is_called_by_what_it_returns(
    question: str, name: str, formatting_engine: RulesEngine, knowledge: Knowledge, slices: Mapping[str, Slice]
) -> None:
    candidate = formatting_engine.write(formatting_engine.plan(question, knowledge), slices, ())
    assert candidate.name == candidate.function == name
