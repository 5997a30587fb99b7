"""The type checker's process, seen from its supervisor: one check at a time, each with a deadline.

Types can be written that take mypy for ever, or all memory (`T1 = tuple[T0, T0]`, thirty times over). In this process that
would be the end of all type checking; there it is the end of a process, and the next check starts another.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from types import TracebackType
from typing import Self

from sandbox.channel import Channel, Deadline, DeadlineMissed
from sandbox.jobs import MIB
from sandbox.protocol import Kind, ProtocolBroken
from schemas.errors import LimitExceeded, Misconfigured, quoted

CHECK_SECONDS = 20.0
"""For one check. A usual one takes 10 ms; the deadline is for a loaded machine and for the mypy process that answers for a
server that broke (3 s)."""

START_SECONDS = 120.0
"""Until the first word: 2 s where the cache is to be filled, on an idle machine."""

_MOST_BYTES = 16 * MIB
_ORPHAN_GRACE_SECONDS = 10.0
_ROOT = Path(__file__).parent.parent
_BOOTSTRAP = (
    "import sys; sys.path.append(sys.argv[1]); from sandbox.mypy_worker import main; "
    "main(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))"
)
_SIMPLIFY = "Simplify the types."


class MypyProcess:
    """Reports on one pair of texts at a time; safe to share between threads, as is `cache_folder` between processes."""

    def __init__(self, cache_folder: Path, *, check_seconds: float = CHECK_SECONDS) -> None:
        self._cache = cache_folder.absolute()
        self._check_seconds = check_seconds
        self._scratch = TemporaryDirectory(prefix="types-")
        self._one_at_a_time = Lock()
        self._worker: _Worker | None = None

    def warm(self) -> None:
        """Make the next report a fast one. Raises Misconfigured where mypy can't run."""
        with self._one_at_a_time:
            self._running()

    def report(self, source: str, tests: str) -> str:
        """Mypy's lines on a tool and its tests.

        Raises Misconfigured where mypy can't run, LimitExceeded where these texts take it too long or too much memory.
        """
        with self._one_at_a_time:
            worker = self._running()
            try:
                return worker.ask(json.dumps([source, tests]), self._check_seconds)
            except BaseException:  # also an interrupt: half an answer in the pipe would be taken for the next one's
                self._drop()
                raise

    def close(self) -> None:
        """End the process and drop its files; a report after this is an error."""
        with self._one_at_a_time:
            self._drop()
            self._scratch.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _running(self) -> _Worker:
        if self._worker is not None and not self._worker.is_alive:
            self._drop()
        if self._worker is None:
            worker = _Worker(self._cache, Path(self._scratch.name), int(self._check_seconds + _ORPHAN_GRACE_SECONDS))
            try:
                worker.await_ready()
            except BaseException:
                worker.close()
                raise
            self._worker = worker
        return self._worker

    def _drop(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None


class _Worker:
    """A started process, leader of a group of its own: the mypy process that it may have started ends with it."""

    def __init__(self, cache: Path, scratch: Path, orphan_seconds: int) -> None:
        told = (_ROOT, cache, scratch, _MOST_BYTES, orphan_seconds)
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _BOOTSTRAP, *map(str, told)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd="/",
            env={},
            process_group=0,
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the type checker was started without pipes")
        self._pipes = (self._process.stdin, self._process.stdout)
        self._channel = Channel(*self._pipes)

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def await_ready(self) -> None:
        """Raises Misconfigured where it does not come up."""
        try:
            kind, text = self._channel.read(_MOST_BYTES, Deadline(START_SECONDS))
        except (DeadlineMissed, ProtocolBroken) as error:
            raise Misconfigured("the type checker did not start", hint="Install the requirements again.") from error
        if kind is not Kind.READY:
            raise _told(text)

    def ask(self, job: str, seconds: float) -> str:
        """The report on a pair of texts. Whatever is raised, this worker is of no more use."""
        deadline = Deadline(seconds)
        try:
            self._channel.write(Kind.JOB, job, deadline)
            kind, text = self._channel.read(_MOST_BYTES, deadline)
        except DeadlineMissed as error:
            raise LimitExceeded(f"mypy took more than {seconds:g} seconds", hint=_SIMPLIFY) from error
        except ProtocolBroken as error:
            raise LimitExceeded(f"mypy broke down over them ({quoted(error)})", hint=_SIMPLIFY) from error
        if kind is not Kind.END:
            raise _told(text)
        return text

    def close(self) -> None:
        """Kill it and what it started, and wait for it."""
        with suppress(ProcessLookupError):  # it has ended, and everything with it
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in self._pipes:
            pipe.close()


def _told(text: str) -> LimitExceeded | Misconfigured:
    is_limit, message, hint = json.loads(text)
    return (LimitExceeded if is_limit else Misconfigured)(message, hint=hint)
