"""The library on disk: `<tool>/v<N>/{tool.py, test_tool.py, manifest.json, verification.json}`.

These files are the truth about what is registered, and a team reviews them in git. A version's folder appears whole or
not at all, and is never changed afterwards.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from filelock import FileLock
from pydantic import BaseModel, ValidationError

from sandbox.durable import sync_folder
from schemas.errors import CandidateRejected, Misconfigured, NotFound, quoted
from schemas.tool import Candidate, RegisteredTool, ToolManifest, code_digest
from schemas.verification import Verification

CODE, TESTS, MANIFEST, VERIFICATION = "tool.py", "test_tool.py", "manifest.json", "verification.json"

FolderState = tuple[tuple[str, int, int], ...]
"""What tells one content of the library from another without reading it."""

Value = TypeVar("Value", bound=BaseModel)

_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
_VERSION = re.compile(r"v([1-9][0-9]{0,8})")
_UNFINISHED = ".publishing-"
_LOCK = ".lock"


class Library:
    """The folder of all tools. Made on the first publication; until then it may be absent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keeps other publishers out, across processes; the system lets go of it when a holder dies.

        Raises Misconfigured where the library can't be written, also out of the body.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with FileLock(self.folder / _LOCK):
                yield
        except OSError as error:
            raise Misconfigured(
                f"the library of tools {self.folder} can't be written: {error.strerror}.",
                hint="Make room or grant access, or point OPSWRIGHT_LIBRARY to another folder.",
            ) from error

    def sweep(self) -> None:
        """Remove what publishers left that died halfway. Only for the holder of the lock: nobody else is publishing then."""
        for leftover in self.folder.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(leftover)

    def versions(self, name: str) -> list[int]:
        """The version numbers that exist for a tool, sound or damaged, in order."""
        if not _NAME.fullmatch(name):
            return []
        return sorted(int(match[1]) for folder in _folders(self.folder / name) if (match := _VERSION.fullmatch(folder.name)))

    def references(self) -> list[tuple[str, int]]:
        """Every (tool, version) that has a folder, sound or damaged, in order."""
        names = sorted(folder.name for folder in _folders(self.folder) if _NAME.fullmatch(folder.name))
        return [(name, version) for name in names for version in self.versions(name)]

    def state(self) -> FolderState:
        """Changes whenever a version is added or removed, here or by another process. One stat a tool.

        The link count is there for two changes within one tick of the file system's clock: a folder's own count grows with
        each folder in it (ext4, xfs; elsewhere it is constant and does no harm).
        """
        return tuple(sorted((entry.name, entry.stat().st_mtime_ns, entry.stat().st_nlink) for entry in _folders(self.folder)))

    def write(self, manifest: ToolManifest, candidate: Candidate, verification: Verification) -> None:
        """Store a version. Only for the holder of the lock, and for a version that does not exist.

        All bytes are on the disk before the folder gets its name, so a crash at any moment leaves a whole version or a
        leftover for `sweep`.
        """
        target = self._version_folder(manifest.name, manifest.version)
        draft = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=self.folder))
        for name, text in _texts(manifest, candidate, verification).items():
            _write_durably(draft / name, text)
        draft.chmod(0o755)  # mkdtemp's 0700 would keep colleagues from a shared library
        sync_folder(draft)
        target.parent.mkdir(exist_ok=True)
        draft.rename(target)
        sync_folder(target.parent)
        sync_folder(self.folder)

    def read(self, name: str, version: int) -> RegisteredTool:
        """A version with its digest checked.

        Raises NotFound where there is none, and Misconfigured where its files are not what was verified.
        """
        folder = self._version_folder(name, version)
        if not folder.is_dir():
            raise NotFound(f"there is no version {version} of the tool {quoted(name)}")
        manifest = _parsed(ToolManifest, folder / MANIFEST)
        verification = _parsed(Verification, folder / VERIFICATION)
        tool = RegisteredTool(manifest=manifest, code=_text(folder / CODE), tests=_text(folder / TESTS), verification=verification)
        if complaint := _complaint(tool, name, version):
            raise _damaged(folder, complaint)
        return tool

    def _version_folder(self, name: str, version: int) -> Path:
        if not _NAME.fullmatch(name):
            raise NotFound(f"{quoted(name)} is no tool's name: lower-case letters, digits and underscores")
        return self.folder / name / f"v{version}"


def check_name(name: str) -> None:
    """Raise CandidateRejected for a name that can't be a folder and a module: nothing may reach outside the library."""
    if not _NAME.fullmatch(name):
        raise CandidateRejected(f"the tool's name {quoted(name)} is not lower-case letters, digits and underscores, at most 100")


def _folders(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return [entry for entry in entries if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return []


def _texts(manifest: ToolManifest, candidate: Candidate, verification: Verification) -> Mapping[str, str]:
    return {
        CODE: candidate.source,
        TESTS: candidate.tests,
        MANIFEST: manifest.model_dump_json(indent=2) + "\n",
        VERIFICATION: verification.model_dump_json(indent=2) + "\n",
    }


def _complaint(tool: RegisteredTool, name: str, version: int) -> str:
    """What is wrong with a version as read; empty where it is exactly what was published."""
    manifest = tool.manifest
    if (manifest.name, manifest.version) != (name, version):
        return f"{MANIFEST} calls it {manifest.reference}"
    if code_digest(tool.code, tool.tests) != manifest.digest:
        return f"{CODE} or {TESTS} was changed after verification"
    if tool.verification.candidate_digest != manifest.digest or not tool.verification.passed:
        return f"{VERIFICATION} does not vouch for this code"
    if {pin.operation for pin in manifest.operations} != {call.operation for call in manifest.query.calls}:
        return f"{MANIFEST} permits other operations than its query calls"
    return ""


def _damaged(folder: Path, complaint: str) -> Misconfigured:
    return Misconfigured(
        f"the tool in {folder} can't be trusted: {complaint}.",
        hint="Restore the folder as it was published, or remove it and ask again: then a new version is written.",
    )


def _parsed(model: type[Value], file: Path) -> Value:
    try:
        return model.model_validate_json(_text(file))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise _damaged(file.parent, f"{file.name} is not readable at {quoted(where)}: {first['msg']}") from error


def _text(file: Path) -> str:
    try:
        with open(file, "rb", opener=_open_at_once) as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise _damaged(file.parent, f"{file.name} is no plain file")
            return stream.read().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged(file.parent, f"{file.name} is missing or not UTF-8 text") from error


def _open_at_once(path: str, flags: int) -> int:
    """Without waiting for the writer of a FIFO; for a plain file it makes no difference."""
    return os.open(path, flags | os.O_NONBLOCK)


def _write_durably(file: Path, text: str) -> None:
    with file.open("wb") as stream:
        stream.write(text.encode())
        stream.flush()
        os.fsync(stream.fileno())
