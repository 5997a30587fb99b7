"""Health: alive whatever happens, ready only when image, worker and database were tried and found well."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from pathlib import Path

import httpx

from opswright.api.dispatcher import Dispatcher
from opswright.api.readiness import Readiness
from opswright.wiring import Runtime
from tests.opswright.api.clients import Serve


def reasons(client: httpx.Client) -> dict[str, str]:
    """Why the server is not ready, having checked that it says so and is alive all the same."""
    response = client.get("/health/ready")
    told: dict[str, str] = response.json()["reasons"]
    assert (response.status_code, response.json()["status"]) == ((503, "unready") if told else (200, "ready"))
    assert client.get("/health/live").json() == {"status": "alive"}
    return told


def test_a_server_that_can_answer_is_ready(bare_api: httpx.Client) -> None:
    assert reasons(bare_api) == {}


def test_a_lost_worker_is_replaced_and_no_reason(serve: Serve, runtime: Runtime) -> None:
    with serve() as client:
        assert reasons(client) == {}
        for pid in runtime.workers.pids():
            os.kill(pid, signal.SIGKILL)
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)  # dead, and left for the pool to find
        assert reasons(client) == {}


def test_an_image_that_is_gone_is_a_reason(serve: Serve, runtime: Runtime, tmp_path: Path) -> None:
    runtime.__dict__["image"] = tmp_path / "gone.cwasm"
    with serve() as client:
        told = reasons(client)
    assert told.keys() == {"image", "worker"}
    assert "restart" in told["image"]
    assert "worker did not start" in told["worker"]


def test_a_database_that_nobody_can_write_is_a_reason_and_a_stuck_trial_is_not_started_twice(bare: Runtime) -> None:
    async def tried_twice() -> list[dict[str, str]]:
        with Dispatcher(bare.runner, threads=1, waiting=0) as dispatcher:
            impatient = Readiness(bare, dispatcher, patience_seconds=0.2)
            try:
                return [await impatient.reasons(), await impatient.reasons()]
            finally:
                impatient.close()

    with sqlite3.connect(bare.settings.database) as stuck:
        stuck.execute("BEGIN IMMEDIATE")
        found = asyncio.run(tried_twice())
        stuck.rollback()
    assert [reason["database"] for reason in found] == ["no result within 0.2 s: it is busy or hangs"] * 2


def test_a_server_that_shuts_down_is_not_ready(bare: Runtime) -> None:
    with Dispatcher(bare.runner, threads=1, waiting=0) as dispatcher:
        leaving = Readiness(bare, dispatcher)
        dispatcher.close()
        assert asyncio.run(leaving.reasons()) == {"server": "it is shutting down"}
        leaving.close()
