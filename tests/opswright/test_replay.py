"""A past run again, from its record alone: the same bytes, or what differs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI

from eval.cloud.faults import Fault as CloudFault
from eval.estate.app import create_app
from eval.estate.faults import Fault
from eval.servers import Cloud, glances
from opswright.wiring import Runtime
from schemas.base import canonical_json
from schemas.errors import BackendUnavailable, Misconfigured, NotFound, QuestionDeclined
from schemas.run import RunRecord, Transcript
from tests.clouds import failing
from tests.opswright.estates import TOKEN, Connect

TOP = "top 5 hosts by memory"


def ask(wired: Runtime, question: str) -> RunRecord:
    return wired.ask(question, on_step=lambda _: None)


def tampered(wired: Runtime, run: str, change: Callable[[Transcript], Transcript]) -> None:
    """Somebody changes the record of a run."""
    wired.transcripts.save(run, change(wired.transcripts.load(run)))


def in_first_body(old: str, new: str) -> Callable[[Transcript], Transcript]:
    def change(transcript: Transcript) -> Transcript:
        first, *others = transcript.calls
        assert old in first.response_body
        body = first.response_body.replace(old, new, 1)
        return transcript.model_copy(update={"calls": (first.model_copy(update={"response_body": body}), *others)})

    return change


@pytest.mark.parametrize(
    "question",
    ["which services have no on-call engineer", TOP, "count services by tier", "deployments in the last 24 hours that failed"],
)
def test_a_run_gives_the_same_bytes_again_when_its_source_is_gone(runtime: Runtime, connected: Connect, question: str) -> None:
    with connected(create_app(now=datetime.now(UTC), token=TOKEN)):
        run = ask(runtime, question)
    runtime.sources.remove("estate")
    replay = runtime.replayer.replay(run.id)
    [place] = replay.places
    assert (replay.same, replay.same_image, place.differences) == (True, True, ())
    kept = runtime.contents.get(place.digest)
    assert len(canonical_json(kept)) == place.bytes


def test_a_run_on_this_machine_s_metrics_gives_the_same_bytes_again(runtime: Runtime, tmp_path: Path) -> None:
    with glances(tmp_path) as server:
        runtime.connect(f"{server.url}/openapi.json", name="glances")
        run = ask(runtime, "filesystems above 0% used on this machine")
    assert runtime.replayer.replay(run.id).same


@pytest.mark.parametrize("question", ["list EC2 instances with CPU > 80%", "count running instances by type"])
def test_a_run_over_two_regions_is_replayed_region_by_region(clouded: Runtime, cloud: Cloud, question: str) -> None:
    run = ask(clouded, question)
    replay = clouded.replayer.replay(run.id)
    assert replay.same, replay
    assert [place.place for place in replay.places] == list(cloud.access().regions)
    assert all(place.bytes > 2 for place in replay.places)


def test_a_region_that_refused_refuses_again(clouded: Runtime, cloud: Cloud) -> None:
    region = cloud.access().regions[0]
    with failing(cloud, CloudFault(region=region, service="ec2", code="AccessDenied", status=403)):
        run = ask(clouded, "count running instances by type")
    replay = clouded.replayer.replay(run.id)
    assert replay.same, replay
    assert [place.status for place in replay.places] == ["raised", "returned"]


def test_a_run_that_failed_fails_in_the_same_way_again(runtime: Runtime, connected: Connect) -> None:
    with (
        connected(create_app(now=datetime.now(UTC), token=TOKEN, faults={"/owners": [Fault(status=500)] * 9})),
        pytest.raises(BackendUnavailable),
    ):
        ask(runtime, "list owners")
    replay = runtime.replayer.replay(runtime.runs.latest(1)[0].id)
    assert replay.same
    assert [place.status for place in replay.places] == ["raised"]


def test_a_busy_server_s_waits_are_replayed_without_waiting(runtime: Runtime, connected: Connect) -> None:
    faults = {"/owners": [Fault(status=429, retry_after_seconds=0)]}
    with connected(create_app(now=datetime.now(UTC), token=TOKEN, faults=faults)):
        run = ask(runtime, "list owners")
    assert [call.status for call in runtime.transcripts.load(run.id).calls][:2] == [429, 200]
    assert runtime.replayer.replay(run.id).same


def test_a_changed_byte_of_a_response_is_noticed_and_the_row_that_it_changes_is_named(runtime: Runtime, estate: FastAPI) -> None:
    run = ask(runtime, TOP)
    assert run.answer
    host = str(run.answer.rows[0][0])
    tampered(runtime, run.id, in_first_body(f'"{host}"', '"another-name"'))
    replay = runtime.replayer.replay(run.id)
    [place] = replay.places
    assert not replay.same
    assert "the transcript was changed" in place.differences[0]
    assert "digest" in place.differences[1]
    assert place.rows
    assert {row.kind for row in place.rows.samples} == {"added", "removed"}


def test_a_changed_byte_that_changes_no_row_is_noticed_too(runtime: Runtime, estate: FastAPI) -> None:
    run = ask(runtime, TOP)
    tampered(runtime, run.id, in_first_body("[{", "[ {"))
    [place] = runtime.replayer.replay(run.id).places
    assert len(place.differences) == 1
    assert "the transcript was changed" in place.differences[0]


def test_a_tool_that_asks_another_question_is_told_which(runtime: Runtime, estate: FastAPI) -> None:
    run = ask(runtime, TOP)

    def other(transcript: Transcript) -> Transcript:
        calls = tuple(call.model_copy(update={"url": call.url.replace("/hosts", "/owners")}) for call in transcript.calls)
        return transcript.model_copy(update={"calls": calls})

    tampered(runtime, run.id, other)
    [place] = runtime.replayer.replay(run.id).places
    assert place.status == "raised"
    assert any("the URL of call 1 is" in difference and "/owners" in difference for difference in place.differences)


def test_another_image_is_said(runtime: Runtime, estate: FastAPI) -> None:
    run = ask(runtime, TOP)

    def older(transcript: Transcript) -> Transcript:
        assert transcript.setup
        return transcript.model_copy(update={"setup": transcript.setup.model_copy(update={"image": "0" * 64})})

    tampered(runtime, run.id, older)
    replay = runtime.replayer.replay(run.id)
    assert (replay.same, replay.same_image) == (True, False)


def test_a_run_that_never_ran_a_tool_can_not_be_replayed(runtime: Runtime) -> None:
    with pytest.raises(QuestionDeclined):
        ask(runtime, "list unicorns")
    with pytest.raises(NotFound, match="never ran a tool"):
        runtime.replayer.replay(runtime.runs.latest(1)[0].id)


def test_a_run_that_an_older_release_recorded_can_not_be_replayed(runtime: Runtime, estate: FastAPI) -> None:
    run = ask(runtime, TOP)
    tampered(runtime, run.id, lambda transcript: transcript.model_copy(update={"setup": None, "places": ()}))
    with pytest.raises(NotFound, match="a release that kept the calls only"):
        runtime.replayer.replay(run.id)


def test_code_that_was_changed_since_is_not_run(runtime: Runtime, estate: FastAPI) -> None:
    run = ask(runtime, TOP)
    setup = runtime.transcripts.load(run.id).setup
    assert setup
    kept = next((runtime.settings.home / "contents").rglob(f"{setup.code}.json"))
    kept.write_bytes(kept.read_bytes().replace(b"descending=True", b"descending=False"))
    with pytest.raises(Misconfigured, match="was changed after it was written"):
        runtime.replayer.replay(run.id)
