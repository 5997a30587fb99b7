"""Transcripts on disk: whole or absent, private, and never outside of their folder."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.transcripts import Retention, TranscriptStore
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


_NOW = datetime(2026, 3, 1, tzinfo=UTC)


def _written(path: Path, at: datetime) -> None:
    path.write_text(_TRANSCRIPT.model_dump_json(), encoding="utf-8")
    os.utime(path, (at.timestamp(), at.timestamp()))


def test_a_save_deletes_what_is_older_than_the_time_that_transcripts_are_kept(tmp_path: Path) -> None:
    _written(tmp_path / "too-old.json", _NOW - timedelta(days=30, seconds=1))
    _written(tmp_path / "just-kept.json", _NOW - timedelta(days=30))

    TranscriptStore(tmp_path, Retention(30, lambda: _NOW)).save("run", _TRANSCRIPT)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["just-kept.json", "run.json"]


def test_a_run_that_was_just_saved_stays_whatever_the_clock_says(tmp_path: Path) -> None:
    store = TranscriptStore(tmp_path, Retention(30, lambda: datetime(2999, 1, 1, tzinfo=UTC)))

    store.save("run", _TRANSCRIPT)

    assert store.load("run") == _TRANSCRIPT


@pytest.mark.parametrize(("later", "left"), [(timedelta(hours=23), 2), (timedelta(hours=24), 1)])
def test_old_transcripts_are_looked_for_once_a_day(tmp_path: Path, later: timedelta, left: int) -> None:
    times = iter((_NOW, _NOW + later))
    store = TranscriptStore(tmp_path, Retention(30, lambda: next(times)))
    store.save("run", _TRANSCRIPT)
    _written(tmp_path / "too-old.json", _NOW - timedelta(days=31))

    store.save("run", _TRANSCRIPT)

    assert len(list(tmp_path.iterdir())) == left


def test_a_transcript_that_can_not_be_deleted_does_not_fail_the_run(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "folder.json").mkdir()
    os.utime(tmp_path / "folder.json", (0, 0))

    TranscriptStore(tmp_path, Retention(30, lambda: _NOW)).save("run", _TRANSCRIPT)

    assert "folder.json can't be deleted" in caplog.text


def test_a_missing_transcript_says_for_how_long_they_are_kept(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="never ran a tool, or it is older than 30 days"):
        TranscriptStore(tmp_path, Retention(30, lambda: _NOW)).load("run")


def test_a_transcript_of_an_older_release_is_read(tmp_path: Path) -> None:
    old = '{"started_at":"2026-01-31T10:00:00Z","calls":[{"number":1,"source":"estate","operation":null,"method":"GET","url":"http://x"}]}'
    (tmp_path / "run.json").write_text(old, encoding="utf-8")

    transcript = TranscriptStore(tmp_path).load("run")

    assert (transcript.setup, transcript.places, transcript.calls[0].end) == (None, (), "")
