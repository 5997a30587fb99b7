"""What a report says about its circumstances: the machine, the versions, the commit."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from eval.bench.figures import Machine

PACKAGES = ("wasmtime", "componentize-py", "httpx", "boto3", "moto", "pydantic", "sqlalchemy", "chromadb", "langgraph", "mypy", "ruff")
"""Those whose speed shows in our figures."""


def this_machine() -> Machine:
    return Machine(
        processor=_processor(),
        cores=os.cpu_count() or 1,
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        python=platform.python_version(),
    )


def installed_versions() -> dict[str, str]:
    """The versions of `PACKAGES`, those that are installed."""
    found: dict[str, str] = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def current_commit(checkout: Path) -> str:
    """The abbreviated commit, with `+` for uncommitted changes; empty where there is no git or no repository."""
    try:
        commit = _git(checkout, "rev-parse", "--short=12", "HEAD")
        return commit + ("+" if _git(checkout, "status", "--porcelain") else "")
    except (OSError, subprocess.CalledProcessError):
        return ""


def _git(checkout: Path, *arguments: str) -> str:
    finished = subprocess.run(["git", *arguments], cwd=checkout, capture_output=True, text=True, check=True)  # noqa: S607 - the user's git
    return finished.stdout.strip()


def _processor() -> str:
    """Linux keeps the model's name out of `platform`."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.is_file() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor() or "unknown")
