"""Git checkouts on this machine: where one begins, and at which commit it is."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_SECONDS: Final = 10
_SHOWN: Final = 12
# A repository's own settings name programs that git would run.
_SAFE: Final = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "--no-optional-locks", "--no-pager")


def root_of(path: Path) -> Path | None:
    """The top folder of the checkout that a path is in, if it is in one. Touches the disk."""
    return next((folder for folder in (path, *path.parents) if (folder / ".git").exists()), None)


def revision(root: Path) -> str:
    """The commit, with `+changes` where files differ from it; empty without git or a commit. Runs git, which writes nothing."""
    commit = _git(root, "rev-parse", "--verify", "HEAD")
    if not commit:
        return ""
    return commit[:_SHOWN] + ("+changes" if _changes(root, commit) else "")


def _changes(root: Path, commit: str) -> str:
    """The files that differ from the commit. Asked of a bare frame around the checkout's objects and index.

    Its own settings are not read: a filter of theirs would be run to compare a file, and a transport to fetch an object that is missing.
    """
    objects, index = (_git(root, "rev-parse", "--path-format=absolute", "--git-path", name) for name in ("objects", "index"))
    with tempfile.TemporaryDirectory() as frame:
        Path(frame, "refs").mkdir()
        Path(frame, "HEAD").write_text(f"{commit}\n")
        top = root_of(root.resolve()) or root
        places = {"GIT_DIR": frame, "GIT_WORK_TREE": str(top), "GIT_OBJECT_DIRECTORY": objects, "GIT_INDEX_FILE": index}
        # Nor those of a submodule, which is a repository of its own.
        return _git(root, "status", "--porcelain", "--untracked-files=normal", "--ignore-submodules=all", places=places)


def _git(root: Path, *words: str, places: Mapping[str, str] | None = None) -> str:
    environment = {"PATH": os.defpath, "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull} | dict(places or {})
    program = shutil.which("git", path=os.defpath) or "git"
    try:
        done = subprocess.run([program, *_SAFE, *words], cwd=root, env=environment, capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace").strip() if done.returncode == 0 else ""
