"""Two runs side by side: what changed in code, arguments, calls and result, and what is not kept."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from fastapi import FastAPI

from agents.comparison import Comparison, compare
from eval.estate.app import create_app
from eval.estate.faults import Fault
from opswright.wiring import Runtime
from schemas.errors import BackendUnavailable, QuestionDeclined
from schemas.run import RunRecord
from tests.opswright.estates import TOKEN, Connect

TOP = "top 5 hosts by memory"


def ask(wired: Runtime, question: str) -> RunRecord:
    return wired.ask(question, on_step=lambda _: None)


def compared(wired: Runtime, before: RunRecord, after: RunRecord) -> Comparison:
    return compare(before, after, wired.transcripts, wired.contents)


def heat(estate: FastAPI, hostname: str, percent: float) -> None:
    """Somebody is busy on a host."""
    hosts = estate.state.estate.hosts
    found = next(key for key, host in hosts.items() if host.hostname == hostname)
    hosts[found] = hosts[found].model_copy(update={"memory_used_percent": percent})


def test_the_same_question_twice_changes_nothing(runtime: Runtime, estate: FastAPI) -> None:
    changes = compared(runtime, ask(runtime, TOP), ask(runtime, TOP))
    assert (changes.code, changes.arguments, changes.calls, changes.calls_same, changes.unknown) == ((), {}, (), 1, ())
    assert changes.same_image
    assert changes.result
    assert (changes.result.total, changes.result.reordered) == (0, False)


def test_another_value_and_another_answer_of_the_server_are_told_apart(runtime: Runtime, estate: FastAPI) -> None:
    before = ask(runtime, TOP)
    assert before.answer
    first = before.answer.rows[0]
    heat(estate, str(first[0]), 99.9)
    changes = compared(runtime, before, ask(runtime, "top 3 hosts by memory"))
    assert (changes.code, changes.arguments) == ((), {"limit": (5, 3)})
    [call] = changes.calls
    assert call.rows
    assert (call.rows.by, call.rows.changed, call.rows.total) == (("hostname",), 1, 1)
    assert changes.result
    assert (changes.result.changed, changes.result.removed, changes.result.added) == (1, 2, 0)
    [changed] = [row for row in changes.result.samples if row.kind == "changed"]
    assert (changed.before["memory_used_percent"], changed.after["memory_used_percent"]) == (first[1], 99.9)


def test_another_tool_is_shown_as_a_difference_in_code(runtime: Runtime, estate: FastAPI) -> None:
    changes = compared(runtime, ask(runtime, TOP), ask(runtime, "bottom 5 hosts by memory"))
    assert changes.code[:2] == (f"--- {changes.before.tool}", f"+++ {changes.after.tool}")
    assert any(line.startswith("+") and "descending=False" in line for line in changes.code)


def test_a_call_that_was_refused_then_is_a_change_of_status(runtime: Runtime, connected: Connect) -> None:
    with connected(create_app(now=datetime.now(UTC), token=TOKEN, faults={"/owners": [Fault(status=500)]})):
        with pytest.raises(BackendUnavailable):
            ask(runtime, "list owners")
        failed = runtime.runs.latest(1)[0]
        changes = compared(runtime, failed, ask(runtime, "list owners"))
    [call] = changes.calls
    assert call.before
    assert call.after
    assert (call.before.status, call.after.status) == (500, 200)
    assert changes.result is None
    assert changes.unknown == (f"a result of {failed.id}: it is failed",)


def test_a_run_whose_transcript_has_expired_is_compared_by_its_answer(runtime: Runtime, estate: FastAPI) -> None:
    before, after = ask(runtime, TOP), ask(runtime, "top 3 hosts by memory")
    (runtime.settings.home / "transcripts" / f"{before.id}.json").unlink()
    changes = compared(runtime, before, after)
    assert (changes.calls, changes.calls_same, changes.arguments, changes.code, changes.same_image) == ((), 0, {}, (), None)
    assert changes.result
    assert changes.result.removed == 2
    assert [before.id in missing for missing in changes.unknown] == [True]


def test_a_run_of_an_older_release_is_compared_by_its_calls_and_its_answer(runtime: Runtime, estate: FastAPI) -> None:
    before, after = ask(runtime, TOP), ask(runtime, TOP)
    transcript = runtime.transcripts.load(before.id)
    runtime.transcripts.save(before.id, transcript.model_copy(update={"setup": None, "places": ()}))
    changes = compared(runtime, before, after)
    assert (changes.calls_same, changes.before.tool) == (1, changes.after.tool)
    assert changes.unknown == (f"the code and the arguments of {before.id}, which an older release recorded",)


def test_a_declined_run_has_nothing_to_compare_and_says_so(runtime: Runtime, estate: FastAPI) -> None:
    with pytest.raises(QuestionDeclined):
        ask(runtime, "list unicorns")
    declined = runtime.runs.latest(1)[0]
    changes = compared(runtime, declined, ask(runtime, TOP))
    assert (changes.before.tool, changes.before.completeness, changes.result) == ("", None, None)
    assert [declined.id in missing for missing in changes.unknown] == [True, True]
