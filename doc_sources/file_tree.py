"""Trees of files that a description may be spread over. Nothing outside of a tree can be reached through it.

A name is a path from the tree's root, its steps joined by slashes, without `.` and `..`.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import os
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final, Protocol

from schemas.errors import SpecUnusable, quoted

MAX_FILES: Final = 20_000
"""Of one tree. DigitalOcean's has 2,907, a checkout of all of Azure's ten times as many: give a part of it."""
MAX_ENTRIES: Final = 5 * MAX_FILES
"""Of one archive, folders and links among them: each takes memory, and a megabyte of packed ones stands for a million."""
MAX_BYTES: Final = 200_000_000
"""Of one archive, unpacked."""

_SUFFIXES: Final = (".yaml", ".yml", ".json")
_GZIP: Final = b"\x1f\x8b"
_HEAD_BYTES: Final = 4096
_SHOWN: Final = 5


class FileTree(Protocol):
    """Where the files of a description are."""

    origin: str
    """What addresses of these files begin with (`https://example.org`), or empty where they have none."""

    def read(self, name: str) -> bytes:
        """The content of a file. Raises LookupError, saying why, where it can't be had, and BackendUnavailable."""


class Listed(FileTree, Protocol):
    """A tree that knows what is in it."""

    def names(self) -> Iterator[str]:
        """All files that may hold a description or a part of one."""


class Folder:
    """A folder of this machine. Symbolic links are not followed: they lead out of it."""

    origin = ""

    def __init__(self, root: Path, limit_bytes: int) -> None:
        """`limit_bytes` bounds each file."""
        self.root = root.resolve()
        self._limit_bytes = limit_bytes

    def read(self, name: str) -> bytes:
        """The file's content. Touches the disk."""
        path = self.root.joinpath(*name.split("/"))
        try:
            if path.resolve() != path or not path.is_file():
                raise LookupError(f"there is no file {quoted(name)}" if not path.is_symlink() else f"{quoted(name)} is a symbolic link")
            with path.open("rb") as file:
                content = file.read(self._limit_bytes + 1)
        except (OSError, ValueError) as error:
            raise LookupError(f"the file {quoted(name)} can't be read") from error
        if len(content) > self._limit_bytes:
            raise LookupError(f"the file {quoted(name)} is larger than {self._limit_bytes / 1_000_000:g} MB")
        return content

    def names(self) -> Iterator[str]:
        """In order, hidden ones left out. Raises SpecUnusable where there are more than `MAX_FILES`."""
        found = 0
        for folder, folders, files in os.walk(self.root):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(files):
                if name.endswith(_SUFFIXES):
                    found += 1
                    if found > MAX_FILES:
                        raise _too_many(f"The folder {quoted(self.root, 200)}")
                    yield Path(folder, name).relative_to(self.root).as_posix()

    def fingerprint(self) -> str:
        """Stands for the state of all files by their names, sizes and times of change."""
        stand = hashlib.sha256()
        for name in self.names():
            status = self.root.joinpath(name).lstat()
            stand.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode(errors="surrogateescape"))
        return stand.hexdigest()


class Archive:
    """A tar archive compressed with gzip, unpacked in memory. Links and devices in it are left out."""

    origin = ""

    def __init__(self, content: bytes, limit_bytes: int = MAX_BYTES) -> None:
        """Raises SpecUnusable where it is none, or unpacks to more than `limit_bytes`."""
        try:
            self._tar = tarfile.TarFile(fileobj=io.BytesIO(_unpacked(content, limit_bytes)))
            entries = list(itertools.islice(self._tar, MAX_ENTRIES + 1))
        except (tarfile.TarError, zlib.error, ValueError, RecursionError) as error:
            # The last for headers that only announce another one.
            raise SpecUnusable("It is compressed, but no archive of files (tar.gz) that can be read.") from error
        members = [member for member in entries if member.isreg() and not member.issparse()]
        if len(members) > MAX_FILES or len(entries) > MAX_ENTRIES:
            raise _too_many("The archive")
        self._members = {PurePosixPath(member.name).as_posix(): member for member in members}

    def read(self, name: str) -> bytes:
        """The file's content."""
        member = self._members.get(name)
        file = self._tar.extractfile(member) if member else None
        if file is None:
            raise LookupError(f"the archive holds no file {quoted(name)}")
        return file.read()

    def names(self) -> Iterator[str]:
        """In order."""
        return (name for name in sorted(self._members) if name.endswith(_SUFFIXES))


def is_archive(content: bytes) -> bool:
    """Whether it is compressed with gzip, as a document itself never is once it is here."""
    return content.startswith(_GZIP)


def main_file(tree: Listed, wanted: str) -> str:
    """The name of the file that the description begins in: `wanted`, or the one that looks like it nearest to the root.

    Raises SpecUnusable, naming the candidates, where that is not one file.
    """
    if wanted:
        return str(PurePosixPath(wanted.strip("/")))
    by_depth = sorted(tree.names(), key=lambda name: (name.count("/"), name))
    found: list[str] = []
    for name in by_depth:
        if found and name.count("/") > found[0].count("/"):
            break
        if _begins_a_description(tree.read(name)[:_HEAD_BYTES]):
            found.append(name)
    if len(found) == 1:
        return found[0]
    several = f"are several descriptions: {', '.join(quoted(name) for name in found[:_SHOWN])}"
    raise SpecUnusable(
        f"There {several if found else 'is no file that begins one'}.", hint="Name the file after a #: folder#path/openapi.yaml."
    )


def _begins_a_description(head: bytes) -> bool:
    return any(word in head for word in (b"openapi:", b"swagger:", b'"openapi"', b'"swagger"', b'"discoveryVersion"'))


def _unpacked(content: bytes, limit_bytes: int) -> bytes:
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    unpacked = unpacker.decompress(content, limit_bytes + 1)
    if len(unpacked) > limit_bytes:
        raise SpecUnusable(f"The archive unpacks to more than {limit_bytes / 1_000_000:g} MB.", hint="Point the source at a smaller part.")
    return unpacked


def _too_many(what: str) -> SpecUnusable:
    return SpecUnusable(f"{what} holds more than {MAX_FILES:,} files.", hint="Point the source at a smaller part of the API.")
