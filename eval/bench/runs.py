"""Runs in the sandbox to measure: jobs that do next to nothing, an egress that answers at once, what a process holds."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from eval.bench.figures import milliseconds
from sandbox.egress import Egress
from sandbox.jobs import Job, Limits, Outcome
from sandbox.supervisor import WorkerPool

IMAGES: Final = Path(__file__).parents[2] / ".cache" / "images"
"""Shared with the tests."""

TRIVIAL: Final = "def tool(client):\n    return [1]\n"
CALLING: Final = 'def tool(client):\n    return [client.get("/rows").json() for _ in range(10)]\n'

_REST_SECONDS = 0.05
_STARTED_AT = datetime(2026, 1, 1, tzinfo=UTC)
_NOWHERE = "http://nowhere.invalid"


class Rows:
    """Answers every call at once."""

    def send(self, _request: str, _ends: float = math.inf) -> str:
        return '{"status": 200, "headers": [], "body": "[]"}'

    def sleep(self, _seconds: float) -> None:
        """Nothing here waits."""


def job(source: str, limits: Limits | None = None, base_url: str = _NOWHERE) -> Job:
    """A job that calls the function `tool` of `source`."""
    return Job(source, "call", base_url, _STARTED_AT, function="tool", limits=limits or Limits())


def run_once(pool: WorkerPool, work: Job, egress: Egress | None = None) -> Outcome:
    """The outcome of a run that has to return, or nothing comparable was measured."""
    outcome = pool.run(work, egress or Rows())
    if outcome.status != "returned":
        raise RuntimeError(f"the benchmark's own tool failed: {outcome.error}")
    return outcome


def repeated(work: Callable[[], object], times: int, pause_seconds: float = 0.0) -> list[float]:
    """Milliseconds of each time, with a pause before it."""
    found = []
    for _ in range(times):
        time.sleep(pause_seconds)
        found.append(milliseconds(work))
    return found


def resident_mib(pid: int) -> float:
    """What the process holds in memory when it rests: a worker throws the last run's away after it has answered."""
    time.sleep(_REST_SECONDS)
    return _status_mib(pid, "VmRSS")


def peak_mib(pid: int) -> float:
    """The most that the process ever held. Not what `getrusage` says, which begins with what the parent held."""
    return _status_mib(pid, "VmHWM")


def address_space_mib(pid: int) -> float:
    """The most addresses that the process had reserved at a time; next to all of them cost nothing."""
    return _status_mib(pid, "VmPeak")


def _status_mib(pid: int, field: str) -> float:
    """Needs /proc, which is where these figures are taken."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kib = next(line.split()[1] for line in lines if line.startswith(f"{field}:"))
    return int(kib) / 1024
