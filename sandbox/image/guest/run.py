"""One run from job to report."""

from __future__ import annotations

import json
import random
from types import ModuleType
from typing import Any, Protocol

import boto3
import httpx
from guest import aws, failures, modules, output, rows, testing
from guest.tracing import Tracer
from guest.transport import EgressTransport

_client = httpx.Client(transport=EgressTransport())
"""Made while the image is built, which saves a quarter of a short run; every run finds it as new."""


class _Entry(Protocol):
    def __call__(self, job: dict[str, Any], tool: ModuleType) -> dict[str, str]: ...


def report(job: dict[str, Any]) -> str:
    """Run the job and report on it, as JSON: the fields of sandbox.jobs.Outcome that the isolate knows."""
    output.begin(job["output_bytes"])
    tracers: list[Tracer] = []
    try:
        parts = {"status": '"returned"', **_ENTRIES[job["entry"]](job, _load(job, tracers))}
    except BaseException as error:  # noqa: BLE001  whatever leaves the tool is a result
        parts = {"status": '"raised"', "error": json.dumps(failures.describe(error)), "finding": json.dumps(_finding(error))}
    if tracers:
        tracers[0].stop()
        parts["coverage"] = json.dumps(tracers[0].coverage())
    parts["output"] = json.dumps(output.text())
    return "{" + ", ".join(f'"{name}": {text}' for name, text in parts.items()) + "}"


def _finding(error: BaseException) -> str | None:
    return "F_VALUE" if isinstance(error, rows.NotJson) else failures.finding(error)


def _load(job: dict[str, Any], tracers: list[Tracer]) -> ModuleType:
    random.seed(job["seed"])
    code = compile(job["source"], modules.TOOL_FILE, "exec", dont_inherit=True)
    if job["trace"]:
        tracers.append(Tracer(code, job["source"]))
        tracers[0].start()
    return modules.execute(code, "tool")


def _call(job: dict[str, Any], tool: ModuleType) -> dict[str, str]:
    value = getattr(tool, job["function"])(_connection(job), **job["arguments"])
    return {"value": rows.to_json(value, job["output_bytes"])}


def _connection(job: dict[str, Any]) -> httpx.Client | boto3.Session:
    """What the tool is given to call its API with."""
    if job["aws"] is not None:
        return aws.session(job["aws"]["region"], job["aws"]["models"])
    # With its slash it is parsed once; without, httpx would do it again to put one there.
    _client.base_url = job["base_url"].rstrip("/") + "/"
    return _client


def _test(job: dict[str, Any], _tool: ModuleType) -> dict[str, str]:
    if job["aws"] is not None:
        aws.begin(job["aws"]["models"])
    code = compile(job["tests"], modules.TESTS_FILE, "exec", dont_inherit=True)
    tests = modules.execute(code, "test_tool")
    outcomes = testing.run_all(tests, job["tests"], before_each=lambda: random.seed(job["seed"]))
    return {"tests": json.dumps(list(outcomes))}


_ENTRIES: dict[str, _Entry] = {"call": _call, "tests": _test}
