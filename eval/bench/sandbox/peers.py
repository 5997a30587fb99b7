"""Other ways to run untrusted Python, measured where they are installed: `make peers` puts them where they are looked for.

None is a dependency of the project, and none is imported: each is a process. They share neither features nor walls with the
isolate, so their figures say what a fresh interpreter costs and not what it is worth.
"""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self, TypedDict

from eval.bench.figures import timed
from eval.bench.runs import Rows, job, resident_mib, run_once
from sandbox.jobs import Limits
from sandbox.supervisor import WorkerPool

FOLDER: Final = Path(__file__).parents[3] / ".cache" / "peers"
PROGRAMS: Final = Path(__file__).parent / "programs"
INTERPRETER: Final = str(Path(sys.executable).resolve())
"""Not a version manager's shim, nor a virtual environment's link."""
BARE: Final = "bare interpreter (python -I -S)"
BUBBLEWRAP: Final = "apt-get install bubblewrap, where user namespaces are allowed"
PEERS: Final = "make peers, with Node 20 for Pyodide"
ANSWER: Final = [1]
"""What the tool has to return, or something else was measured than a run."""


class Runner(Protocol):
    """Runs the function `tool` of some source, each time in an interpreter that ran nothing before."""

    def run(self, source: str) -> float:
        """Milliseconds. Raises RuntimeError where the tool does not return `ANSWER`."""

    def stop(self, source: str, seconds: float) -> float:
        """Milliseconds after `seconds` were over until a tool that never ends was gone."""

    def resident_mib(self) -> float:
        """What is kept between runs."""


class Pooled:
    """The product's way to run something."""

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool

    def run(self, source: str) -> float:
        outcome, took = timed(lambda: run_once(self._pool, job(source)))
        return _checked(outcome.value, took)

    def stop(self, source: str, seconds: float) -> float:
        outcome, took = timed(lambda: self._pool.run(job(source, Limits(wall_seconds=seconds)), Rows()))
        if outcome.finding != "F_WALL":
            raise RuntimeError(f"a tool that never ends has ended: {outcome}")
        return took - seconds * 1000

    def resident_mib(self) -> float:
        return sum(map(resident_mib, self._pool.pids()))


class EachAnew:
    """A process for each run."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Nothing is kept."""

    def run(self, source: str) -> float:
        began = time.perf_counter()
        done = subprocess.run([*self._command, _program(source)], env={}, capture_output=True, text=True, check=True)
        return _checked(json.loads(done.stdout), (time.perf_counter() - began) * 1000)

    def stop(self, source: str, seconds: float) -> float:
        began = time.perf_counter()
        try:
            subprocess.run([*self._command, _program(source)], env={}, timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            return (time.perf_counter() - began - seconds) * 1000
        raise RuntimeError("a tool that never ends has ended")

    def resident_mib(self) -> float:
        return 0.0


class _Reply(TypedDict):
    """`value` is null where the run was stopped."""

    value: object
    milliseconds: float


class Serving:
    """A process that stays, told by a line what to run. It takes the time itself, so that the pipe to it is not counted.

    `greeting` is what it says once it is ready.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.greeting: dict[str, float] = json.loads(self._line())

    @property
    def pid(self) -> int:
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()

    def run(self, source: str) -> float:
        reply = self._asked(source, None)
        return _checked(reply["value"], reply["milliseconds"])

    def stop(self, source: str, seconds: float) -> float:
        reply = self._asked(source, seconds)
        if reply["value"] is not None:
            raise RuntimeError("a tool that never ends has ended")
        return reply["milliseconds"] - seconds * 1000

    def resident_mib(self) -> float:
        return sum(map(resident_mib, (self.pid, *_children(self.pid))))

    def _asked(self, source: str, seconds: float | None) -> _Reply:
        if self._process.stdin is None:
            raise RuntimeError("a peer was started without pipes")
        print(json.dumps({"source": source, "seconds": seconds}), file=self._process.stdin, flush=True)
        reply: _Reply = json.loads(self._line())
        return reply

    def _line(self) -> str:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise RuntimeError(f"{self._process.args!r} ended without a word")
        return line


@dataclass(frozen=True)
class Peer:
    """A peer that may be installed. `version` is None where it is not, and `install` then says how to get it."""

    name: str
    install: str
    version: str | None
    open: Callable[[], AbstractContextManager[EachAnew | Serving]]
    seconds_each: float
    """Roughly, to decide how often it is asked."""
    stops: bool = True
    """Whether it can end a run itself, or by the end of the process that is the run's alone."""

    @property
    def sample(self) -> int:
        """How many runs in a row take about a tenth of a second; one at least, twenty at most."""
        return max(1, min(20, round(0.1 / self.seconds_each)))


def peers(folder: Path = FOLDER) -> list[Peer]:
    """All that are compared: those of `make peers` in `folder`, the system's where it finds commands."""
    bare = (INTERPRETER, "-I", "-S", "-c")
    node, bwrap = shutil.which("node"), shutil.which("bwrap")
    pyodide = _npm_version(folder, "pyodide") if node else None
    serving = (node or "", str(PROGRAMS / "pyodide.mjs"), str(folder / "node"))
    return [
        Peer(BARE, "", platform.python_version(), lambda: EachAnew(bare), 0.01),
        Peer("bubblewrap around it", BUBBLEWRAP, _bubblewrap_version(bwrap), lambda: EachAnew(_walled(bwrap, bare)), 0.02),
        Peer("Monty, a warm worker (a subset of Python)", PEERS, _monty_version(folder), lambda: Serving(_monty(folder)), 0.001),
        Peer("Pyodide, a snapshot in a warm Node", PEERS, pyodide, lambda: Serving(serving), 0.5, stops=False),
        Peer("Pyodide, a new Node", PEERS, pyodide, lambda: EachAnew((*serving, "--once")), 3.0, stops=False),
    ]


def _walled(bwrap: str | None, command: Sequence[str]) -> Sequence[str]:
    """Every namespace, the machine's files read-only. What it would take to hide them costs one more mount each."""
    return (bwrap or "", "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", *command)


def _monty(folder: Path) -> Sequence[str]:
    return (str(folder / "python" / "bin" / "python"), str(PROGRAMS / "monty_sessions.py"))


def _monty_version(folder: Path) -> str | None:
    python = _monty(folder)[0]
    if not Path(python).is_file():
        return None
    asked = "import importlib.metadata as found; print(found.version('pydantic-monty'))"
    done = subprocess.run([python, "-c", asked], capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def _npm_version(folder: Path, package: str) -> str | None:
    manifest = folder / "node" / "node_modules" / package / "package.json"
    return str(json.loads(manifest.read_bytes())["version"]) if manifest.is_file() else None


def _bubblewrap_version(bwrap: str | None) -> str | None:
    """None too where the system does not let it make namespaces."""
    if bwrap is None or subprocess.run(_walled(bwrap, ["true"]), capture_output=True, check=False).returncode:
        return None
    return subprocess.run([bwrap, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]


def _children(pid: int) -> list[int]:
    return [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]


def _program(source: str) -> str:
    return f"{source}\nprint(tool(None))"


def _checked(value: object, milliseconds: float) -> float:
    if value != ANSWER:
        raise RuntimeError(f"a peer returned {str(value)[:200]!r}, not {ANSWER}")
    return milliseconds
