"""The repair loop, with a scripted writer in the model engine's place."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi import FastAPI

from agents.scripted import ScriptedWriter
from opswright.wiring import Runtime
from schemas.errors import CandidateRejected, QuestionDeclined
from schemas.tool import Candidate
from tests.opswright.estates import models

QUESTION = "which teams do we have, in the words of the model"


def drafts(runtime: Runtime) -> tuple[Candidate, Candidate]:
    """The right tool for "list owners", and the same with its last row lost."""
    rules = runtime.deps.engines[0]
    knowledge = runtime.deps.sources.knowledge(None)
    query = rules.plan("list owners", knowledge)
    source = runtime.sources.get("estate")
    documents = (runtime.documents.get_or_fetch(source, call.operation.partition(":")[2], 1.0) for call in query.calls)
    slices = {document.slice.operation.id: document.slice for document in documents}
    right = rules.write(query, slices, ())
    return right, right.model_copy(
        update={"source": right.source.replace("for owner in _owners(client)", "for owner in list(_owners(client))[:-1]")}
    )


def scripted(runtime: Runtime, right: Candidate, *wrong_first: Candidate) -> ScriptedWriter:
    """Puts a scripted writer beside the rules engine, before the graph is made."""
    writer = ScriptedWriter({QUESTION: right.query}, [*wrong_first, right])
    vars(runtime)["deps"] = replace(runtime.deps, engines=(*runtime.deps.engines, writer))
    return writer


def test_a_wrong_draft_is_written_again_in_view_of_what_was_found(runtime: Runtime, estate: FastAPI) -> None:
    right, wrong = drafts(runtime)
    assert wrong.source != right.source
    writer = scripted(runtime, right, wrong)
    record = runtime.runner.ask(QUESTION)
    assert record.answer is not None
    assert len(record.answer.rows) == len(models(estate, "owners"))
    first, second = writer.seen
    assert first == ()
    assert any(finding.severity == "block" for finding in second)
    assert runtime.registry.load(record.answer.tool).manifest.engine == "scripted"


def test_after_three_wrong_drafts_the_run_ends_and_nothing_is_registered(runtime: Runtime, estate: FastAPI) -> None:
    right, wrong = drafts(runtime)
    writer = scripted(runtime, right, wrong, wrong, wrong)
    with pytest.raises(CandidateRejected, match="after 3 drafts"):
        runtime.runner.ask(QUESTION)
    assert len(writer.seen) == 3
    assert runtime.registry.all() == ()
    failed = runtime.runs.latest(1)[0]
    assert failed.status == "failed"
    draft = runtime.runner.verification(failed.id)
    assert draft is not None
    assert not draft.passed


def test_what_no_engine_can_plan_is_declined_in_the_words_of_the_first(runtime: Runtime, estate: FastAPI) -> None:
    right, _ = drafts(runtime)
    scripted(runtime, right)
    with pytest.raises(QuestionDeclined, match="Nothing that I know lists"):
        runtime.runner.ask("list unicorns")
