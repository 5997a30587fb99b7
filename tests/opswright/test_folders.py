"""What we keep is for its owner only, also in a home that others may look into."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from opswright.folders import is_open_to_others, private_folder, remove_folder
from opswright.settings import Settings
from opswright.wiring import Runtime
from schemas.errors import Misconfigured


def test_a_folder_is_private_and_so_is_a_home_that_is_made_for_it(tmp_path: Path) -> None:
    folder = private_folder(tmp_path / "deep" / "home", "contents")
    assert not is_open_to_others(folder)
    assert not is_open_to_others(folder.parent)


@pytest.mark.parametrize("mode", [0o755, 0o710, 0o701, 0o770])
def test_a_folder_that_was_open_is_closed_and_the_home_is_left_as_its_owner_made_it(tmp_path: Path, mode: int) -> None:
    (tmp_path / "contents").mkdir()
    for folder in (tmp_path, tmp_path / "contents"):
        folder.chmod(mode)
    assert not is_open_to_others(private_folder(tmp_path, "contents"))
    assert is_open_to_others(tmp_path)


def test_a_file_in_its_place_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "contents").write_text("")
    with pytest.raises(Misconfigured, match="OPSWRIGHT_HOME"):
        private_folder(tmp_path, "contents")


def test_a_folder_is_removed_with_all_that_is_in_it_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "vectors" / "deep").mkdir(parents=True)
    (tmp_path / "vectors" / "deep" / "file").write_text("x")
    (tmp_path / "contents").mkdir()
    remove_folder(tmp_path, "vectors")
    remove_folder(tmp_path, "vectors")
    assert [entry.name for entry in tmp_path.iterdir()] == ["contents"]


def test_several_that_remove_a_folder_at_once_all_succeed(tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / "vectors" / f"{number}").mkdir(parents=True)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: remove_folder(tmp_path, "vectors"), range(4)))
    assert list(tmp_path.iterdir()) == []


def test_a_link_in_its_place_is_not_followed_and_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "file").write_text("x")
    (tmp_path / "vectors").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Misconfigured, match="remove it by hand"):
        remove_folder(tmp_path, "vectors")
    assert (tmp_path / "elsewhere" / "file").exists()


def test_everything_in_an_open_home_is_for_its_owner_only(settings: Settings) -> None:
    settings.home.mkdir()
    settings.home.chmod(0o755)
    with Runtime(settings) as runtime:
        runtime.database.connect().close()
        runtime.runner.begin("top 5 hosts by memory")
        runtime.contents.put({"a": 1})
        _ = runtime.index, runtime.transcripts
    kept = {entry.name for entry in settings.home.iterdir()}
    assert {"opswright.db", "checkpoints.db", "contents", "transcripts", "locks"} <= kept
    assert [entry.name for entry in settings.home.iterdir() if is_open_to_others(entry)] == []
