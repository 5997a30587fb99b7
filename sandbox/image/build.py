"""Makes the image: CPython and the guest, pre-initialised by componentize-py, compiled ahead of time by wasmtime."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

from wasmtime.component import Component

from sandbox.image import baked
from sandbox.image.engine import make_engine
from schemas.errors import Misconfigured
from schemas.ports import Progress

HERE = Path(__file__).parent
GUEST = HERE / "guest"
WIT = HERE / "isolate.wit"
_TICK_SECONDS = 0.2
_NOT_BAKED = ("data",)
"""Folders of 31 MB: the models of all AWS services. Those that a run needs come with its job."""
_COMPONENTIZE = "from componentize_py import script; script()"

T = TypeVar("T")


@dataclass(frozen=True)
class Stage:
    """A part of the work. Neither tool tells how far it is, so the bar moves by how long each took where it was measured."""

    words: str
    first: float
    last: float
    expected_seconds: float


_BAKE = Stage("Baking Python into the isolate (once)", 0.0, 0.6, 7.0)
_COMPILE = Stage("Compiling the isolate for this processor (once)", 0.6, 1.0, 5.0)


def sources() -> Iterator[Path]:
    """The files of ours that decide what the image is."""
    yield from sorted(GUEST.glob("*.py"))
    yield from (WIT, HERE / "baked.py", HERE / "build.py", HERE / "engine.py")


def build(workspace: Path, progress: Progress) -> bytes:
    """The artefact for this machine's processor. Writes in `workspace` only; raises Misconfigured where baking fails."""
    component = workspace / "isolate.wasm"
    path = workspace / "path"
    _stage_sources(path)
    paced(_BAKE, progress, lambda: _componentize(path, component))
    return paced(_COMPILE, progress, lambda: bytes(Component.from_file(make_engine(), component).serialize()))


def _stage_sources(path: Path) -> None:
    """Copy exactly what may be baked, so that nothing else of this environment can be imported by accident."""
    shutil.copytree(GUEST, path / GUEST.name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(HERE / "baked.py", path)
    for package in baked.PACKAGES:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise Misconfigured(f"the package {package!r} is not installed", hint="Install the project's requirements again.")
        origin = Path(spec.origin)
        if origin.name == "__init__.py":
            shutil.copytree(origin.parent, path / package, ignore=shutil.ignore_patterns("__pycache__", *_NOT_BAKED))
        else:
            shutil.copy(origin, path)


def _componentize(path: Path, component: Path) -> None:
    """Run componentize-py. Its environment is empty, or it would search the path and VIRTUAL_ENV for more packages."""
    options = ["--quiet", "--wit-path", str(WIT), "--world", "isolate"]
    command = ["componentize", "--python-path", str(path), "--output", str(component), GUEST.name]
    done = subprocess.run(
        [sys.executable, "-I", "-c", _COMPONENTIZE, *options, *command], env={}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Misconfigured(f"the isolate's image could not be baked: {done.stderr.strip()[-2000:] or done.stdout[-2000:]}")


def paced(stage: Stage, progress: Progress, work: Callable[[], T]) -> T:
    """What `work` returns or raises; meanwhile the bar moves through the stage."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        future = pool.submit(work)
        ticks = 0
        while not future.done():
            share = min(ticks * _TICK_SECONDS / stage.expected_seconds, 0.95)
            progress(stage.words, stage.first + (stage.last - stage.first) * share)
            wait([future], timeout=_TICK_SECONDS)
            ticks += 1
        return future.result()
