"""The isolate: a fresh one for each run, against a fresh Python process that does nothing at all."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from eval.bench.figures import Figure, milliseconds, percentile, spread
from eval.runtime import RuntimeFactory
from sandbox.image.store import ImageStore
from sandbox.jobs import Job
from sandbox.supervisor import WorkerPool

IMAGES = Path(__file__).parents[2] / ".cache" / "images"
"""Shared with the tests."""
PAUSE_SECONDS = 0.005
"""Before each of the spaced runs. In it a worker makes its next instance; back to back, the next run waits for that."""

_STARTED_AT = datetime(2026, 1, 1, tzinfo=UTC)
_TRIVIAL = Job("def tool(client):\n    return [1]\n", "call", "http://nowhere.invalid", _STARTED_AT, function="tool")
_CALLING = Job(
    'def tool(client):\n    return [client.get("/rows").json() for _ in range(10)]\n',
    "call",
    "http://nowhere.invalid",
    _STARTED_AT,
    function="tool",
)


class _Rows:
    """Answers every call at once."""

    def send(self, _request: str) -> str:
        return '{"status": 200, "headers": [], "body": "[]"}'

    def sleep(self, _seconds: float) -> None:
        """Nothing here waits."""


def run(quick: bool, _: RuntimeFactory) -> list[Figure]:
    """Milliseconds. Isolates and processes take turns, so that a busy machine is fair to both."""
    rounds = 5 if quick else 25
    image = ImageStore(IMAGES).ensure(lambda _stage, _share: None)
    with WorkerPool(image, size=1) as alone, WorkerPool(image) as pool:
        start = Figure(name="worker: start and first run", value=milliseconds(lambda: _run(alone, _TRIVIAL)), unit="ms")
        with ThreadPoolExecutor(2) as both:
            list(both.map(lambda _: _run(pool, _TRIVIAL), range(2)))
        return [
            *_compared(pool, rounds, 0.0, "back to back, two workers taking turns as in the product"),
            *_compared(alone, rounds, 0.0, "back to back, one worker"),
            *_compared(alone, rounds, PAUSE_SECONDS, f"one worker, {PAUSE_SECONDS * 1000:g} ms apart"),
            *spread("isolate, ten calls through httpx", _repeated(lambda: _run(pool, _CALLING), 20 * rounds), 50, 99),
            start,
            Figure(name="worker: resident memory", value=_resident_mib(pool.pids()[0]), unit="MiB"),
            *([] if quick else [_build()]),
        ]


def _compared(pool: WorkerPool, rounds: int, pause_seconds: float, note: str) -> list[Figure]:
    interpreter = str(Path(sys.executable).resolve())  # not a version manager's shim, nor a virtual environment's link
    isolates: list[float] = []
    processes: list[float] = []
    for _ in range(rounds):
        isolates += _repeated(lambda: _run(pool, _TRIVIAL), 20, pause_seconds)
        processes += _repeated(lambda: subprocess.run([interpreter, "-I", "-S", "-c", "pass"], check=True, env={}), 5, pause_seconds)
    ratio = percentile(processes, 50) / percentile(isolates, 50)
    return [
        *spread("isolate, trivial tool", isolates, 50, 99, note=note),
        *spread("python -I -S -c pass", processes, 50, 99, note=note),
        Figure(name="isolate is faster by, p50", value=ratio, unit="times", note=note),
    ]


def _run(pool: WorkerPool, job: Job) -> None:
    outcome = pool.run(job, _Rows())
    if outcome.status != "returned":
        raise RuntimeError(f"the benchmark's own tool failed: {outcome.error}")


def _repeated(work: Callable[[], object], times: int, pause_seconds: float = 0.0) -> list[float]:
    found = []
    for _ in range(times):
        time.sleep(pause_seconds)
        found.append(milliseconds(work))
    return found


def _resident_mib(pid: int) -> float:
    """Needs /proc, which is where these figures are taken."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kib = next(line.split()[1] for line in lines if line.startswith("VmRSS:"))
    return int(kib) / 1024


def _build() -> Figure:
    with tempfile.TemporaryDirectory() as folder:
        took = milliseconds(lambda: ImageStore(Path(folder)).ensure(lambda _stage, _share: None))
        return Figure(name="image: build, once per machine", value=took / 1000, unit="s")
