"""Every way in which a run can be stopped has a finding of its own, and none is without a way to get there."""

from __future__ import annotations

import math
import os
import signal
from typing import get_args

import pytest

from sandbox.egress import EgressFailure
from sandbox.jobs import MIB, FindingCode, Limits
from sandbox.supervisor import WorkerPool
from tests.sandbox.isolates import Host, run_body

_TIGHT = Limits(cpu_seconds=0.2, wall_seconds=5.0, memory_bytes=64 * MIB, output_bytes=1000)

_BODIES: dict[FindingCode, str] = {
    "F_CPU": "while True:\n    pass",
    "F_WALL": "import time\ntime.sleep(6)",
    "F_MEMORY": "return len(bytearray(1 << 30))",
    "F_OUTPUT": "print('x' * 1001)",
    "F_RECURSION": "def down():\n    return down()\ndown()",
    "F_IMPORT": "import ctypes",
    "F_THREADS": "import threading",
    "F_HOST_IMPORT": "input()",
    "F_VALUE": "return [object()]",
    "F_DENIED": "client.get('/refused')",
    "F_TRAP": "import os\nos.abort()",
    "F_WORKER": "client.get('/kill')",
}


class _Hostile(Host):
    """Refuses one path, and ends the worker that asks for another."""

    def __init__(self, pool: WorkerPool) -> None:
        super().__init__()
        self._pool = pool

    def send(self, request: str, ends: float = math.inf) -> str:
        if "/refused" in request:
            raise EgressFailure("denied", "E_DENIED", "no")
        for pid in self._pool.pids():
            os.kill(pid, signal.SIGKILL)
        return super().send(request, ends)


@pytest.mark.parametrize("code", get_args(FindingCode))
def test_every_finding_is_what_some_run_ends_in(pool: WorkerPool, code: FindingCode) -> None:
    outcome = run_body(pool, _BODIES[code], _Hostile(pool), _TIGHT)
    assert outcome.finding == code
    assert outcome.error is not None
