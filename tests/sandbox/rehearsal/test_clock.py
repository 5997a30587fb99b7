"""In rehearsal time passes by sleeping and in no other way: in the isolate, behind the broker, with nobody waiting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sandbox.broker.budget import Budget
from sandbox.broker.wire import Transport
from sandbox.jobs import Job
from sandbox.rehearsal.rehearse import NOW, rehearse
from sandbox.rehearsal.runner import BrokeredRunner, Ran
from sandbox.supervisor import WorkerPool
from schemas.verification import Finding
from tests.sandbox.rehearsal.fleet import candidate, queries, slices, tool

WAITING = "        time.sleep(_wait_seconds(response, attempt))\n"
TIMED = """\
        before = time.time(), time.monotonic(), datetime.now(UTC).timestamp()
        asked = _wait_seconds(response, attempt)
        time.sleep(asked)
        after = time.time(), time.monotonic(), datetime.now(UTC).timestamp()
        for start, end in zip(before, after, strict=True):
            if abs(end - start - asked) > 0.001:
                raise AssertionError(f"{end - start} s went by in a sleep of {asked} s")
"""


class Watching:
    """A runner in the isolate that remembers how long each run slept."""

    def __init__(self, pool: WorkerPool, name: str) -> None:
        self.slept: list[float] = []
        self._run = BrokeredRunner(pool.run, [slices()[call.operation] for call in queries()[name].calls])

    def __call__(self, job: Job, api: Transport, budget: Budget) -> Ran:
        ran = self._run(job, api, budget)
        self.slept.append(ran.outcome.usage.slept_seconds)
        return ran


def rehearsed(pool: WorkerPool, name: str, source: str, now: datetime = NOW) -> tuple[tuple[Finding, ...], list[float]]:
    run = Watching(pool, name)
    rehearsal = rehearse(candidate(name, source), slices(), run, seed=1, now=now)
    return (*rehearsal.rehearsal.findings, *rehearsal.contract.findings), run.slept


def test_a_tool_that_waits_sees_every_clock_move_by_what_it_slept(pool: WorkerPool) -> None:
    source = tool("hosts_above_memory").replace(WAITING, TIMED)
    found, slept = rehearsed(pool, "hosts_above_memory", source)
    assert found == ()
    assert 4.0 in slept  # two answers with Retry-After: 2


def test_a_tool_that_waits_for_hours_keeps_nobody_waiting(pool: WorkerPool) -> None:
    source = tool("hosts_above_memory").replace(WAITING, "        time.sleep(7200)\n")
    found, _ = rehearsed(pool, "hosts_above_memory", source)
    assert [(finding.code, "F_WALL" in finding.message) for finding in found] == [("C_STOPPED", True)]


@pytest.mark.parametrize("now", [NOW, datetime(2031, 7, 9, 23, 59, 59, tzinfo=UTC)])
def test_a_relative_window_is_that_of_the_frozen_clock(pool: WorkerPool, now: datetime) -> None:
    found, _ = rehearsed(pool, "failed_deployments", tool("failed_deployments"), now)
    assert found == ()


def test_a_window_from_a_date_of_the_author_s_is_caught(pool: WorkerPool) -> None:
    source = tool("failed_deployments").replace("now = datetime.now(UTC)", f"now = datetime.fromisoformat({NOW.isoformat()!r})")
    found, _ = rehearsed(pool, "failed_deployments", source, NOW + timedelta(days=400))
    assert {finding.code for finding in found} == {"R_MISSING_ROW"}
    assert "started_at exactly now" in found[0].message
