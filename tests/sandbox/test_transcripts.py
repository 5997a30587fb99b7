"""Transcripts on disk: whole or absent, private, and never outside of their folder."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.transcripts import TranscriptStore
from schemas.errors import Misconfigured, NotFound
from schemas.run import CallRecord, Transcript

_TRANSCRIPT = Transcript(
    started_at=datetime(2026, 1, 31, 10, tzinfo=UTC),
    calls=(
        CallRecord(
            number=1, source="estate", operation="estate:list_hosts", method="GET", url="http://x", status=200, response_body="Zürich 上海"
        ),
        CallRecord(number=2, source="estate", operation=None, method="GET", url="http://y", refusal="E_DENIED: no"),
    ),
)


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    store = TranscriptStore(tmp_path / "made" / "late")

    store.save("run-1.step_2", _TRANSCRIPT)

    assert store.load("run-1.step_2") == _TRANSCRIPT


def test_only_the_owner_may_read(tmp_path: Path) -> None:
    folder = tmp_path / "transcripts"
    TranscriptStore(folder).save("run", _TRANSCRIPT)

    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "run.json").stat().st_mode & 0o777 == 0o600


def test_saving_again_replaces_and_leaves_nothing_behind(tmp_path: Path) -> None:
    store = TranscriptStore(tmp_path)
    store.save("run", _TRANSCRIPT)

    store.save("run", Transcript(started_at=_TRANSCRIPT.started_at, calls=()))

    assert store.load("run").calls == ()
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_a_save_that_fails_keeps_the_old_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = TranscriptStore(tmp_path)
    store.save("run", _TRANSCRIPT)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            store.save("run", Transcript(started_at=_TRANSCRIPT.started_at, calls=()))

    assert store.load("run") == _TRANSCRIPT
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


@pytest.mark.parametrize(
    "run_id", ["", ".", "..", "../x", "a/b", "a\\b", "/etc/passwd", ".hidden", "-x", "a\x00b", "a\nb", "x" * 129, "é", "a b"]
)
def test_an_id_that_could_leave_the_folder_is_no_run(tmp_path: Path, run_id: str) -> None:
    store = TranscriptStore(tmp_path / "inner")

    with pytest.raises(NotFound, match="is no run id"):
        store.save(run_id, _TRANSCRIPT)
    with pytest.raises(NotFound, match="is no run id"):
        store.load(run_id)
    assert list(tmp_path.iterdir()) == []


def test_an_id_of_full_length_is_a_run(tmp_path: Path) -> None:
    TranscriptStore(tmp_path).save("x" * 128, _TRANSCRIPT)

    assert TranscriptStore(tmp_path).load("x" * 128) == _TRANSCRIPT


def test_an_unknown_run_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no transcript is kept of run 'run'"):
        TranscriptStore(tmp_path).load("run")


@pytest.mark.parametrize("content", ["", "{", "{}", '{"started_at": "2026-01-31T10:00:00Z", "calls": [{}]}'])
def test_a_damaged_file_is_the_operators_to_mend(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.json").write_text(content, encoding="utf-8")

    with pytest.raises(Misconfigured, match="is damaged"):
        TranscriptStore(tmp_path).load("run")
