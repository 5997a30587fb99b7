"""A question about EC2 and CloudWatch in a warm process, beside the same question in plain boto3: what the proof and the walls cost."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import boto3

from agents.live import LiveRun
from eval.bench.conditions import Conditions
from eval.bench.figures import Figure, spread, timed
from eval.runtime import Runtime
from eval.servers import Cloud, moto

REGION: Final = "us-east-1"
SMALLER: Final = ("us-west-2", "eu-west-1")
"""A region without an instance and one with a few dozen: what a question costs whatever it is about, and what each instance adds."""

QUESTION: Final = "list EC2 instances with CPU > 80%"
THRESHOLD_PERCENT: Final = 80.0
WINDOW: Final = timedelta(minutes=30)
PERIOD_SECONDS: Final = 300
BATCH: Final = 500


@dataclass(frozen=True)
class _Turn:
    """Milliseconds of one round. `ours` is without what the backend and the host's boto3 took."""

    ask: float
    ask_ours: float
    run_ours: float
    worker_ours: float
    isolate_cpu: float
    plain: float


def run(conditions: Conditions) -> list[Figure]:
    """An ask, its tool's run alone, and plain boto3, each in turn, so that the machine's moods meet all of them alike."""
    with (
        tempfile.TemporaryDirectory() as folder,
        moto(Path(folder), now=datetime.now(UTC)) as cloud,
        cloud.known_to_the_sdk(),
        conditions.open_runtime(Path(folder, "home")) as runtime,
    ):
        runtime.prepare(lambda _stage, _fraction: None)
        rounds = 5 if conditions.quick else 30
        smaller = [_run_alone(runtime, cloud, region, rounds) for region in SMALLER]
        _connect(runtime, cloud, REGION)
        tool_run = runtime.rerunning(_first_ask(runtime))
        plain = _PlainBoto3(cloud, REGION)
        turns = [_turn(runtime, tool_run, plain) for _ in range(rounds)]
    return [*(figure for figures in smaller for figure in figures), *_figures(turns, plain.instances)]


def _connect(runtime: Runtime, cloud: Cloud, region: str) -> None:
    runtime.connect("botocore:", name="aws", aws=cloud.access().model_copy(update={"regions": (region,)}))


def _run_alone(runtime: Runtime, cloud: Cloud, region: str, rounds: int) -> list[Figure]:
    """The tool's run in a smaller region."""
    _connect(runtime, cloud, region)
    tool_run = runtime.rerunning(_first_ask(runtime))
    runs = [timed(tool_run) for _ in range(rounds)]
    ours = [milliseconds - live.transcript.backend_milliseconds for live, milliseconds in runs]
    return spread("its tool's run alone", ours, 50, 90, note=_ours(rounds, _PlainBoto3(cloud, region).instances))


def _first_ask(runtime: Runtime) -> str:
    """The tool that answers it from now on."""
    record = runtime.ask(QUESTION, on_step=lambda _: None)
    if record.answer is None:
        raise RuntimeError(f"{QUESTION!r} has no answer: nothing can be measured")
    return record.answer.tool


def _turn(runtime: Runtime, tool_run: Callable[[], LiveRun], plain: _PlainBoto3) -> _Turn:
    asked, ask_milliseconds = timed(lambda: runtime.ask(QUESTION, on_step=lambda _: None))
    live, run_milliseconds = timed(tool_run)
    busy, plain_milliseconds = timed(plain.ask)
    if asked.answer is None or len(asked.answer.rows) != len(busy):
        raise RuntimeError(f"{QUESTION!r} was not answered as plain boto3 answers it: nothing comparable was measured")
    backend = live.transcript.backend_milliseconds
    return _Turn(
        ask=ask_milliseconds,
        ask_ours=ask_milliseconds - asked.answer.backend_milliseconds,
        run_ours=run_milliseconds - backend,
        worker_ours=live.wall_seconds * 1000 - backend,
        isolate_cpu=live.places[0].outcome.usage.cpu_seconds * 1000,
        plain=plain_milliseconds,
    )


class _PlainBoto3:
    """What an engineer would write for this one question, with clients that are kept."""

    def __init__(self, cloud: Cloud, region: str) -> None:
        session = boto3.Session(profile_name=cloud.access().profile, region_name=region)
        self._ec2 = session.client("ec2", endpoint_url=cloud.server.url)
        self._cloudwatch = session.client("cloudwatch", endpoint_url=cloud.server.url)
        self.instances = len(list(self._instance_ids()))

    def ask(self) -> dict[str, float]:
        """The newest CPU of each instance above the threshold."""
        ids = list(self._instance_ids())
        figures = [figure for start in range(0, len(ids), BATCH) for figure in self._figures(ids[start : start + BATCH])]
        return {instance_id: percent for instance_id, percent in figures if percent > THRESHOLD_PERCENT}

    def _instance_ids(self) -> Iterator[str]:
        for page in self._ec2.get_paginator("describe_instances").paginate():
            for reservation in page["Reservations"]:
                yield from (instance["InstanceId"] for instance in reservation["Instances"])

    def _figures(self, ids: list[str]) -> Iterator[tuple[str, float]]:
        now = datetime.now(UTC)
        queries = [_query(f"m{number}", instance_id) for number, instance_id in enumerate(ids)]
        pages = self._cloudwatch.get_paginator("get_metric_data").paginate(
            MetricDataQueries=queries, StartTime=now - WINDOW, EndTime=now, ScanBy="TimestampDescending"
        )
        for page in pages:
            for result in page["MetricDataResults"]:
                if result["Values"]:
                    yield ids[int(result["Id"][1:])], result["Values"][0]


def _query(name: str, instance_id: str) -> dict[str, Any]:
    metric = {
        "Namespace": "AWS/EC2",
        "MetricName": "CPUUtilization",
        "Dimensions": [{"Name": "InstanceId", "Value": instance_id}],
    }
    return {"Id": name, "MetricStat": {"Metric": metric, "Period": PERIOD_SECONDS, "Stat": "Average"}}


def _figures(turns: list[_Turn], instances: int) -> list[Figure]:
    ours = _ours(len(turns), instances)
    whole = f"{len(turns)} times, {instances} instances, moto's time included"
    return [
        *spread("ask again, reused", [turn.ask_ours for turn in turns], 50, 90, note=ours),
        *spread("its tool's run alone", [turn.run_ours for turn in turns], 50, 90, note=ours),
        *spread("of which in the worker and the broker", [turn.worker_ours for turn in turns], 50, 90, note=ours),
        *spread("CPU of the isolate", [turn.isolate_cpu for turn in turns], 50, 90, note=f"{len(turns)} times, {instances} instances"),
        *spread("ask again, whole", [turn.ask for turn in turns], 50, 90, note=whole),
        *spread("the same question in plain boto3, whole", [turn.plain for turn in turns], 50, 90, note=whole),
    ]


def _ours(rounds: int, instances: int) -> str:
    return f"{rounds} times, {instances} instances, less the backend and the host's boto3"
