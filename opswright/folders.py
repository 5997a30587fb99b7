"""The folders that we keep things in."""

from __future__ import annotations

import shutil
import stat
from contextlib import suppress
from pathlib import Path

from schemas.errors import Misconfigured


def private_folder(home: Path, name: str) -> Path:
    """The folder of that name in `home`, made or closed for its owner only, whoever may look into the home itself.

    Raises Misconfigured where it can't be.
    """
    folder = home / name
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        if is_open_to_others(folder):
            folder.chmod(0o700)
    except OSError as error:
        raise Misconfigured(
            f"the folder {folder} can't be used: {error.strerror}.",
            hint="Mend or move it, or point OPSWRIGHT_HOME to another folder.",
        ) from error
    return folder


def remove_folder(home: Path, name: str) -> None:
    """Make sure that `home` has no folder of that name, also while another process does the same.

    Raises Misconfigured where it can't be removed.
    """
    folder = home / name
    try:
        while folder.exists():
            with suppress(FileNotFoundError):  # the other process was faster, so it comes to an end
                shutil.rmtree(folder)
    except OSError as error:
        raise Misconfigured(
            f"the folder {folder} can't be removed: {error.strerror or error}.",
            hint="It is left from an earlier release and may hold secrets: remove it by hand.",
        ) from error


def is_open_to_others(folder: Path) -> bool:
    """Whether anybody but its owner may list, enter or change it."""
    return bool(stat.S_IMODE(folder.stat().st_mode) & 0o077)
