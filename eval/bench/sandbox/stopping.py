"""How soon a tool that never ends is gone, and how soon the next one can run."""

from __future__ import annotations

import math
import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from eval.bench.figures import Figure, milliseconds, spread, timed
from eval.bench.runs import TRIVIAL, Rows, job, run_once
from eval.bench.sandbox.peers import Runner
from sandbox.jobs import Limits
from sandbox.supervisor import WorkerPool

DEADLINE_SECONDS: Final = 0.2
GRACE_SECONDS: Final = 0.1

_LOOPS: Final = {
    "Python": "def tool(client):\n    while True:\n        pass\n",
    "C": "def tool(client):\n    return sum(range(10**13))\n",
}
_CALLING_ONCE: Final = "def tool(client):\n    return client.get('/rows').json()\n"


def busy_loops(ours: Runner, runners: Sequence[tuple[str, Runner]], times: int) -> Iterator[Figure]:
    """How late after its deadline a run is gone, of ours and of all."""
    for where, source in _LOOPS.items():
        for name, runner in runners:
            late = [runner.stop(source, DEADLINE_SECONDS) for _ in range(times)]
            yield from spread(f"busy loop in {where} stopped after its deadline, {name}", late, 50, 100, note=f"{times} runs")
    yield from spread("next run in the same worker after a stop", [_run_after_stop(ours) for _ in range(times)], 50)


def _run_after_stop(runner: Runner) -> float:
    runner.stop(_LOOPS["C"], DEADLINE_SECONDS)
    return runner.run(TRIVIAL)


def hard_kills(image: Path, times: int) -> Iterator[Figure]:
    """A worker that does nothing any more, its own deadline included: it is frozen in the middle of a run."""
    note = f"{times} frozen workers"
    with WorkerPool(image, size=1, grace_seconds=GRACE_SECONDS) as pool:
        late, next_runs = zip(*(_frozen(pool) for _ in range(times)), strict=True)
    yield from spread("frozen worker killed after deadline and grace", late, 50, 100, note=note)
    yield from spread("next run after that, in a new worker", next_runs, 50, note=note)


def _frozen(pool: WorkerPool) -> tuple[float, float]:
    run_once(pool, job(TRIVIAL))
    freezing = _Freezing(pool.pids()[0])
    outcome, took = timed(lambda: pool.run(job(_CALLING_ONCE, Limits(wall_seconds=DEADLINE_SECONDS)), freezing))
    if outcome.status != "killed":
        raise RuntimeError(f"a frozen worker was not killed: {outcome}")
    return took - (DEADLINE_SECONDS + GRACE_SECONDS) * 1000, milliseconds(lambda: run_once(pool, job(TRIVIAL)))


class _Freezing(Rows):
    """Answers no call: it freezes the worker that asks."""

    def __init__(self, pid: int) -> None:
        self._pid = pid

    def send(self, request: str, ends: float = math.inf) -> str:
        os.kill(self._pid, signal.SIGSTOP)
        return super().send(request, ends)
