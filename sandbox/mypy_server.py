"""Mypy kept warm in this process (the worker's, `mypy_process` says why), in front of a cache that every process shares.

The server is mypy's own daemon class without its socket. It is internal, so mypy is pinned, and whatever it raises is
answered by a mypy process instead. Measured: 2 s to fill the cache, once per machine and version; 0.2 s from a filled cache
to the first verdict of a process; then 10 ms each. The warm worker holds 110 MB, Python and ours included, and does not grow.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from sandbox.image.baked import MODULES
from schemas.base import digest
from schemas.errors import LimitExceeded, Misconfigured, quoted

if TYPE_CHECKING:  # 0.1 s and 30 MB that only a check needs
    from mypy.dmypy_server import Server
    from mypy.modulefinder import BuildSource

FLAGS = (
    "--strict",
    "--python-version=3.11",
    "--config-file=",  # neither the project's nor the user's
    "--no-color-output",
    "--no-error-summary",
    "--no-pretty",
    "--hide-error-context",
    "--show-absolute-path",
)
"""All that decides a verdict, in one place."""

FILES = ("tool.py", "test_tool.py")
"""What the two texts of a candidate are called in a report."""

PROCESS_TIMEOUT_SECONDS = 120.0

_WRITABLE = "Give it a folder that this user can write."

REPRESENTATIVE = "".join(f"import {name}\n" for name in MODULES if name != "__future__")
"""A module that imports all that a tool may. It is a source of every check, so the server forgets none of it."""


STUBS = Path(__file__).parent / "stubs"
"""Types of what tools may import and nobody has typed: boto3 and the parts of botocore on the list."""


class MypyServer:
    """Reports on one pair of texts at a time, which it writes to `scratch`. Processes may share `cache_folder`.

    One to a process: mypy keeps state in its modules. Side effect on the process, of mypy's making: the garbage collector runs
    less often (`gc.set_threshold`).
    """

    def __init__(self, cache_folder: Path, scratch: Path) -> None:
        self._cache = cache_folder.absolute() / f"types-{_versions_digest()}"
        self._server: Server | None = None
        self._scratch = scratch
        self._reports = 0

    def warm(self) -> None:
        """Make the next report a fast one. Raises as `report` does."""
        self.report(REPRESENTATIVE, "import tool\n")

    def report(self, source: str, tests: str) -> str:
        """Mypy's lines on a tool and its tests.

        Raises Misconfigured where mypy can't run, LimitExceeded where it hangs or runs out of memory.
        """
        server = self._running()
        paths = self._written(source, tests)
        try:
            return _checked(server, [self._representative, *paths])
        except MemoryError as error:
            raise LimitExceeded("mypy took more memory than it may", hint="Simplify the types.") from error
        except (Exception, SystemExit):  # noqa: BLE001 - internals fail as they like on hostile code; one answer serves all
            self._server = None
            return _mypy(self._scratch, self._stubs, f"--cache-dir={os.devnull}", *map(str, paths))

    @property
    def _representative(self) -> Path:
        return self._cache / "representative.py"

    @property
    def _stubs(self) -> Path:
        """A copy in the cache: mypy refuses a path within site-packages, where an installed package of ours is."""
        return self._cache / "stubs"

    def _running(self) -> Server:
        if self._server is None:
            try:
                self._cache.mkdir(mode=0o700, parents=True, exist_ok=True)
                with FileLock(f"{self._cache}.lock"):
                    self._server = self._started()
            except OSError as error:
                raise Misconfigured(f"the type checker's cache is of no use: {quoted(error, 400)}", hint=_WRITABLE) from error
        return self._server

    def _started(self) -> Server:
        filled = self._cache / "filled"
        if filled.exists():
            try:
                return _new_server(self._cache, self._stubs, self._representative)
            except (Exception, SystemExit):  # noqa: BLE001 - a damaged cache fails as a database can; filling it again mends all
                filled.unlink()
        self._fill_cache()
        filled.touch()
        return _new_server(self._cache, self._stubs, self._representative)

    def _fill_cache(self) -> None:
        """By a process of its own, which gives its 200 MB back."""
        shutil.rmtree(self._cache)
        self._cache.mkdir(mode=0o700)
        shutil.copytree(STUBS, self._stubs)
        self._representative.write_text(REPRESENTATIVE)
        said = _mypy(self._cache, self._stubs, f"--cache-dir={self._cache}", "--cache-fine-grained", str(self._representative))
        if said:
            raise Misconfigured(f"what tools import does not type-check: {quoted(said, 400)}", hint="Install the requirements again.")

    def _written(self, source: str, tests: str) -> list[Path]:
        """The two texts as files whose times differ from all before: the server looks at size and time, then at the text."""
        self._reports += 1
        paths = [self._scratch / name for name in FILES]
        for path, text in zip(paths, (source, tests), strict=True):
            path.write_text(text, encoding="utf-8")
            os.utime(path, (self._reports, self._reports))
        return paths


def _new_server(cache: Path, stubs: Path, representative: Path) -> Server:
    from mypy.dmypy_server import Server
    from mypy.main import process_options

    arguments = [*FLAGS, f"--cache-dir={cache}", "--cache-fine-grained", "--use-fine-grained-cache"]
    _, options = process_options(arguments, require_targets=False, server_options=True)
    options.mypy_path = [str(stubs)]
    server = Server(options, status_file=os.devnull)
    _checked(server, [representative])
    return server


def _checked(server: Server, paths: Sequence[Path]) -> str:
    from mypy.modulefinder import BuildSource

    sources: list[BuildSource] = [BuildSource(str(path), path.stem, None) for path in paths]
    answer = server.check(sources, export_types=False, is_tty=False, terminal_width=200)
    if answer["err"]:
        raise RuntimeError(answer["err"])
    return str(answer["out"])


def _mypy(folder: Path, stubs: Path, *arguments: str) -> str:
    """Standard output of a mypy process in `folder`, without our environment."""
    command = [sys.executable, "-I", "-m", "mypy", *FLAGS, *arguments]
    try:
        done = subprocess.run(
            command,
            env={"MYPYPATH": str(stubs)},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PROCESS_TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise LimitExceeded(f"mypy took more than {PROCESS_TIMEOUT_SECONDS:.0f} seconds", hint="Simplify the types.") from error
    if done.returncode != 0 and not done.stdout:
        said = quoted(done.stderr.decode(errors="replace").strip(), 400)
        raise Misconfigured(f"mypy ended with {done.returncode}: {said}", hint="Install the pinned mypy again.")
    return done.stdout.decode(errors="replace")


def _versions_digest() -> str:
    """Names what a cache depends on: versions, flags, stubs, and where the packages lie."""
    versions = [platform.python_version(), version("mypy"), version("httpx"), sys.prefix]
    stubs = [text for path in sorted(STUBS.rglob("*.pyi")) for text in (path.relative_to(STUBS).as_posix(), path.read_text())]
    return digest([*versions, *FLAGS, REPRESENTATIVE, *stubs])[:16]
