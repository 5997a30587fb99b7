"""kill -9 after any step: nothing that was registered is lost, nothing is registered twice, and the run goes on."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
from fastapi import FastAPI

from opswright.settings import Settings
from opswright.wiring import Runtime
from schemas.errors import BackendUnavailable

KILLED_AFTER = """
import os, signal, sys
from opswright.settings import Settings
from opswright.wiring import Runtime
settings, victim = Settings.model_validate_json(sys.argv[1]), sys.argv[2]
with Runtime(settings) as runtime:
    runtime.runner.ask("list owners", on_step=lambda step: os.kill(os.getpid(), signal.SIGKILL) if step == victim else None)
"""


@pytest.mark.parametrize("step", ["understand", "plan", "gather", "write", "verify", "register", "run"])
def test_a_killed_run_goes_on_after_its_last_step(runtime: Runtime, settings: Settings, estate: FastAPI, step: str) -> None:
    died = subprocess.run([sys.executable, "-c", KILLED_AFTER, settings.model_dump_json(), step], capture_output=True, timeout=120)
    assert died.returncode == -signal.SIGKILL, died.stderr.decode()
    record = runtime.runs.latest(1)[0]
    assert record.status == "running"
    assert runtime.runner.steps(record.id)[-1] == step
    resumed = runtime.runner.resume(record.id)
    assert resumed.answer is not None
    assert len(resumed.answer.rows) == len(estate.state.estate.owners)
    assert [manifest.version for manifest in runtime.registry.all()] == [1]


def test_a_run_in_another_process_hands_is_left_alone(runtime: Runtime, estate: FastAPI) -> None:
    refused: list[str] = []

    def resume_too(_: str) -> None:
        run_id = runtime.runs.latest(1)[0].id
        try:
            runtime.runner.resume(run_id)
        except BackendUnavailable as error:
            refused.append(error.message)

    runtime.runner.ask("list owners", on_step=resume_too)
    assert refused
    assert all("another process's hands" in message for message in refused)
