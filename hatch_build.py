"""Puts the rooms under `opswright/_bundle/` of a wheel; an editable install stays as it is.

Flat names such as `agents` in site-packages would overwrite other distributions' packages of that name.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOMS = ("schemas", "doc_sources", "rag", "sandbox", "generated_tools", "agents", "eval")

LEFT_OUT = ("generated_tools/library", "eval/bench/results")
"""A team's tools and a machine's figures belong to the checkout."""


class RoomsHook(BuildHookInterface[Any]):
    """Bundles every file of the rooms, data included."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        for room in ROOMS:
            for file in _files(Path(self.root), room):
                build_data["force_include"][str(Path(self.root, file))] = f"opswright/_bundle/{file}"


def _files(root: Path, folder: str) -> Iterator[str]:
    """Paths below `root`, with slashes."""
    for path in sorted((root / folder).iterdir()):
        relative = f"{folder}/{path.name}"
        if path.name.startswith((".", "__pycache__")) or relative in LEFT_OUT:
            continue
        if path.is_dir():
            yield from _files(root, relative)
        else:
            yield relative
