"""The process that type-checks: it holds a warm `MypyServer` and may be killed at any moment.

What it checks is hostile, so it bounds its own memory, and ends by itself where a check hangs and nobody is left to kill it.
"""

from __future__ import annotations

import json
import os
import resource
import signal
from pathlib import Path

from sandbox.mypy_server import MypyServer
from sandbox.protocol import FrameReader, Kind, ProtocolBroken, encode
from schemas.errors import LimitExceeded, OpswrightError

MEMORY_BYTES = 1536 * 1024 * 1024
"""Of address space, for each process. A warm server takes 130 MB of it, and one that fills the cache 200."""

_PIPE_BYTES = 1 << 16


def main(cache_folder: str, scratch_folder: str, most_bytes: int, orphan_seconds: int) -> None:
    """Answer pairs of texts with reports until the pipe closes. A check that runs for `orphan_seconds` ends the process."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    out = _own_output()
    frames = FrameReader(lambda: os.read(0, _PIPE_BYTES))
    server = MypyServer(Path(cache_folder), Path(scratch_folder))
    kind, text = _answer(server, None)
    try:
        _write(out, Kind.READY if kind is Kind.END else kind, text)
        while True:
            _, job = frames.read(most_bytes)
            signal.alarm(orphan_seconds)
            kind, text = _answer(server, job)
            signal.alarm(0)
            _write(out, kind, text)
    except (ProtocolBroken, BrokenPipeError):
        return


def _answer(server: MypyServer, job: str | None) -> tuple[Kind, str]:
    """A report, or the error in place of one. No job is the first, which warms the server."""
    try:
        if job is None:
            server.warm()
            return Kind.END, ""
        source, tests = json.loads(job)
        return Kind.END, server.report(source, tests)
    except OpswrightError as error:
        return Kind.FAILED, json.dumps([isinstance(error, LimitExceeded), error.message, error.hint])


def _own_output() -> int:
    """The pipe to the supervisor under a number of its own: what mypy prints must not get between the frames."""
    out = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return out


def _write(out: int, kind: Kind, text: str) -> None:
    left = memoryview(encode(kind, text))
    while left:
        left = left[os.write(out, left) :]
