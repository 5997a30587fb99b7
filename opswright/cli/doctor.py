"""`opswright doctor`: what this installation needs, what is there, and how to mend what is not."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from opswright.cli import render
from opswright.cli.asking import progress_bar
from opswright.cli.findings import MARKS, Finding
from opswright.folders import is_open_to_others
from schemas.errors import OpswrightError
from schemas.ports import Progress

if TYPE_CHECKING:
    from opswright.wiring import Runtime


def examine(wired: Runtime, console: Console) -> bool:
    """Look at everything and print a table; true where nothing is at fault."""
    with progress_bar() as progress:
        findings = [found for look in LOOKS for found in _guarded(look, wired, progress)]
    made = render.table("", "what", "found", rows=())
    for found in findings:
        made.add_row(MARKS[found.verdict], render.plain(found.subject), render.cell(found.text))
    console.print(made)
    return all(found.verdict != "fault" for found in findings)


Look = Callable[["Runtime", Progress], Iterator[Finding]]


def _guarded(look: Look, wired: Runtime, progress: Progress) -> Iterator[Finding]:
    try:
        yield from look(wired, progress)
    except OpswrightError as error:
        yield Finding("fault", look.__name__.strip("_"), f"{error.code}: {error}")
    except OSError as error:
        # A broken disk or folder is what a doctor is called for: the other looks go on.
        yield Finding("fault", look.__name__.strip("_"), str(error))


def _python(_: Runtime, __: Progress) -> Iterator[Finding]:
    yield Finding("ok", "python", f"{platform.python_version()} on {platform.platform(terse=True)}")


def _folders(wired: Runtime, _: Progress) -> Iterator[Finding]:
    for name in ("home", "library", "cache"):
        folder: Path = getattr(wired.settings, name)
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        usable = existing.is_dir() and os.access(existing, os.W_OK)
        hint = "" if usable else f": {existing} is no folder that can be written; mend it or set OPSWRIGHT_{name.upper()}"
        yield Finding("ok" if usable else "fault", name, f"{folder}{hint}")
    home = wired.settings.home
    if home.is_dir() and is_open_to_others(home):
        yield Finding("note", "home", f"others than its owner may look into {home}; what we keep there is closed to them: chmod 700 {home}")


def _database(wired: Runtime, _: Progress) -> Iterator[Finding]:
    from opswright.database import current_revision

    yield Finding("ok", "database", f"revision {current_revision(wired.database)}")


def _image(wired: Runtime, progress: Progress) -> Iterator[Finding]:
    from sandbox.image.store import ImageStore

    path = ImageStore(wired.settings.cache / "images").ensure(progress)
    yield Finding("ok", "isolate image", f"{path.stat().st_size / 1e6:.0f} MB, wasmtime {_version('wasmtime')}")


def _walls(wired: Runtime, _: Progress) -> Iterator[Finding]:
    from sandbox import walls

    up = wired.workers.walls()
    yield Finding("ok" if up else "note", "walls", ", ".join(up) or "none besides the isolate itself on this kernel")
    if missing := [name for name in walls.NAMES if name not in up]:
        yield Finding("note", "walls", f"not on this kernel: {', '.join(missing)}; the isolate and the walls that are up have to do")


def _isolate(wired: Runtime, _: Progress) -> Iterator[Finding]:
    from opswright.trial import trial_run

    trial_run(wired)
    started = time.perf_counter()
    trial_run(wired)
    yield Finding("ok", "isolate", f"a fresh one answered in {(time.perf_counter() - started) * 1000:.1f} ms")


def _type_checker(wired: Runtime, _: Progress) -> Iterator[Finding]:
    wired.types.prime()
    yield Finding("ok", "type checker", f"mypy {_version('mypy')}, ruff {_version('ruff')}")


def _search(wired: Runtime, _: Progress) -> Iterator[Finding]:
    embedder = wired.embedder
    if embedder:
        yield Finding("ok", "search", f"words and meaning ({embedder.name})")
    else:
        yield Finding("note", "search", "words only; the weights of MiniLM come with: make setup")


def _connections(wired: Runtime, _: Progress) -> Iterator[Finding]:
    from opswright.cli.connection_checks import connections
    from opswright.wiring import now

    yield from connections(wired, now)


def _sources(wired: Runtime, _: Progress) -> Iterator[Finding]:
    from opswright.cli.source_checks import sources

    yield from sources(wired)


def _tools(wired: Runtime, _: Progress) -> Iterator[Finding]:
    yield Finding("ok", "tools", f"{len(wired.registry.all())} registered")
    for damage in wired.registry.damaged():
        yield Finding("fault", "tools", str(damage))


def _version(package: str) -> str:
    from importlib.metadata import version

    return version(package)


LOOKS: tuple[Look, ...] = (_python, _folders, _database, _image, _walls, _isolate, _type_checker, _search, _connections, _sources, _tools)
