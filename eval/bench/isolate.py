"""The isolate: a fresh one for each run, against a fresh Python process that does nothing at all."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from eval.bench.conditions import Conditions
from eval.bench.figures import Figure, milliseconds, percentile, spread
from eval.bench.runs import CALLING, IMAGES, TRIVIAL, job, repeated, resident_mib, run_once
from sandbox.image.store import ImageStore
from sandbox.supervisor import WorkerPool

PAUSE_SECONDS = 0.005
"""Before each of the spaced runs. In it a worker makes its next instance; back to back, the next run waits for that."""


def run(conditions: Conditions) -> list[Figure]:
    """Milliseconds. Isolates and processes take turns, so that a busy machine is fair to both."""
    rounds = 5 if conditions.quick else 25
    image = ImageStore(IMAGES).ensure(lambda _stage, _share: None)
    with WorkerPool(image, size=1) as alone, WorkerPool(image) as pool:
        start = Figure(name="worker: start and first run", value=milliseconds(lambda: run_once(alone, job(TRIVIAL))), unit="ms")
        with ThreadPoolExecutor(2) as both:
            list(both.map(lambda _: run_once(pool, job(TRIVIAL)), range(2)))
        return [
            *_compared(pool, rounds, 0.0, "back to back, two workers taking turns as in the product"),
            *_compared(alone, rounds, 0.0, "back to back, one worker"),
            *_compared(alone, rounds, PAUSE_SECONDS, f"one worker, {PAUSE_SECONDS * 1000:g} ms apart"),
            *spread("isolate, ten calls through httpx", repeated(lambda: run_once(pool, job(CALLING)), 20 * rounds), 50, 99),
            start,
            Figure(name="worker: resident memory", value=resident_mib(pool.pids()[0]), unit="MiB"),
            *([] if conditions.quick else [_build()]),
        ]


def _compared(pool: WorkerPool, rounds: int, pause_seconds: float, note: str) -> list[Figure]:
    interpreter = str(Path(sys.executable).resolve())  # not a version manager's shim, nor a virtual environment's link
    isolates: list[float] = []
    processes: list[float] = []
    for _ in range(rounds):
        isolates += repeated(lambda: run_once(pool, job(TRIVIAL)), 20, pause_seconds)
        processes += repeated(lambda: subprocess.run([interpreter, "-I", "-S", "-c", "pass"], check=True, env={}), 5, pause_seconds)
    ratio = percentile(processes, 50) / percentile(isolates, 50)
    return [
        *spread("isolate, trivial tool", isolates, 50, 99, note=note),
        *spread("python -I -S -c pass", processes, 50, 99, note=note),
        Figure(name="isolate is faster by, p50", value=ratio, unit="times", note=note),
    ]


def _build() -> Figure:
    with tempfile.TemporaryDirectory() as folder:
        took = milliseconds(lambda: ImageStore(Path(folder)).ensure(lambda _stage, _share: None))
        return Figure(name="image: build, once per machine", value=took / 1000, unit="s")
