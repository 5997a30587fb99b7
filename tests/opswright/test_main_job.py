"""The main job over a live service: ask, Query, write, verify in the isolate, register, run, answer, reuse."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from eval.estate.app import create_app
from eval.estate.faults import Fault
from eval.servers import glances
from opswright.wiring import Runtime
from schemas.answer import Answer
from schemas.errors import BackendUnavailable, CandidateRejected, Denied, QuestionDeclined, ReadOnly
from tests.opswright.estates import TOKEN, Connect, models


def ask(runtime: Runtime, question: str) -> Answer:
    record = runtime.runner.ask(question)
    assert record.status == "answered"
    assert record.answer is not None
    return record.answer


def column(answer: Answer, name: str) -> list[Any]:
    return [row[answer.columns.index(name)] for row in answer.rows]


def test_a_join_over_pages_gives_exactly_the_services_that_nobody_is_on_call_for(runtime: Runtime, estate: FastAPI) -> None:
    covered = {rota["service"] for rota in models(estate, "rotas") if rota["on_call_engineer"]}
    expected = [service["name"] for service in models(estate, "services") if service["id"] not in covered]
    answer = ask(runtime, "which services have no on-call engineer")
    assert sorted(column(answer, "name")) == sorted(expected)
    assert answer.completeness.complete
    assert all(evidence.calls for evidence in answer.evidence)


def test_the_largest_come_in_order_and_those_without_a_figure_are_told(runtime: Runtime, estate: FastAPI) -> None:
    figures = sorted((host["memory_used_percent"] for host in models(estate, "hosts") if host.get("memory_used_percent")), reverse=True)
    answer = ask(runtime, "top 5 hosts by memory")
    assert column(answer, "memory_used_percent") == figures[:5]
    assert any("have no memory_used_percent" in caveat for caveat in answer.caveats)


def test_a_count_by_group_counts_every_page(runtime: Runtime, estate: FastAPI) -> None:
    answer = ask(runtime, "count services by tier")
    assert dict(zip(column(answer, "tier"), column(answer, "count"), strict=True)) == Counter(s["tier"] for s in models(estate, "services"))


def test_a_window_and_a_status_hold_together(runtime: Runtime, estate: FastAPI) -> None:
    since = datetime.now(UTC) - timedelta(hours=24)
    expected = {
        d["id"] for d in models(estate, "deployments") if d["status"] == "failed" and datetime.fromisoformat(d["started_at"]) >= since
    }
    answer = ask(runtime, "deployments in the last 24 hours that failed")
    assert set(column(answer, "id")) == expected


def test_live_metrics_of_this_machine_are_asked_through_the_catalogue(runtime: Runtime, tmp_path: Path) -> None:
    with glances(tmp_path) as server:
        runtime.connect(f"{server.url}/openapi.json", name="glances")
        answer = ask(runtime, "filesystems above 0% used on this machine")
    assert answer.source == "glances"
    assert all(percent > 0 for percent in column(answer, "percent"))


def test_other_words_with_another_value_reuse_the_tool(runtime: Runtime, estate: FastAPI) -> None:
    first = ask(runtime, "top 5 hosts by memory")
    again = ask(runtime, "show me the 3 hosts using the most memory")
    assert (first.reused, again.reused) == (False, True)
    assert first.tool == again.tool
    assert again.rows == first.rows[:3]
    assert [manifest.reference for manifest in runtime.registry.all()] == [first.tool]


def test_a_near_miss_is_another_tool(runtime: Runtime, estate: FastAPI) -> None:
    top = ask(runtime, "top 5 hosts by memory")
    bottom = ask(runtime, "bottom 5 hosts by memory")
    assert top.tool != bottom.tool
    assert not bottom.reused


def test_a_tool_runs_by_name_with_values_of_its_parameters(runtime: Runtime, estate: FastAPI) -> None:
    reference = ask(runtime, "top 5 hosts by memory").tool
    record = runtime.runner.run_tool(runtime.registry.load(reference).manifest, {"limit": 2})
    assert record.answer is not None
    assert len(record.answer.rows) == 2


def test_the_token_is_in_no_file_that_a_run_leaves(runtime: Runtime, estate: FastAPI, tmp_path: Path) -> None:
    ask(runtime, "list owners")
    left = [path for path in (*(tmp_path / "home").rglob("*"), *(tmp_path / "library").rglob("*")) if path.is_file()]
    assert left
    assert [path for path in left if TOKEN.encode() in path.read_bytes()] == []


@pytest.mark.parametrize("wish", ["delete all services", "please restart the checkout service"])
def test_a_wish_for_a_change_reaches_nothing(runtime: Runtime, estate: FastAPI, wish: str) -> None:
    with pytest.raises(ReadOnly, match="only reads"):
        ask(runtime, wish)
    assert list(estate.state.writes) == []
    assert runtime.registry.all() == ()


@pytest.mark.parametrize("nonsense", ["list unicorns", "colourless green ideas sleep furiously", "asdf", "", "hosts with 3 heads"])
def test_what_nothing_answers_is_declined_and_nothing_is_registered(runtime: Runtime, estate: FastAPI, nonsense: str) -> None:
    with pytest.raises(QuestionDeclined):
        ask(runtime, nonsense)
    assert runtime.registry.all() == ()
    assert runtime.runs.latest(1)[0].status == "declined"


def test_a_server_that_is_busy_for_a_moment_changes_nothing(runtime: Runtime, connected: Connect) -> None:
    faults = {"/owners": [Fault(status=429, retry_after_seconds=0)]}
    with connected(create_app(now=datetime.now(UTC), token=TOKEN, faults=faults)) as app:
        assert len(ask(runtime, "list owners").rows) == len(models(app, "owners"))


def test_a_server_that_breaks_fails_the_run_which_goes_on_when_it_is_back(runtime: Runtime, connected: Connect) -> None:
    with connected(create_app(now=datetime.now(UTC), token=TOKEN, faults={"/owners": [Fault(status=500)]})) as app:
        with pytest.raises(BackendUnavailable, match="answered 500"):
            ask(runtime, "list owners")
        failed = runtime.runs.latest(1)[0]
        assert (failed.status, len(runtime.registry.all())) == ("failed", 1)
        resumed = runtime.runner.resume(failed.id)
        assert resumed.answer is not None
        assert len(resumed.answer.rows) == len(models(app, "owners"))
        assert runtime.runner.resume(failed.id) == resumed


def test_a_wrong_credential_is_named_as_such(runtime: Runtime, estate: FastAPI, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("wrong")
    with pytest.raises(Denied, match=r"answered 401.*credential"):
        ask(runtime, "list owners")


def test_a_tool_does_not_answer_once_what_it_was_written_from_has_changed(runtime: Runtime, connected: Connect) -> None:
    app = create_app(now=datetime.now(UTC), token=TOKEN)
    with connected(app):
        before = ask(runtime, "list owners")
        app.openapi()["paths"]["/owners"]["get"]["description"] = "Now without the teams that were dissolved."
        runtime.documents.refresh(runtime.sources.get("estate"))
        with pytest.raises(CandidateRejected, match="another specification"):
            runtime.runner.run_tool(runtime.registry.load(before.tool).manifest, {})
        after = ask(runtime, "list owners")
    assert not after.reused
    assert after.tool != before.tool
    assert after.rows == before.rows


@pytest.mark.parametrize("limit", [0, -3])
def test_a_limit_below_one_is_refused_at_the_border(runtime: Runtime, estate: FastAPI, limit: int) -> None:
    reference = ask(runtime, "top 5 hosts by memory").tool
    with pytest.raises(QuestionDeclined, match="at least 1"):
        runtime.runner.run_tool(runtime.registry.load(reference).manifest, {"limit": limit})
