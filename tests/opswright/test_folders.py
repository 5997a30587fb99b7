"""What we keep is for its owner only, also in a home that others may look into."""

from __future__ import annotations

from pathlib import Path

import pytest

from opswright.folders import is_open_to_others, private_folder
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


def test_everything_in_an_open_home_is_for_its_owner_only(settings: Settings) -> None:
    settings.home.mkdir()
    settings.home.chmod(0o755)
    with Runtime(settings) as runtime:
        runtime.database.connect().close()
        runtime.runner.begin("top 5 hosts by memory")
        runtime.contents.put({"a": 1})
        _ = runtime.index, runtime.transcripts
    kept = {entry.name for entry in settings.home.iterdir()}
    assert {"opswright.db", "checkpoints.db", "contents", "vectors", "transcripts", "locks"} <= kept
    assert [entry.name for entry in settings.home.iterdir() if is_open_to_others(entry)] == []
