"""The API's own description is valid, complete, and true of what it describes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from jsonschema_rs import validator_for
from openapi_spec_validator import validate

from opswright.api.problems import MEDIA_TYPE, Problem

Json = Any
ROUTES = {
    "execute": "POST /api/v1/execute",
    "listRuns": "GET /api/v1/runs",
    "getRun": "GET /api/v1/runs/{run_id}",
    "followRun": "GET /api/v1/runs/{run_id}/events",
    "resumeRun": "POST /api/v1/runs/{run_id}/resume",
    "listTools": "GET /api/v1/tools",
    "getTool": "GET /api/v1/tools/{reference}",
    "isAlive": "GET /health/live",
    "isReady": "GET /health/ready",
}


@pytest.fixture(scope="module")
def description(bare_api: httpx.Client) -> Json:
    return bare_api.get("/api/v1/openapi.json").json()


def operations(description: Json) -> Iterator[tuple[str, Json]]:
    """Each operation with its method and path."""
    for path, item in description["paths"].items():
        for method, operation in item.items():
            yield f"{method.upper()} {path}", operation


def test_it_is_valid_openapi(description: Json) -> None:
    validate(description)


def test_every_operation_has_an_id_of_its_own_and_words_for_people(description: Json) -> None:
    assert {operation["operationId"]: route for route, operation in operations(description)} == ROUTES
    assert all(operation["summary"] and operation["description"] for _, operation in operations(description))


def test_everything_but_health_declares_the_key_and_the_problems_of_every_request(description: Json) -> None:
    for route, operation in operations(description):
        if "/health/" in route:
            assert "security" not in operation
        else:
            assert operation["security"] == [{"key": []}]
            assert {"401", "421", "500"} <= operation["responses"].keys()


def test_every_declared_error_is_a_problem_and_says_which(description: Json) -> None:
    for route, operation in operations(description):
        errors = {status: told for status, told in operation["responses"].items() if status >= "400" and "/health/" not in route}
        for told in errors.values():
            assert told["content"] == {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
            assert "`E_" in told["description"]
    assert description["components"]["schemas"]["Problem"].keys() == Problem.model_json_schema().keys()
    assert not any("ValidationError" in name for name in description["components"]["schemas"])


def test_asking_declares_every_way_it_may_end(description: Json) -> None:
    ways = {"200", "202", "401", "403", "404", "413", "421", "422", "500", "502", "503", "504"}
    assert description["paths"]["/api/v1/execute"]["post"]["responses"].keys() == ways


def test_the_example_of_an_answer_is_one(description: Json) -> None:
    content = description["paths"]["/api/v1/execute"]["post"]["responses"]["200"]["content"]["application/json"]
    schema = {**content["schema"], "components": description["components"]}
    validator_for(schema).validate(content["example"])


def test_what_is_sent_and_what_lists_hold_has_an_example_of_each_field(description: Json) -> None:
    for name in ("Question", "Accepted", "RunSummary", "ToolSummary", "Problem"):
        fields = description["components"]["schemas"][name]["properties"]
        assert [field for field, told in fields.items() if not ("examples" in told or "default" in told)] == []
