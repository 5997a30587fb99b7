"""Tools over HTTP: what is registered, and everything a reviewer wants to see of one."""

from __future__ import annotations

import httpx

from opswright.wiring import Runtime
from schemas.tool import RegisteredTool
from tests.opswright.api.clients import ask, problem


def test_nothing_is_registered_at_first(bare_api: httpx.Client) -> None:
    assert bare_api.get("/api/v1/tools").json() == {"tools": []}


def test_a_tool_is_listed_with_its_uses_and_shown_with_its_proof(api: httpx.Client, runtime: Runtime) -> None:
    reference = ask(api).json()["tool"]
    ask(api)
    (listed,) = api.get("/api/v1/tools").json()["tools"]
    assert (listed["reference"], listed["source"], listed["uses"]) == (reference, "estate", 2)
    for name in (reference, reference.partition("@")[0]):
        shown = RegisteredTool.model_validate(api.get(f"/api/v1/tools/{name}").json())
        assert shown == runtime.registry.load(reference)
        assert shown.verification.passed


def test_an_unknown_tool_is_a_problem(bare_api: httpx.Client) -> None:
    for name in ("nothing", "nothing@1", "..%2F..%2Fetc", "x" * 120):
        problem(bare_api.get(f"/api/v1/tools/{name}"), 404, "E_NOT_FOUND")
    problem(bare_api.get(f"/api/v1/tools/{'x' * 121}"), 422, "E_BAD_QUERY")


def test_a_tool_whose_files_were_changed_is_not_shown(api: httpx.Client, runtime: Runtime) -> None:
    reference = ask(api).json()["tool"]
    next(runtime.settings.library.glob("*/v1/tool.py")).write_text("")
    problem(api.get(f"/api/v1/tools/{reference}"), 500, "E_CONFIG")
    assert api.get("/api/v1/tools").json() == {"tools": []}
