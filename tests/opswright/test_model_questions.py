"""Questions that the rules decline, answered through a model: over the wire, by the same checks, within a budget."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI

from agents.generate import author
from agents.model.accounts import CallStore
from agents.model.double import Asked, Double, Turn, serving
from agents.model_engine import Draft, Plan
from opswright.settings import Settings
from opswright.wiring import Runtime
from sandbox.lint import format_both
from schemas.errors import BackendUnavailable, CandidateRejected, LimitExceeded, Misconfigured, QuestionDeclined
from schemas.model import ModelCall
from schemas.query import Call, Column, Join, Predicate, Query
from tests.opswright.estates import models

QUESTION = "which teams own a service without anybody on call?"
KEY = "model-key-of-the-tests-77aa"
QUERY = Query(
    call=Call(alias="services", operation="estate:list_services"),
    joins=(
        Join(call=Call(alias="teams", operation="estate:list_owners"), left="services.owner", right="teams.id"),
        Join(
            call=Call(alias="rotas", operation="estate:list_on_call_rotas"),
            left="services.id",
            right="rotas.service",
            where=(Predicate(path="rotas.on_call_engineer", op="is_not_empty"),),
        ),
    ),
    where=(Predicate(path="rotas.service", op="is_empty"),),
    select=(Column(name="team", path="teams.name"), Column(name="service", path="services.name")),
    subject="services",
)


class Author:
    """A model that plans `QUERY` and writes `drafts` in turn, once the turns of a bad day are over."""

    def __init__(self) -> None:
        self.bad_day: list[Turn] = []
        self.plan = Plan(query=QUERY, missing="")
        self.drafts: list[Draft] = []

    def __call__(self, asked: Asked) -> Turn:
        if self.bad_day:
            return self.bad_day.pop(0)
        wanted = asked.body["generationConfig"]["responseJsonSchema"]["properties"]
        answer = self.plan if "query" in wanted else self.drafts.pop(0)
        return Turn(text=answer.model_dump_json())


@pytest.fixture
def model() -> Author:
    return Author()


@pytest.fixture
def double(model: Author) -> Iterator[Double]:
    with serving(model, key=KEY) as made:
        yield made


@pytest.fixture
def settings(settings: Settings, double: Double, tmp_path: Path) -> Settings:
    (tmp_path / "model-key").write_text(KEY)
    reference = f"file:{tmp_path / 'model-key'}"
    return settings.model_copy(update={"model": "google_genai:gemini-3.5-flash", "model_key": reference, "model_base_url": double.url})


def draft(runtime: Runtime, *, wrong: bool = False) -> Draft:
    """A tool as a model may write it for `QUERY`; a wrong one has its condition the other way round."""
    operations = {operation.id: operation for operation in runtime.documents.operations("estate")}
    written = author.write(QUERY, {call.operation: operations[call.operation] for call in QUERY.calls}, datetime.now(UTC))
    source, tests = format_both(written.source, written.tests)
    assert "if _empty(" in source
    return Draft(source=source.replace("if _empty(", "if not _empty(") if wrong else source, tests=tests)


def expected(estate: FastAPI) -> list[tuple[str, str]]:
    covered = {rota["service"] for rota in models(estate, "rotas") if rota["on_call_engineer"]}
    names = {team["id"]: team["name"] for team in models(estate, "owners")}
    return sorted((names[service["owner"]], service["name"]) for service in models(estate, "services") if service["id"] not in covered)


def booked(runtime: Runtime) -> tuple[ModelCall, ...]:
    """The calls of the latest run."""
    return CallStore(runtime.database).of_run(runtime.runs.latest(1)[0].id)


def test_a_first_draft_that_fails_its_checks_is_repaired_and_answers(
    runtime: Runtime, estate: FastAPI, model: Author, double: Double
) -> None:
    model.drafts = [draft(runtime, wrong=True), draft(runtime)]
    answer = runtime.runner.ask(QUESTION).answer
    assert answer is not None
    assert sorted(tuple(row) for row in answer.rows) == expected(estate)
    assert answer.completeness.complete
    assert runtime.registry.load(answer.tool).manifest.engine == "model"
    assert [call.purpose for call in booked(runtime)] == ["plan", "write", "write"]
    assert all(call.outcome == "ok" and call.microdollars for call in booked(runtime))
    first, second = (asked.text for asked in double.asked[1:])
    assert "<findings" not in first.partition("# The house's example")[2]
    assert "rehearsal" in second.rpartition("<findings")[2]


def test_the_tool_is_reused_without_being_written_again(runtime: Runtime, estate: FastAPI, model: Author) -> None:
    model.drafts = [draft(runtime)]
    first = runtime.runner.ask(QUESTION).answer
    again = runtime.runner.ask("show teams whose services nobody is on call for").answer
    assert first is not None
    assert again is not None
    assert again.reused
    assert (again.tool, again.rows) == (first.tool, first.rows)


def test_what_the_rules_can_read_costs_nothing(runtime: Runtime, estate: FastAPI, double: Double) -> None:
    assert runtime.runner.ask("top 5 hosts by memory").answer is not None
    assert double.asked == []


def test_three_wrong_drafts_end_the_run_and_nothing_is_registered(runtime: Runtime, estate: FastAPI, model: Author) -> None:
    model.drafts = [draft(runtime, wrong=True)] * 3
    with pytest.raises(CandidateRejected, match="after 3 drafts"):
        runtime.runner.ask(QUESTION)
    assert runtime.registry.all() == ()


def test_a_budget_that_is_used_up_fails_the_run_by_name(runtime: Runtime, estate: FastAPI, model: Author, double: Double) -> None:
    model.drafts = [draft(runtime, wrong=True)] * 3
    with Runtime(runtime.settings.model_copy(update={"model_max_calls": 2})) as frugal:
        with pytest.raises(LimitExceeded, match=r"2 of 2 calls.*OPSWRIGHT_MODEL_MAX_CALLS"):
            frugal.runner.ask(QUESTION)
        failure = frugal.runs.latest(1)[0].failure
        assert failure is not None
        assert failure.code == "E_LIMIT"
    assert len(double.asked) == 2


def test_a_resumed_run_goes_on_with_what_is_left_of_its_budget(runtime: Runtime, estate: FastAPI, model: Author) -> None:
    model.bad_day = [Turn(kind="blocked")]
    model.drafts = [draft(runtime)]
    with Runtime(runtime.settings.model_copy(update={"model_max_calls": 2})) as frugal:
        with pytest.raises(BackendUnavailable, match="did not read the prompt"):
            frugal.runner.ask(QUESTION)
        with pytest.raises(LimitExceeded):
            frugal.runner.resume(frugal.runs.latest(1)[0].id)
    resumed = runtime.runner.resume(runtime.runs.latest(1)[0].id)
    assert resumed.status == "answered"
    assert [call.outcome for call in booked(runtime)] == ["blocked", "ok", "ok"]


def test_a_model_that_sees_no_way_leaves_the_rules_reason_standing(runtime: Runtime, estate: FastAPI, model: Author) -> None:
    model.plan = Plan(query=None, missing="No operation lists costs.")
    with pytest.raises(QuestionDeclined, match="Nothing that I know lists"):
        runtime.runner.ask("what does the kitchen cost?")


def test_a_pasted_credential_reaches_neither_the_model_nor_its_key_any_file(
    runtime: Runtime, estate: FastAPI, model: Author, double: Double, tmp_path: Path
) -> None:
    model.plan = Plan(query=None, missing="no")
    token = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"
    with pytest.raises(QuestionDeclined):
        runtime.runner.ask(f"which kitchens accept {token}")
    assert [asked for asked in double.asked if token in asked.raw] == []
    left = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert [path for path in left if KEY.encode() in path.read_bytes()] == []


def test_without_a_model_the_rules_are_alone(settings: Settings) -> None:
    with Runtime(settings.model_copy(update={"model": ""})) as runtime:
        assert [engine.name for engine in runtime.engines] == ["rules"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model": "gemini"}, "provider:model"),
        ({"model_key": ""}, "OPSWRIGHT_MODEL_KEY"),
        ({"model_key": "env:A,env:B"}, "OPSWRIGHT_MODEL_KEY has 2 entries and OPSWRIGHT_MODEL 1"),
        ({"model_base_url": "http://models.example.org"}, "unencrypted"),
        ({"model": "google_genai:gemini-0"}, "OPSWRIGHT_MODEL_PRICES=google_genai:gemini-0=input/output"),
        ({"model_prices": "free"}, "OPSWRIGHT_MODEL_PRICES has 'free'"),
    ],
)
def test_settings_that_do_not_fit_together_are_named(settings: Settings, changes: dict[str, str], said: str) -> None:
    with Runtime(settings.model_copy(update=changes)) as runtime, pytest.raises(Misconfigured, match=said):
        _ = runtime.engines
