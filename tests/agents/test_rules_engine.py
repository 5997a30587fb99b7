"""The rules engine on the estate's operations: every answer is a Query that was read and agreed to, every decline says why."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from agents.knowledge import Knowledge
from agents.rules.engine import RulesEngine
from rag.index import OperationIndex
from schemas.errors import CandidateRejected, QuestionDeclined
from schemas.operation import Operation, Slice
from schemas.verification import Finding
from tests.agents.notation import compact

CASES = yaml.safe_load((Path(__file__).parent / "data" / "questions.yaml").read_text())


@pytest.mark.parametrize(("question", "expected"), CASES["answered"].items())
def test_a_question_of_the_family_is_the_query_that_it_says(
    question: str, expected: str, engine: RulesEngine, knowledge: Knowledge
) -> None:
    assert compact(engine.plan(question, knowledge)).replace("estate:", "") == expected


@pytest.mark.parametrize(("question", "reason"), CASES["declined"].items())
def test_a_question_outside_the_family_is_declined_with_the_reason(
    question: str, reason: str, engine: RulesEngine, knowledge: Knowledge
) -> None:
    with pytest.raises(QuestionDeclined) as declined:
        engine.plan(question, knowledge)
    assert reason in declined.value.message


def test_an_unknown_subject_is_told_what_there_is(engine: RulesEngine, knowledge: Knowledge) -> None:
    with pytest.raises(QuestionDeclined, match=r"I can list estate: deployments, .*services.*opswright sources add"):
        engine.plan("list unicorns", knowledge)


def test_without_sources_the_way_to_add_one_is_told(engine: RulesEngine) -> None:
    with pytest.raises(QuestionDeclined, match=r"No source of operations is configured.*opswright sources add"):
        engine.plan("list services", Knowledge(OperationIndex(), [], None))


def test_a_choice_between_fields_is_stated(engine: RulesEngine, knowledge: Knowledge) -> None:
    query = engine.plan("top 5 hosts by memory", knowledge)
    assert query.assumptions == ("“memory” read as memory_used_percent (there are also memory_used_bytes)",)


def test_two_sources_that_answer_equally_well_are_told_apart_by_the_user(engine: RulesEngine, slices: Mapping[str, Slice]) -> None:
    def copied(operation: Operation) -> Operation:
        return operation.model_copy(update={"source": "other", "id": operation.id.replace("estate:", "other:")})

    operations = [piece.operation for piece in slices.values()]
    operations += [copied(operation) for operation in operations]
    index = OperationIndex()
    index.rebuild(operations)
    with pytest.raises(QuestionDeclined, match="Several sources can answer that: estate, other"):
        engine.plan("count services by tier", Knowledge(index, operations, None))
    query = engine.plan("count services by tier", Knowledge(index, operations, "other"))
    assert query.call.operation == "other:list_services"


def test_other_words_and_other_values_are_the_same_shape(engine: RulesEngine, knowledge: Knowledge) -> None:
    first = engine.plan("top 5 hosts by memory", knowledge)
    again = engine.plan("show me the 3 hosts using the most memory", knowledge)
    assert first.shape_digest == again.shape_digest
    assert again.defaults == {"limit": 3}


def test_findings_end_the_matter_because_there_is_only_one_way_to_write_it(
    engine: RulesEngine, knowledge: Knowledge, slices: Mapping[str, Slice]
) -> None:
    query = engine.plan("list owners", knowledge)
    with pytest.raises(CandidateRejected, match="types: no such name"):
        engine.write(query, slices, [Finding(check="types", code="name-defined", message="no such name")])


@pytest.mark.parametrize(("typed", "meant"), [("list servces", "services"), ("count deploymnets by status", "deployments")])
def test_a_slip_of_the_finger_is_asked_back(typed: str, meant: str, engine: RulesEngine, knowledge: Knowledge) -> None:
    with pytest.raises(QuestionDeclined, match=f"Did you mean “{meant}”"):
        engine.plan(typed, knowledge)
