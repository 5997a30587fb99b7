"""The demonstration: services and a cloud on loopback, questions in plain words, and how each answer came about."""

from __future__ import annotations

import secrets
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from eval.runtime import Runtime
from eval.servers import estate, glances, moto
from schemas.run import RunRecord

QUESTIONS = (
    "which services have no on-call engineer",
    "top 5 hosts by memory",
    "count services by tier",
    "filesystems above 10% used on this machine",
    "deployments in the last 24 hours that failed",
    "list EC2 instances with CPU > 80%",
    "count running instances by type",
)
"""Each writes a tool and proves it."""

AGAIN = (
    "show me the 3 hosts using the most memory",
    "file systems on this machine with more than 1 percent used",
    "failed deployments of the past 48 hours",
)
"""The same in other words and with other values: each is answered by a tool that is there."""

IN_CHINESE = (
    "列出CPU>80%的EC2实例",
    "哪些服務沒有值班人員",
    "内存使用率最高的3台主机",
    "按等级统计服务数量",
)
"""The same once more, in traditional and simplified Chinese: a tool belongs to no language, and an answer speaks the question's."""


class Stage(Protocol):
    """Shows the demonstration's acts to whoever watches."""

    def announce(self, text: str) -> None: ...

    def show(self, record: RunRecord, *, milliseconds: float) -> None: ...

    def close(self) -> None: ...


def play(runtime: Runtime, stage: Stage) -> None:
    """Start the services, ask everything, stop the services."""
    stage.announce("Starting an estate of services and hosts, Glances, and an AWS account with 300 reservations in two regions.")
    with ExitStack() as servers:
        _connect(runtime, stage, Path(servers.enter_context(tempfile.TemporaryDirectory(prefix="opswright-demo-"))), servers)
        for question in QUESTIONS:
            _ask(runtime, stage, question)
        stage.announce("The same questions in other words, with other values: the tools are there already.")
        for question in AGAIN:
            _ask(runtime, stage, question)
        stage.announce("And in Chinese: the same tools again, and answers in the script of the question.")
        for question in IN_CHINESE:
            _ask(runtime, stage, question)
        stage.close()


def _connect(runtime: Runtime, stage: Stage, folder: Path, servers: ExitStack) -> None:
    now = datetime.now(UTC)
    registry = servers.enter_context(estate(folder, now=now, token=secrets.token_urlsafe(24)))
    metrics = servers.enter_context(glances(folder))
    cloud = servers.enter_context(moto(folder, now=now))
    servers.enter_context(cloud.known_to_the_sdk())
    stage.announce(f"They listen on {registry.url}, {metrics.url} and {cloud.server.url}. Reading what they can be asked.")
    runtime.connect(f"{registry.url}/openapi.json", name="estate", credential=registry.credential)
    runtime.connect(f"{metrics.url}/openapi.json", name="glances")
    runtime.connect("botocore:", name="aws", aws=cloud.access())


def _ask(runtime: Runtime, stage: Stage, question: str) -> None:
    started = time.perf_counter()
    record = runtime.ask(question, on_step=lambda _: None)
    stage.show(record, milliseconds=(time.perf_counter() - started) * 1000)
