"""Asking, end to end and in a warm process: the first time, when a tool is written and proven, and again, when it is reused."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from eval.bench.conditions import Conditions
from eval.bench.figures import Figure, spread, timed
from eval.runtime import Runtime
from eval.servers import estate

FIRST_ASKS = (
    "top {n} hosts by memory",
    "services with no on-call engineer",
    "count services by tier",
    "failed deployments in the last {n} hours",
    "hosts with cpu above {n}%",
)
"""Each is another tool; `{n}` is a constant, so asking with another one is a reuse."""


def run(conditions: Conditions) -> list[Figure]:
    """Milliseconds of ours: the whole time of an ask less the time that the backend took, as the transcript has it."""
    rounds = 1 if conditions.quick else 5
    repetitions = 4 if conditions.quick else 20
    first: list[float] = []
    again: list[float] = []
    for _ in range(rounds):
        with (
            tempfile.TemporaryDirectory() as folder,
            conditions.open_runtime(Path(folder, "home")) as runtime,
            estate(Path(folder), now=datetime.now(UTC), token="benchmark") as server,  # noqa: S106 - of a server of our own
        ):
            runtime.prepare(lambda _stage, _fraction: None)
            runtime.connect(f"{server.url}/openapi.json", name="estate", credential=server.credential)
            first += [_own_milliseconds(runtime, question.format(n=10), reused=False) for question in FIRST_ASKS]
            for number in range(1, repetitions + 1):
                again += [_own_milliseconds(runtime, question.format(n=number), reused=True) for question in FIRST_ASKS]
    return [
        *spread("first ask: written, proven, registered, run", first, 50, 90, 100, note=_note(first)),
        *spread("second ask: reused", again, 50, 90, 100, note=_note(again)),
    ]


def _own_milliseconds(runtime: Runtime, question: str, *, reused: bool) -> float:
    record, took = timed(lambda: runtime.ask(question, on_step=lambda _: None))
    if record.answer is None or record.answer.reused is not reused:
        raise RuntimeError(f"{question!r} was {'not ' if reused else ''}reused: nothing comparable was measured")
    return took - record.answer.backend_milliseconds


def _note(asks: list[float]) -> str:
    return f"{len(asks)} asks, less the backend's time"
