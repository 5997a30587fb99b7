"""The image on disk: built on first use, found again by what it was made of."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path

from filelock import FileLock

from sandbox.image import baked, build
from schemas.ports import Progress

ARTEFACT = "isolate.cwasm"
DIGEST = "sha256"
_KEYED_PACKAGES = ("wasmtime", "componentize-py", *baked.PACKAGES.values())
_CPU_INFO = Path("/proc/cpuinfo")


class ImageStore:
    """Images in one folder, each in a subfolder named by everything that its bytes depend on.

    The artefact is native code that the worker executes, so the folder and all in it belong to this user alone, and an
    artefact that anybody else could have written is built anew.
    """

    def __init__(self, folder: Path, builder: Callable[[Path, Progress], bytes] = build.build) -> None:
        self._folder = folder
        self._build_artefact = builder

    def ensure(self, progress: Progress) -> Path:
        """The artefact's path; builds it (10 to 20 seconds) where there is none.

        Safe for any number of processes at once: one builds, the others wait for it. Raises Misconfigured where it can't
        be built.
        """
        home = self._folder / image_key(build.sources())
        if not _is_sound(home):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with FileLock(self._folder / f"{home.name}.lock", mode=0o600):
                if not _is_sound(home):
                    self._build(home, progress)
        progress("The isolate's image is ready", 1.0)
        return home / ARTEFACT

    def _build(self, home: Path, progress: Progress) -> None:
        for leftover in self._folder.glob(f".{home.name}-*"):
            shutil.rmtree(leftover)
        with tempfile.TemporaryDirectory(prefix=f".{home.name}-", dir=self._folder) as workspace:
            made = Path(workspace) / "made"
            made.mkdir(mode=0o700)
            artefact = self._build_artefact(Path(workspace), progress)
            _write(made / ARTEFACT, artefact)
            _write(made / DIGEST, hashlib.sha256(artefact).hexdigest().encode())
            shutil.rmtree(home, ignore_errors=True)
            made.rename(home)


def image_key(sources: Iterable[Path]) -> str:
    """Digest of the sources, of the versions that are baked and that compile, and of this processor's features."""
    parts = {
        "sources": {path.name: path.read_text() for path in sources},
        "versions": {name: metadata.version(name) for name in _KEYED_PACKAGES},
        "machine": [platform.system(), platform.machine(), _cpu_features()],
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:24]


def digest_of(artefact: Path) -> str:
    """SHA-256 of an artefact that `ensure` gave, as it was written down when it was built."""
    return (artefact.parent / DIGEST).read_text()


def _cpu_features() -> str:
    """What the compiler may make use of. Where the system doesn't tell, the machine's kind has to do."""
    if not _CPU_INFO.exists():
        return platform.processor()
    lines = _CPU_INFO.read_text().splitlines()
    return next((line for line in lines if line.partition(":")[0].strip() in ("flags", "Features")), "")


def _is_sound(home: Path) -> bool:
    """Whether the folder holds the artefact that was built, and only this user could have written it. Reads all of it: 30 to 70 ms."""
    try:
        found = [(path.lstat(), path.is_symlink()) for path in (home, home / ARTEFACT, home / DIGEST)]
        with (home / ARTEFACT).open("rb") as artefact:
            whole = hashlib.file_digest(artefact, "sha256").hexdigest() == (home / DIGEST).read_text()
    except (OSError, ValueError):
        return False
    ours = all(status.st_uid == os.geteuid() and not stat.S_IMODE(status.st_mode) & 0o077 and not link for status, link in found)
    return whole and ours


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        path.chmod(0o600)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
