"""Descriptions of several files, in memory, in a folder and packed."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

from doc_sources.specification import Specification
from doc_sources.tree_files import KEY, TreeFiles
from schemas.base import Json


class Held:
    """A `FileTree` in memory."""

    def __init__(self, files: Mapping[str, bytes], origin: str = "") -> None:
        self.files = files
        self.origin = origin
        self.read_names: list[str] = []

    def read(self, name: str) -> bytes:
        self.read_names.append(name)
        if name not in self.files:
            raise LookupError(f"there is no {name}")
        return self.files[name]


def described(root: Json, files: Mapping[str, bytes], main: str = "api/main.yaml") -> Specification:
    """A description in the file `main` beside others."""
    return Specification({**root, KEY: TreeFiles(Held(files), main)})


def written(folder: Path, files: Mapping[str, bytes]) -> Path:
    """The folder, with the files in it."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def packed(files: Mapping[str, bytes], links: Mapping[str, str] | None = None) -> bytes:
    """A tar.gz of the files, and of symbolic links by name."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        for name, target in (links or {}).items():
            link = tarfile.TarInfo(name)
            link.type, link.linkname = tarfile.SYMTYPE, target
            archive.addfile(link)
    return held.getvalue()
