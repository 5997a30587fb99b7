"""The worker process: loads the image once, gives up all it can, then runs one job after the other.

Started by the supervisor with nothing but two pipes. It holds no credential and trusts nothing that an isolate says; the
supervisor in turn trusts nothing that it says.
"""

from __future__ import annotations

import json
import os
import select
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sandbox import walls
from sandbox.isolate import Isolate
from sandbox.jobs import Limits
from sandbox.protocol import FrameReader, Kind, ProtocolBroken, encode

_STDIN, _STDOUT = 0, 1
_PIPE_BYTES = 1 << 16
_ASIDE_SECONDS = 0.001
_MOST_BYTES = 1 << 30
"""Of a frame from the supervisor, who is trusted."""

_DRY_JOB: dict[str, Any] = {
    "entry": "call",
    "source": "def nothing(client): return []",
    "function": "nothing",
    "arguments": {},
    "base_url": "http://localhost",
    "seed": 0,
    "trace": False,
    "output_bytes": 1024,
    "aws": None,
}


class _Pipe:
    """The supervisor at the other end; also what answers the isolate's calls."""

    def __init__(self) -> None:
        self._frames = FrameReader(lambda: os.read(_STDIN, _PIPE_BYTES))

    def read(self) -> tuple[Kind, str]:
        return self._frames.read(_MOST_BYTES)

    def write(self, kind: Kind, text: str = "") -> None:
        left = memoryview(encode(kind, text))
        while left:
            left = left[os.write(_STDOUT, left) :]

    def step_aside(self) -> None:
        """Sleep until the supervisor is done with the answer. It was woken on this processor, and would wait there for us."""
        select.select([_STDIN], [], [], _ASIDE_SECONDS)

    def send(self, request: str) -> tuple[bool, str]:
        self.write(Kind.SEND, request)
        kind, envelope = self.read()
        return kind is Kind.ANSWER, envelope

    def sleep(self, seconds: float) -> str | None:
        self.write(Kind.SLEEP, repr(seconds))
        kind, refusal = self.read()
        return refusal if kind is Kind.REFUSAL else None


def main(artefact: str) -> None:
    """Serve jobs until the supervisor closes the pipe."""
    pipe = _Pipe()
    try:
        isolate, up = _start(Path(artefact), pipe)
    except Exception as error:  # noqa: BLE001  any reason not to start is the operator's to read, and this process has no terminal
        pipe.write(Kind.FAILED, " ".join(f"{type(error).__name__}: {error}".split()))
        return
    pipe.write(Kind.READY, json.dumps(up))
    try:
        while True:
            isolate.renew()
            _, job = pipe.read()
            pipe.write(Kind.END, _run(isolate, pipe, job))
            pipe.step_aside()
    except (ProtocolBroken, BrokenPipeError):
        return


def _start(artefact: Path, pipe: _Pipe) -> tuple[Isolate, list[str]]:
    up = walls.raise_first()
    isolate = Isolate(artefact)
    up += walls.raise_rest()
    isolate.start_watchdog()
    up += walls.forbid_processes()
    # A first run pages the image in, and shows here, where it can be told, whether the image works at all.
    report = isolate.run(json.dumps(_DRY_JOB), pipe, limits=Limits(), started_ns=0, seed=0)
    if not report.text.startswith('{"status": "returned"'):
        raise RuntimeError(f"the dry run failed: {report.message or report.text[:500]}")
    return isolate, up


def _run(isolate: Isolate, pipe: _Pipe, job: str) -> str:
    """Run a job; the text of its end frame."""
    head, _, guest = job.partition("\n")
    told = json.loads(head)
    limits = Limits(**told["limits"])
    walls.limit_run(limits.memory_bytes, limits.cpu_seconds)
    report = isolate.run(guest, pipe, limits=limits, started_ns=told["started_ns"], seed=told["seed"])
    how = {"finding": report.finding, "message": report.message, "usage": asdict(report.usage)}
    return f"{json.dumps(how)}\n{report.text}"
