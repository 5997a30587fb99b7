"""Published descriptions that are not part of the project: those of `OPSWRIGHT_SPECS`, else of the folder beside the checkout."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("OPSWRIGHT_SPECS") or Path(__file__).resolve().parents[3] / "shared" / "specs")


def published(name: str) -> Path:
    """The file. Skips the test where it is not there."""
    path = FOLDER / name
    if not path.is_file():
        pytest.skip(f"there is no {name}: set OPSWRIGHT_SPECS to a folder of published descriptions")
    return path
