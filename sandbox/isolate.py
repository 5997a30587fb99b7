"""The inner wall: a fresh instance of the image for every run.

Nothing of WASI is added wholesale. `imports.py` defines what a run may ask of the host; every other import of the image
(files, sockets, name resolution, standard streams, exit) is a trap: those are not denied but absent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from wasmtime import Store, WasmtimeError
from wasmtime.component import Component, Func, Linker

from sandbox import imports
from sandbox.image.engine import make_engine
from sandbox.imports import Host, Run, RunStopped
from sandbox.jobs import MIB, FindingCode, Limits, Usage
from sandbox.metering import Watchdog

_ABSENT = re.compile(r"unknown import: `([\w:/@.\-#\[\]]{1,120})`")


@dataclass(frozen=True)
class Report:
    """How a run ended: with the guest's own words in `text` or, stopped by the wall, with `finding` and `message`."""

    usage: Usage
    text: str = ""
    finding: FindingCode | None = None
    message: str = ""


class Isolate:
    """A loaded image. Runs one job at a time; the runs share nothing but compiled code."""

    def __init__(self, artefact: Path) -> None:
        self._engine = make_engine()
        self._component = Component.deserialize_file(self._engine, str(artefact))
        self._current: Run | None = None
        self._next: tuple[Store, Func] | None = None
        self._used: Store | None = None
        self._watchdog = Watchdog(self._engine.increment_epoch)
        self._linker = Linker(self._engine)
        self._linker.allow_shadowing = True
        self._linker.define_unknown_imports_as_traps(self._component)
        imports.define(self._linker, list(self._component.type.imports(self._engine)), self._running)

    def start_watchdog(self) -> None:
        """Start the thread that enforces CPU and wall limits. Apart from loading, because some walls bind only later threads."""
        self._watchdog.start()

    def renew(self) -> None:
        """Throw the last run's instance away and make the next one's, while nobody waits: a quarter of what a short run costs."""
        if self._used is not None:
            self._used.close()
            self._used = None
        if self._next is None:
            self._next = self._instantiate()

    def run(self, job: str, host: Host, *, limits: Limits, started_ns: int, seed: int) -> Report:
        """Run `job`, the guest's own JSON, in an instance that ran nothing before. Whatever the code does, there is a report."""
        run = self._current = Run(host, limits, started_ns, seed, self._watchdog.hurry)
        finding: FindingCode
        try:
            text = self._call(job, run, limits)
            return Report(run.meter.usage(run.calls), text)
        except RunStopped as stop:
            finding, detail = stop.finding, ""
        except WasmtimeError as trap:
            finding, detail = _judge(str(trap), run)
        return Report(run.meter.usage(run.calls), finding=finding, message=_explain(finding, limits, detail))

    def _call(self, job: str, run: Run, limits: Limits) -> str:
        store, export = self._take()
        with self._watchdog.watching(run.meter):
            store.set_limits(memory_size=limits.memory_bytes)
            store.set_epoch_deadline(1)
            return str(export(store, job))

    def _take(self) -> tuple[Store, Func]:
        """The next instance, which from now on is the used one."""
        self.renew()
        taken, self._next = self._next or self._instantiate(), None
        self._used = taken[0]
        return taken

    def _instantiate(self) -> tuple[Store, Func]:
        store = Store(self._engine)
        store.set_epoch_deadline(1)  # or starting up counts as overdue
        export = self._linker.instantiate(store, self._component).get_func(store, "run")
        if export is None:
            raise WasmtimeError("the image has no export `run`")
        return store, export

    def _running(self) -> Run:
        if self._current is None:
            raise RuntimeError("an isolate called the host outside of a run")
        return self._current


def _judge(trap: str, run: Run) -> tuple[FindingCode, str]:
    """What a trap stands for, and what it names. Only names of WASI functions are taken over from its text."""
    if (absent := _ABSENT.search(trap)) is not None:
        return "F_HOST_IMPORT", absent.group(1)
    if "call stack exhausted" in trap:
        return "F_RECURSION", ""
    return run.meter.overrun() or "F_TRAP", ""


def _explain(finding: FindingCode, limits: Limits, detail: str) -> str:
    """What happened and the way out, for the author of the tool."""
    match finding:
        case "F_CPU":
            return f"used more than {limits.cpu_seconds:g} s of CPU; look for a loop that never ends or work that grows with the square"
        case "F_WALL":
            return f"took more than {limits.wall_seconds:g} s with waiting and sleeping; make fewer calls or bound the retries"
        case "F_MEMORY":
            return f"needs more than {limits.memory_bytes // MIB} MiB of memory; keep only the fields that the rows need"
        case "F_OUTPUT":
            return f"sent a request of more than {limits.output_bytes} bytes"
        case "F_RECURSION":
            return "recursion went too deep; walk nested data with a loop"
        case "F_HOST_IMPORT":
            return f"asked for {detail}: the isolate has no files, sockets, processes or terminal; use the client that is passed in"
        case _:
            return "the interpreter in the isolate broke; this is not the tool's ordinary failure, so simplify what it does"
