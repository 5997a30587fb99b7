"""What is kept of a run beside its calls."""

from __future__ import annotations

from typing import Any

import pytest

from agents.recording import calls_digest, error_of
from sandbox.jobs import Outcome, ToolError
from schemas.run import CallRecord


def call(**said: Any) -> CallRecord:
    return CallRecord(number=1, source="estate", operation=None, method="GET", url="http://x", **said)


def test_the_digest_of_calls_survives_writing_and_reading() -> None:
    calls = [
        call(status=200, response_body="Zürich 上海", response_headers=(("link", "<x>"),), milliseconds=1.5),
        call(refusal="E_DENIED: no"),
    ]
    read = [CallRecord.model_validate_json(one.model_dump_json()) for one in calls]
    assert calls_digest(read) == calls_digest(calls)


@pytest.mark.parametrize("said", [{"status": 201}, {"response_body": " "}, {"redactions": 1}, {"milliseconds": 0.1}, {"place": "eu"}])
def test_the_digest_changes_with_anything_on_record(said: dict[str, Any]) -> None:
    assert calls_digest([call(**said)]) != calls_digest([call()])


def test_a_field_at_its_default_does_not_count_so_that_later_releases_may_add_some() -> None:
    assert calls_digest([call(end="", place="", redactions=0)]) == calls_digest([call()])


@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        (Outcome("returned", value=[]), ""),
        (Outcome("raised", error=ToolError("KeyError", "'items'", line=7)), "KeyError: 'items' (line 7)"),
        (Outcome("trapped", error=ToolError("IsolateTrapped", "too much"), finding="F_CPU"), "F_CPU: IsolateTrapped: too much (line 0)"),
        (Outcome("killed", finding="F_WORKER"), "F_WORKER: no message"),
    ],
)
def test_what_left_the_tool_is_kept_in_words(outcome: Outcome, error: str) -> None:
    assert error_of(outcome) == error


@pytest.mark.parametrize(("length", "kept"), [(1979, 2000), (1980, 2000)])
def test_what_a_tool_wrote_into_its_error_is_bounded(length: int, kept: int) -> None:
    assert len(error_of(Outcome("raised", error=ToolError("ValueError", "x" * length, line=1)))) == kept
