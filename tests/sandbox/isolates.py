"""What the isolate's tests share: jobs by their source, and a host that answers from a function."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sandbox.jobs import Job, Limits, Outcome
from sandbox.supervisor import WorkerPool

BASE_URL = "http://registry.test/api/v1"
STARTED_AT = datetime(2026, 3, 4, 5, 6, 7, 890_000, tzinfo=UTC)

DEFAULTS = Limits()

Answer = dict[str, Any]


def ok(body: object = None, status: int = 200, **headers: str) -> Answer:
    """A response envelope with a JSON body."""
    return {"status": status, "headers": list(headers.items()), "body": json.dumps(body)}


@dataclass
class Host:
    """An egress that answers by a function of the request, and remembers what it was asked."""

    answer: Callable[[Answer], Answer] = lambda _: ok([])
    requests: list[Answer] = field(default_factory=list)
    sleeps: list[float] = field(default_factory=list)

    def send(self, request: str, ends: float = math.inf) -> str:
        self.requests.append(json.loads(request))
        return json.dumps(self.answer(self.requests[-1]))

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)


def call_job(source: str, limits: Limits = DEFAULTS, **arguments: Any) -> Job:
    """A job that calls the source's function `tool`."""
    return Job(source, "call", BASE_URL, STARTED_AT, function="tool", arguments=arguments, limits=limits)


def body_job(body: str, limits: Limits = DEFAULTS) -> Job:
    """A job whose tool has this body; its first line is line 2."""
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    return call_job(f"def tool(client):\n{lines}\n", limits)


def run_body(pool: WorkerPool, body: str, host: Host | None = None, limits: Limits = DEFAULTS) -> Outcome:
    """What comes of a tool with this body."""
    return pool.run(body_job(body, limits), host or Host())
