"""A run is determined by its job and its answers, to the byte."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from sandbox.jobs import Outcome
from sandbox.supervisor import WorkerPool
from tests.sandbox.isolates import STARTED_AT, Host, call_job, ok, run_body

DICE = """
import os, random, secrets, time, uuid
from datetime import UTC, datetime

def tool(client):
    rows = [random.random(), random.sample(range(1000), 5), str(uuid.uuid4()), str(uuid.uuid1()), secrets.token_hex(16)]
    rows += [os.urandom(8).hex(), random.Random().random(), random.SystemRandom().random(), datetime.now(UTC).isoformat()]
    time.sleep(1.5)
    rows += [time.time(), time.monotonic(), time.perf_counter_ns(), id(rows), hash("text"), repr(object()), list({"a", "b", "c", "d"})]
    client.get("/rows", params={"token": secrets.token_urlsafe()})
    client.post("/rows", files={"file": b"content"})
    print(repr(client), object())
    return rows
"""


def _told(outcome: Outcome) -> Outcome:
    """Without what was measured."""
    return replace(outcome, usage=replace(outcome.usage, cpu_seconds=0.0, wall_seconds=0.0))


def test_equal_jobs_with_equal_answers_are_equal_to_the_byte(pool: WorkerPool) -> None:
    runs = []
    for _ in range(4):
        host = Host(lambda _: ok([1]))
        runs.append((_told(pool.run(replace(call_job(DICE), trace=True), host)), host.requests))
    assert runs[0][0].status == "returned"
    assert all(run == runs[0] for run in runs)


def test_a_fresh_worker_is_no_different(pool: WorkerPool, image: Path) -> None:
    with WorkerPool(image, size=1) as another:
        outcome = another.run(call_job(DICE), Host())
    assert outcome.status == "returned"
    assert _told(outcome) == _told(pool.run(call_job(DICE), Host()))


def test_another_seed_changes_all_that_is_random_and_nothing_else(pool: WorkerPool) -> None:
    first, second = (pool.run(replace(call_job(DICE), seed=seed), Host()).value for seed in (1, 2))
    assert [one == other for one, other in zip(first, second, strict=True)] == [False] * 8 + [True] * 8


def test_the_clock_stands_where_the_job_says(pool: WorkerPool) -> None:
    body = "from datetime import UTC, datetime\nreturn [datetime.now(UTC).isoformat(), datetime.now().isoformat()]"
    assert run_body(pool, body).value == [STARTED_AT.isoformat(), STARTED_AT.replace(tzinfo=None).isoformat()]


def test_the_clock_takes_any_zone_and_keeps_its_microseconds(pool: WorkerPool) -> None:
    at = datetime(2026, 12, 31, 23, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=8)))
    source = "from datetime import UTC, datetime\ndef tool(client):\n    return datetime.now(UTC).isoformat()"
    value = pool.run(replace(call_job(source), started_at=at), Host()).value
    assert datetime.fromisoformat(value) == at.astimezone(UTC)


def test_a_sleep_moves_every_clock_and_is_told_to_the_host(pool: WorkerPool) -> None:
    body = "import time\nbefore = time.time(), time.monotonic()\ntime.sleep(2.5)\nreturn [time.time() - before[0], time.monotonic() - before[1]]"
    host = Host()
    outcome = run_body(pool, body, host)
    assert outcome.value == [pytest.approx(2.5), 2.5]
    assert (host.sleeps, outcome.usage.slept_seconds) == ([2.5], 2.5)


def test_zones_are_baked(pool: WorkerPool) -> None:
    body = (
        "from datetime import datetime\n"
        "from zoneinfo import ZoneInfo\n"
        "return [datetime.now(ZoneInfo(name)).isoformat() for name in ('Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'UTC')]"
    )
    shown = [datetime.fromisoformat(text) for text in run_body(pool, body).value]
    assert all(moment == STARTED_AT for moment in shown)
    assert [moment.utcoffset() for moment in shown] == [timedelta(hours=hours) for hours in (8, 1, -5, 0)]


def test_an_unknown_zone_is_an_ordinary_error(pool: WorkerPool) -> None:
    outcome = run_body(pool, "from zoneinfo import ZoneInfo\nZoneInfo('Mars/Olympus')")
    assert outcome.error is not None
    assert outcome.error.type == "zoneinfo._common.ZoneInfoNotFoundError"
