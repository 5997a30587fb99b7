"""Asking over HTTP: the answer, the run's address, or the problem that ended it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI

from eval.estate.app import create_app
from eval.estate.faults import Fault
from opswright.wiring import Runtime
from schemas.answer import Answer
from tests.opswright.api.clients import Gate, Serve, ask, begin, events, problem, status
from tests.opswright.estates import TOKEN, Connect


def test_an_answer_that_is_there_in_time_is_the_response(api: httpx.Client, estate: FastAPI) -> None:
    response = ask(api)
    assert response.status_code == 200
    answer = Answer.model_validate(response.json())
    assert len(answer.rows) == len(estate.state.estate.owners)
    assert status(api, answer.run_id) == "answered"


def test_an_answer_that_takes_longer_is_found_where_the_response_says(api: httpx.Client, gate: Gate) -> None:
    gate.shut()
    response = ask(api, wait_seconds=0)
    assert response.status_code == 202
    accepted = response.json()
    assert response.headers["location"] == accepted["run_url"] == f"/api/v1/runs/{accepted['run_id']}"
    gate.await_visitor()
    assert status(api, accepted["run_id"]) == "running"
    gate.open()
    assert list(events(api, accepted["run_id"]))[-1] == ("end", {"id": accepted["run_id"], "status": "answered"})
    run = api.get(accepted["run_url"]).json()
    assert run["answer"]["run_id"] == accepted["run_id"]
    assert run["steps"][-1] == "answer"


@pytest.mark.parametrize(
    ("asked", "expected", "code"),
    [
        ({"question": "delete all hosts"}, 403, "E_READ_ONLY"),
        ({"question": "what is the meaning of life"}, 422, "E_BAD_QUERY"),
        ({"question": ""}, 422, "E_BAD_QUERY"),
        ({"question": "list owners", "source": "nowhere"}, 404, "E_NOT_FOUND"),
    ],
)
def test_a_question_that_ends_in_an_error_names_it_and_its_run(api: httpx.Client, asked: dict[str, str], expected: int, code: str) -> None:
    told = problem(ask(api, **asked), expected, code)
    failure = api.get(told["instance"]).json()["failure"]
    assert (failure["code"], failure["message"]) == (code, told["detail"])


def test_a_backend_that_fails_is_a_bad_gateway_and_the_run_can_be_resumed(connected: Connect, serve: Serve) -> None:
    faults = {"/owners": [Fault(status=500)] * 4}
    with connected(create_app(now=datetime.now(UTC), token=TOKEN, faults=faults)), serve() as client:
        told = problem(ask(client), 502, "E_BACKEND")
        assert client.get(told["instance"]).json()["status"] == "failed"
        while (again := client.post(f"{told['instance']}/resume", params={"wait_seconds": 60})).status_code == 502:
            problem(again, 502, "E_BACKEND")  # some of the faults are left
        assert again.status_code == 200
        assert again.json()["run_id"] == told["instance"].rpartition("/")[2]


def test_a_tool_that_is_given_no_time_is_a_timeout(serve: Serve, estate: FastAPI) -> None:
    with serve(tool_wall_seconds=0.001) as client:  # the proof before it has limits of its own
        problem(ask(client), 504, "E_TIMEOUT")


def test_an_answered_run_is_answered_again_and_a_declined_one_declined(api: httpx.Client) -> None:
    answer = ask(api).json()
    assert api.post(f"/api/v1/runs/{answer['run_id']}/resume").json() == answer
    declined = problem(ask(api, "delete all hosts"), 403, "E_READ_ONLY")["instance"]
    problem(api.post(f"{declined}/resume"), 422, "E_BAD_QUERY")
    problem(api.post("/api/v1/runs/nobody/resume"), 404, "E_NOT_FOUND")


def test_two_questions_at_once_are_both_answered(api: httpx.Client) -> None:
    with ThreadPoolExecutor() as threads:
        responses = list(threads.map(lambda question: ask(api, question), ("list owners", "count services by tier")))
    assert [response.status_code for response in responses] == [200, 200]
    assert len({response.json()["run_id"] for response in responses}) == 2


def test_the_same_question_twice_at_once_is_one_tool(api: httpx.Client, runtime: Runtime) -> None:
    with ThreadPoolExecutor() as threads:
        responses = list(threads.map(lambda _: ask(api), range(2)))
    assert [response.status_code for response in responses] == [200, 200]
    assert [tool.version for tool in runtime.registry.all()] == [1]


def test_a_full_line_turns_away_with_nothing_on_record_and_takes_on_again(serve: Serve, estate: FastAPI, gate: Gate) -> None:
    gate.shut()
    with serve(api_threads=1, api_queue=1) as client:
        working = begin(client)
        gate.await_visitor()
        waiting = begin(client)
        assert (status(client, working), status(client, waiting)) == ("running", "queued")
        refused = ask(client, wait_seconds=0)
        problem(refused, 503, "E_BACKEND")
        assert int(refused.headers["retry-after"]) > 0
        assert {run["id"] for run in client.get("/api/v1/runs").json()["runs"]} == {working, waiting}
        gate.open()
        for run_id in (working, waiting):
            assert list(events(client, run_id))[-1][1]["status"] == "answered"
        assert ask(client).status_code == 200


def test_a_question_whose_tool_finds_no_worker_free_is_asked_to_come_again_and_loses_nothing(
    serve: Serve, estate: FastAPI, gate: Gate
) -> None:
    gate.shut()
    with serve(workers=2, worker_queue=0) as client:  # as many as a rehearsal uses at once
        working = begin(client)
        gate.await_visitor()
        refused = ask(client, "count services by tier")
        told = problem(refused, 503, "E_BACKEND")
        assert "OPSWRIGHT_WORKER_QUEUE" in told["hint"]
        assert int(refused.headers["retry-after"]) > 0
        gate.open()
        assert list(events(client, working))[-1][1]["status"] == "answered"
        assert client.post(f"{told['instance']}/resume", params={"wait_seconds": 60}).status_code == 200


def test_a_run_taken_up_while_it_is_under_way_is_not_run_twice(api: httpx.Client, gate: Gate) -> None:
    gate.shut()
    run_id = begin(api)
    gate.await_visitor()
    assert api.post(f"/api/v1/runs/{run_id}/resume", params={"wait_seconds": 0}).status_code == 202
    gate.open()
    assert list(events(api, run_id))[-1][1]["status"] == "answered"
