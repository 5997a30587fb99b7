"""Every error of the tree has its HTTP status, and everything that goes wrong is told as a problem."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI

from generated_tools.registry import Registry
from opswright.api import problems
from opswright.wiring import Runtime
from sandbox.broker.denials import BudgetSpent
from schemas import errors
from schemas.errors import OpswrightError
from tests.opswright.api.clients import problem

SECRET = "s3cr3t-value"


@pytest.mark.parametrize("kind", list(problems.tree()))
def test_every_error_of_the_tree_is_mapped_by_itself(kind: type[OpswrightError]) -> None:
    assert kind in problems.STATUSES


def test_an_error_that_a_room_refined_has_its_parents_status() -> None:
    assert BudgetSpent not in problems.STATUSES
    assert problems.status_of(BudgetSpent) is problems.STATUSES[errors.LimitExceeded]


@pytest.mark.parametrize("kind", list(problems.STATUSES))
def test_a_status_says_failure(kind: type[OpswrightError]) -> None:
    assert 400 <= problems.STATUSES[kind] <= 599


def test_an_unknown_address_is_a_problem(bare_api: httpx.Client) -> None:
    told = problem(bare_api.get("/api/v1/nothing"), 404, "E_NOT_FOUND")
    assert "/api/v1/nothing" in told["detail"]


def test_another_method_is_a_problem_that_names_the_right_one(bare_api: httpx.Client) -> None:
    response = bare_api.get("/api/v1/execute")
    assert "POST" in problem(response, 405, "E_BAD_QUERY")["hint"]
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"{", "body"),
        (b"[]", "body"),
        (b"{}", "body 'question'"),
        (b'{"question": 1}', "body 'question'"),
        (b'{"question": "x", "wait_seconds": 61}', "body 'wait_seconds'"),
        (b'{"question": "x", "wait_seconds": -1}', "body 'wait_seconds'"),
        (b'{"question": "x", "wait_seconds": NaN}', "body 'wait_seconds'"),
        (b'{"question": "x", "api_key": "s3cr3t-value"}', "body 'api_key'"),
        (b'{"question": "x", "source": ""}', "body 'source'"),
        (b"\xff\xfe", "body"),
    ],
)
def test_a_body_of_another_shape_is_a_problem_that_says_where(bare_api: httpx.Client, body: bytes, place: str) -> None:
    response = bare_api.post("/api/v1/execute", content=body, headers={"Content-Type": "application/json"})
    assert problem(response, 422, "E_BAD_QUERY")["detail"].startswith(place)
    assert SECRET not in response.text


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_that_is_not_sent_as_json_is_not_taken_for_it(bare_api: httpx.Client, content_type: str) -> None:
    """A web page of another origin may send these without asking first."""
    problem(bare_api.post("/api/v1/execute", content=b'{"question": "x"}', headers={"Content-Type": content_type}), 422, "E_BAD_QUERY")


@pytest.mark.parametrize("limit", ["0", "1001", "many"])
def test_a_parameter_out_of_bounds_is_a_problem(bare_api: httpx.Client, limit: str) -> None:
    assert "'limit'" in problem(bare_api.get("/api/v1/runs", params={"limit": limit}), 422, "E_BAD_QUERY")["detail"]


@pytest.mark.parametrize("limit", ["1", "1000"])
def test_a_parameter_at_its_bound_is_taken(bare_api: httpx.Client, limit: str) -> None:
    assert bare_api.get("/api/v1/runs", params={"limit": limit}).status_code == 200


def test_what_nobody_foresaw_is_a_problem_that_tells_nothing_of_the_inside(bare_api: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Registry) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(Registry, "all", fail)
    response = bare_api.get("/api/v1/tools")
    problem(response, 500, "E_INTERNAL")
    assert SECRET not in response.text


def test_a_defect_in_a_run_is_a_problem_and_the_run_can_go_on(
    api: httpx.Client, estate: FastAPI, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Registry, *__: object, **___: object) -> None:
        raise RuntimeError(SECRET)

    with monkeypatch.context() as patched:
        patched.setattr(Registry, "match", fail)
        response = api.post("/api/v1/execute", json={"question": "list owners", "wait_seconds": 60})
        problem(response, 500, "E_INTERNAL")
        assert SECRET not in response.text
    run = api.get("/api/v1/runs").json()["runs"][0]
    assert run["status"] == "interrupted"
    assert api.post(f"/api/v1/runs/{run['id']}/resume", params={"wait_seconds": 60}).status_code == 200
