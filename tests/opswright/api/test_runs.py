"""Runs on record: listed, looked at, and followed as they go."""

from __future__ import annotations

import httpx
from fastapi import FastAPI

from opswright.wiring import Runtime
from tests.opswright.api.clients import Gate, ask, begin, events, problem

STEPS = ["understand", "plan", "gather", "find_tool", "write", "verify", "register", "run", "answer"]


def test_a_run_has_its_steps_and_its_answer(api: httpx.Client) -> None:
    answer = ask(api).json()
    run = api.get(f"/api/v1/runs/{answer['run_id']}").json()
    assert run["steps"] == STEPS
    assert run["answer"] == answer
    assert run["failure"] is None


def test_a_declined_run_has_the_steps_before_and_its_failure(api: httpx.Client) -> None:
    address = ask(api, "what is the meaning of life").json()["instance"]
    run = api.get(address).json()
    assert (run["status"], run["steps"], run["answer"]) == ("declined", ["understand"], None)
    assert run["failure"]["code"] == "E_BAD_QUERY"


def test_the_latest_runs_come_first_and_no_more_than_asked_for(api: httpx.Client) -> None:
    for _ in range(3):
        ask(api, "delete all hosts")
    listed = api.get("/api/v1/runs").json()["runs"]
    assert [run["started_at"] for run in listed] == sorted((run["started_at"] for run in listed), reverse=True)
    assert api.get("/api/v1/runs", params={"limit": 2}).json()["runs"] == listed[:2]


def test_an_unambiguous_beginning_of_an_id_is_enough_and_an_unknown_one_is_a_problem(api: httpx.Client) -> None:
    run_id = ask(api).json()["run_id"]
    assert api.get(f"/api/v1/runs/{run_id[:6]}").json()["id"] == run_id
    for address in ("/api/v1/runs/nobody", "/api/v1/runs/nobody/events"):
        assert run_id in problem(api.get(address), 404, "E_NOT_FOUND")["hint"]


def test_the_longest_id_is_looked_up_and_a_longer_one_is_not(bare_api: httpx.Client) -> None:
    problem(bare_api.get(f"/api/v1/runs/{'x' * 64}"), 404, "E_NOT_FOUND")
    problem(bare_api.get(f"/api/v1/runs/{'x' * 65}"), 422, "E_BAD_QUERY")


def test_steps_are_told_as_they_finish_and_then_the_end(api: httpx.Client, gate: Gate) -> None:
    gate.shut()
    run_id = begin(api)
    told = []
    for kind, event in events(api, run_id):
        told.append((kind, event.get("name", "")))
        if event.get("name") == "register":
            gate.open()  # what comes next can't have been there before
    assert told == [*(("step", name) for name in STEPS), ("end", "")]


def test_a_finished_run_is_told_from_the_start(api: httpx.Client) -> None:
    run_id = ask(api).json()["run_id"]
    told = list(events(api, run_id))
    assert [(event["number"], event["name"]) for _, event in told[:-1]] == list(enumerate(STEPS, 1))
    assert told[-1] == ("end", {"id": run_id, "status": "answered"})


def test_two_may_follow_one_run(api: httpx.Client, gate: Gate) -> None:
    gate.shut()
    run_id = begin(api)
    one, other = events(api, run_id), events(api, run_id)
    assert next(one) == next(other)
    gate.open()
    assert list(one) == list(other)


def test_a_run_of_another_process_is_followed_too(api: httpx.Client, runtime: Runtime, gate: Gate) -> None:
    """To the server a run that its dispatcher does not have is another's, whoever holds it."""
    seen: list[str] = []

    def look(step: str) -> None:
        if step == "find_tool":
            seen.append(api.get("/api/v1/runs").json()["runs"][0]["status"])

    record = runtime.runner.ask("list owners", on_step=look)
    assert seen == ["running"]
    assert list(events(api, record.id))[-1][1]["status"] == "answered"


def test_a_run_that_nobody_is_at_any_more_is_interrupted_and_goes_on(api: httpx.Client, runtime: Runtime, estate: FastAPI) -> None:
    record = runtime.runner.begin("list owners")  # as a process leaves it that dies now
    assert list(events(api, record.id)) == [("end", {"id": record.id, "status": "interrupted"})]
    resumed = api.post(f"/api/v1/runs/{record.id}/resume", params={"wait_seconds": 60})
    assert len(resumed.json()["rows"]) == len(estate.state.estate.owners)
    assert api.get(f"/api/v1/runs/{record.id}").json()["steps"] == STEPS
