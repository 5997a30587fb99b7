"""A tool runs once in each place of its source, each run bound to its own place, and the record keeps them apart."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from agents.live import Conditions, LiveRun, LiveRunner
from sandbox.broker.budget import Budget
from sandbox.broker.signing import anonymous
from sandbox.broker.wire import WireRequest, WireResponse
from sandbox.egress import Egress, EgressFailure
from sandbox.jobs import Job, Limits, Outcome, Usage
from sandbox.supervisor import WorkerPool
from schemas.base import Json, digest
from schemas.operation import Effect, Operation, Slice
from schemas.query import Call, Column, Query
from schemas.source import AwsAccess, Source
from schemas.tool import OperationPin, RegisteredTool, ToolManifest
from schemas.verification import Verification
from tests.sandbox.broker.estate import LIST_HOSTS, SOURCE, Wire, response

NOW = datetime(2026, 3, 1, tzinfo=UTC)
US, EU = "us-east-1", "eu-west-1"
AWS = Source(name="aws", spec_url="botocore:ec2", base_url="aws://", aws=AwsAccess(regions=(US, EU)))


def _piece() -> Slice:
    body = {"content": {"application/json": {"schema": {"type": "object"}}}}
    document = {
        "paths": {"/ec2/DescribeInstances": {"post": {"requestBody": body, "responses": {}}}},
        "x-aws": {"service": "ec2", "operation": "DescribeInstances", "service-2": {"operations": {"DescribeInstances": {}}, "shapes": {}}},
    }
    operation = Operation(
        id="aws:ec2.DescribeInstances", source="aws", name="ec2.DescribeInstances", protocol="aws", method="POST",
        path="/ec2/DescribeInstances", effect=Effect.READ, effect_reason="", slice_hash=digest(document),
    )  # fmt: skip
    return Slice(operation=operation, document=document)


def _tool(piece: Slice) -> RegisteredTool:
    query = Query(call=Call(alias="rows", operation=piece.operation.id), select=(Column(name="id", path="rows.id"),))
    pin = OperationPin(operation=piece.operation.id, fingerprint=piece.operation.fingerprint)
    manifest = ToolManifest(
        name="rows", version=1, title="Rows", function="rows", query=query, operations=(pin,), source=piece.operation.source,
        question="", engine="rules", digest="0", created_at=NOW,
    )  # fmt: skip
    return RegisteredTool(
        manifest=manifest, code="", tests="", verification=Verification(candidate_digest="0", checks=(), semantics="proven")
    )


class _Workers:
    """A pool whose tool is a function of the test's."""

    def __init__(self, tool: Callable[[Job, Egress], Json]) -> None:
        self.jobs: list[Job] = []
        self._tool = tool

    def run(self, job: Job, egress: Egress) -> Outcome:
        self.jobs.append(job)
        usage = Usage(wall_seconds=2.0 if job.base_url.endswith(EU) else 1.0)
        try:
            return Outcome("returned", value=self._tool(job, egress), usage=usage)
        except EgressFailure:
            return Outcome("raised", usage=usage)


def _send(egress: Egress, url: str, method: str = "POST") -> Any:
    headers = [["content-type", "application/json"]] if method == "POST" else []
    envelope = {"method": method, "url": url, "headers": headers, "body": "{}" if method == "POST" else None}
    return json.loads(egress.send(json.dumps(envelope)))


def _run(workers: _Workers, wire: Wire, source: Source, piece: Slice, budget: Budget | None = None) -> LiveRun:
    runner = LiveRunner(
        lambda: cast(WorkerPool, workers),
        lambda _: wire,
        lambda _: anonymous,
        lambda: NOW,
        limits=Limits(),
        budget=budget or Budget(),
        image=lambda: "0",
    )
    return runner.run(_tool(piece), {}, source, [piece], [piece.operation])


def _where(request: WireRequest) -> WireResponse:
    return response({"here": request.url})


def _describe(job: Job, egress: Egress) -> Json:
    assert job.aws
    return [_send(egress, f"aws://{job.aws.region}/ec2/DescribeInstances") for _ in range(2)]


def test_each_region_has_its_own_run_and_its_own_calls_numbered_through() -> None:
    workers = _Workers(_describe)
    live = _run(workers, Wire(_where), AWS, _piece())

    assert [run.place for run in live.places] == [US, EU]
    assert {(job.base_url, job.aws.region if job.aws else "", job.started_at) for job in workers.jobs} == {
        ("aws://us-east-1", US, NOW),
        ("aws://eu-west-1", EU, NOW),
    }
    assert [(call.number, call.place, call.url) for call in live.transcript.calls] == [
        (1, US, "aws://us-east-1/ec2/DescribeInstances"),
        (2, US, "aws://us-east-1/ec2/DescribeInstances"),
        (3, EU, "aws://eu-west-1/ec2/DescribeInstances"),
        (4, EU, "aws://eu-west-1/ec2/DescribeInstances"),
    ]
    assert [call.number for call in live.places[1].calls] == [3, 4]
    assert live.wall_seconds == 2.0


def test_a_run_says_under_which_conditions_its_tool_ran() -> None:
    workers = _Workers(_describe)
    live = _run(workers, Wire(_where), AWS, _piece())
    assert live.conditions == Conditions(Limits(), seed=0, image="0")
    assert {(job.limits, job.seed) for job in workers.jobs} == {(live.conditions.limits, live.conditions.seed)}


def test_what_answers_the_same_everywhere_is_asked_in_one_region() -> None:
    piece = _piece()
    everywhere = piece.model_copy(update={"operation": piece.operation.model_copy(update={"is_global": True})})
    live = _run(_Workers(_describe), Wire(_where), AWS, everywhere)
    assert [run.place for run in live.places] == [US]


def test_regions_run_side_by_side() -> None:
    both = threading.Barrier(2, timeout=10)

    def tool(_: Job, __: Egress) -> Json:
        return both.wait() >= 0

    live = _run(_Workers(tool), Wire(), AWS, _piece())
    assert [run.outcome.value for run in live.places] == [True, True]


def test_a_region_s_run_can_t_reach_another_region() -> None:
    def tool(_: Job, egress: Egress) -> Json:
        return _send(egress, f"aws://{US}/ec2/DescribeInstances")

    live = _run(_Workers(tool), Wire(_where), AWS, _piece())
    assert [run.outcome.status for run in live.places] == ["returned", "raised"]
    assert live.places[1].calls[0].refusal.startswith("E_DENIED_CONNECTION")


@pytest.mark.parametrize(("requests", "status"), [(2, "returned"), (1, "raised")])
def test_the_budget_is_each_region_s_own(requests: int, status: str) -> None:
    live = _run(_Workers(_describe), Wire(_where), AWS, _piece(), Budget(requests=requests))
    assert [run.outcome.status for run in live.places] == [status, status]


def test_the_models_of_the_granted_operations_go_with_the_job() -> None:
    workers = _Workers(lambda _, __: [])
    _run(workers, Wire(), AWS, _piece())
    assert workers.jobs[0].aws is not None
    assert list(workers.jobs[0].aws.models["ec2"]["service-2"]["operations"]) == ["DescribeInstances"]


def test_another_source_has_one_nameless_place() -> None:
    workers = _Workers(lambda job, egress: _send(egress, f"{job.base_url}/hosts", "GET"))
    live = _run(workers, Wire(), SOURCE, LIST_HOSTS)
    assert [(run.place, run.outcome.status) for run in live.places] == [("", "returned")]
    assert [(call.number, call.place) for call in live.transcript.calls] == [(1, "")]
    assert workers.jobs[0].aws is None
