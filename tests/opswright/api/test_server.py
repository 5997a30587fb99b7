"""Listening and leaving: who may be listened to, what a signal ends, and what kill -9 can't lose."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from fastapi import FastAPI

from opswright import ROOT
from opswright.api.server import listen, url_of
from opswright.settings import Settings
from opswright.wiring import Runtime
from schemas.errors import Misconfigured
from tests.opswright.api.clients import PATIENCE_SECONDS, Gate, ask, begin, events, status

SERVE = [sys.executable, "-m", "opswright", "serve", "--port", "0"]


@contextmanager
def served(settings: Settings, **more: object) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """`opswright serve` as a process of its own, killed at the end if it still runs."""
    chosen = {**settings.model_dump(include={"home", "library", "cache"}), **more}
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **{f"OPSWRIGHT_{name.upper()}": str(value) for name, value in chosen.items()}}
    with subprocess.Popen(SERVE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().removeprefix("listening on ").strip()
            with httpx.Client(base_url=url, trust_env=False, timeout=PATIENCE_SECONDS) as client:
                yield process, client
        finally:
            process.kill()


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit status and what went to standard error."""
    _, said = process.communicate(timeout=PATIENCE_SECONDS)
    return process.returncode, said


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost"])
def test_without_a_key_this_machine_is_listened_to(settings: Settings, host: str) -> None:
    with listen(settings, host, 0) as listener:
        assert url_of(listener).startswith("http://127.0.0.")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", ""])
def test_without_a_key_nobody_else_is(settings: Settings, host: str) -> None:
    with pytest.raises(Misconfigured, match=r"without a key.*OPSWRIGHT_API_KEY"):
        listen(settings, host, 0)


def test_with_a_key_anybody_may_be(settings: Settings) -> None:
    with listen(settings.model_copy(update={"api_key": "env:SOME_KEY"}), "0.0.0.0", 0) as listener:
        assert listener.getsockname()[0] == "0.0.0.0"


def test_a_port_that_is_taken_is_named_with_the_way_out(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(Misconfigured, match=r"can't listen.*in use.*--port"):
        listen(settings, "127.0.0.1", other.getsockname()[1])


def test_an_open_address_without_a_key_ends_the_command_before_anything_is_built(settings: Settings) -> None:
    command = [*SERVE, "--host", "0.0.0.0"]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert refused.returncode == 1
    assert "E_CONFIG" in refused.stderr


def test_sigterm_lets_a_run_finish_and_its_client_have_the_answer(settings: Settings, estate: FastAPI, gate: Gate) -> None:
    gate.shut()
    with served(settings) as (process, client):
        run_id = begin(client)
        gate.await_visitor()
        followed = events(client, run_id)
        next(followed)
        process.send_signal(signal.SIGTERM)
        while client.get("/health/ready").json()["reasons"] != {"server": "it is shutting down"}:
            pass
        assert ask(client).status_code == 503
        gate.open()
        assert list(followed)[-1] == ("end", {"id": run_id, "status": "answered"})
        assert ended(process)[0] == 0


def test_sigterm_leaves_what_takes_too_long_to_be_resumed(settings: Settings, runtime: Runtime, estate: FastAPI, gate: Gate) -> None:
    gate.shut()
    with served(settings, api_shutdown_seconds=0, api_threads=1) as (process, client):
        working = begin(client)
        gate.await_visitor()
        waiting = begin(client)
        process.send_signal(signal.SIGTERM)
        code, said = ended(process)
    assert code == 0
    assert working in said
    gate.open()
    for run_id in (working, waiting):
        assert runtime.runs.load(run_id).status == "running"
        assert not runtime.runner.is_held(run_id)
        assert runtime.runner.resume(run_id).status == "answered"


def test_kill_9_during_a_run_loses_nothing(settings: Settings, estate: FastAPI, gate: Gate) -> None:
    gate.shut()
    with served(settings) as (process, client):
        run_id = begin(client)
        gate.await_visitor()
        before = client.get(f"/api/v1/runs/{run_id}").json()["steps"]
        process.kill()
        assert ended(process)[0] == -signal.SIGKILL
    gate.open()
    with served(settings) as (_, client):
        assert status(client, run_id) == "interrupted"
        answer = client.post(f"/api/v1/runs/{run_id}/resume", params={"wait_seconds": 60})
        assert len(answer.json()["rows"]) == len(estate.state.estate.owners)
        after = client.get(f"/api/v1/runs/{run_id}").json()
        assert after["steps"][: len(before)] == before
        assert [tool["reference"] for tool in client.get("/api/v1/tools").json()["tools"]] == [answer.json()["tool"]]
