"""A rehearsal is determined by the candidate and the seed, to the byte: whenever, and in whichever process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.rehearsal.rehearse import rehearse
from tests.sandbox.rehearsal.fleet import InProcess, candidate, slices, tool

ROOT = Path(__file__).parents[3]
BROKEN = {
    "hosts_above_memory": ("used <= percent", "used < percent"),
    "failed_deployments": ('if not body.get("next_cursor"):', "if True:"),
    "services_by_lifecycle": ('if not rows or seen >= body["total"]:', "if True:"),
}


def told(name: str, seed: int) -> str:
    """Everything that a rehearsal says, but for how long it took."""
    made = candidate(name, tool(name).replace(*BROKEN[name]))
    rehearsal = rehearse(made, slices(), InProcess(name), seed=seed, monotonic=lambda: 0.0)
    checks = [check.model_dump_json() for check in (rehearsal.rehearsal, rehearsal.contract)]
    return "\n".join([*checks, str(rehearsal.cases), str(rehearsal.planted_rows), *rehearsal.blind])


def told_elsewhere(name: str, seed: int, hash_seed: str) -> str:
    program = f"from {__name__} import told; print(told({name!r}, {seed}), end='')"
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("name", BROKEN)
def test_twice_in_a_row_the_same_is_said(name: str) -> None:
    assert '"findings":[{' in told(name, 3)
    assert told(name, 3) == told(name, 3)


def test_another_seed_plants_something_else() -> None:
    assert told("hosts_above_memory", 3) != told("hosts_above_memory", 4)


def test_in_other_processes_the_same_is_said() -> None:
    here = told("hosts_above_memory", 3)
    assert [told_elsewhere("hosts_above_memory", 3, hash_seed) for hash_seed in ("1", "2")] == [here, here]
