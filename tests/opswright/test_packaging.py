"""The rooms' everyday names mean ours: in this checkout, and in an installed wheel."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

import opswright
from hatch_build import ROOMS

CHECKOUT = Path(opswright.__file__).parents[1]

IMPORT_ROOMS = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
import opswright
print(json.dumps({room: importlib.import_module(room).__file__ for room in sys.argv[2:]}))
"""


def imported_files(first_on_path: Path, working_directory: Path) -> dict[str, Path]:
    """Where each room comes from in a fresh isolated interpreter that finds `opswright` in `first_on_path`."""
    command = [sys.executable, "-I", "-c", IMPORT_ROOMS, str(first_on_path), *ROOMS]
    finished = subprocess.run(command, capture_output=True, text=True, check=True, cwd=working_directory)
    return {room: Path(file) for room, file in json.loads(finished.stdout).items()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    (built,) = WheelBuilder(str(CHECKOUT)).build(directory=str(tmp_path_factory.mktemp("dist")), versions=["standard"])
    return Path(built)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site-packages")
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", str(target), str(wheel)]
    subprocess.run(command, check=True)
    return target


def test_in_a_checkout_each_room_is_the_folder_beside_the_package(tmp_path: Path) -> None:
    for room in ROOMS:
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").write_text("raise ImportError('another distribution of that name')")
    assert imported_files(CHECKOUT, tmp_path) == {room: CHECKOUT / room / "__init__.py" for room in ROOMS}


def test_from_a_wheel_each_room_is_the_one_inside_it(installed: Path, tmp_path: Path) -> None:
    bundle = installed / "opswright" / "_bundle"
    assert imported_files(installed, tmp_path) == {room: bundle / room / "__init__.py" for room in ROOMS}


def test_a_wheel_owns_no_top_level_name_but_its_own(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"opswright"}


def test_a_wheel_holds_every_file_of_the_rooms_but_what_machines_and_users_left(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        bundled = {name.removeprefix("opswright/_bundle/") for name in archive.namelist() if name.startswith("opswright/_bundle/")}
    assert {f"{room}/__init__.py" for room in ROOMS} <= bundled
    suffixes = {Path(name).suffix for name in bundled}
    assert {".py", ".yaml", ".j2", ".wit"} <= suffixes
    assert ".pyc" not in suffixes
    assert not any(name.startswith(("generated_tools/library/", "eval/bench/results/")) for name in bundled)
