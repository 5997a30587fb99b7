"""Files that are whole or absent, and their owner's alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sandbox.durable import sync_folder, write_whole


def test_a_file_is_written_in_place_of_the_old_one_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    write_whole(path, b"new")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o600)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("had_one", [True, False])
def test_a_write_that_fails_leaves_what_there_was_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, had_one: bool) -> None:
    path = tmp_path / "file"
    if had_one:
        path.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            write_whole(path, b"new")
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == ({"file": b"old"} if had_one else {})


def test_the_content_and_then_the_renaming_are_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, synced = os.fsync, []

    def watched(descriptor: int) -> None:
        synced.append((Path(f"/dev/fd/{descriptor}").is_dir(), (tmp_path / "file").exists()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    write_whole(tmp_path / "file", b"new")
    assert synced == [(False, False), (True, True)]


def test_a_folder_that_is_not_there_can_not_be_kept(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sync_folder(tmp_path / "gone")
