"""Transcripts on disk: one file a run, whole or absent, readable by their owner only."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from sandbox.durable import write_whole
from schemas.errors import Misconfigured, NotFound, quoted
from schemas.run import Transcript

_log = logging.getLogger(__name__)
_A_DAY = timedelta(days=1)

_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


class Retention:
    """How long files are kept: `days` from when they were written. Looks at most once a day; `clock` gives aware times."""

    def __init__(self, days: float, clock: Callable[[], datetime]) -> None:
        self.days = days
        self._clock = clock
        self._looked_at: datetime | None = None

    def apply(self, folder: Path, newest: Path) -> None:
        """Delete what is too old, and never `newest`, whatever this machine's clock says. What can't be deleted is logged."""
        now = self._clock()
        if self._looked_at is not None and now - self._looked_at < _A_DAY:
            return
        self._looked_at = now
        oldest = (now - timedelta(days=self.days)).timestamp()
        for path in folder.glob("*.json"):
            try:
                if path != newest and path.stat().st_mtime < oldest:
                    path.unlink()
            except FileNotFoundError:
                continue  # another process was faster
            except OSError as error:  # the run that is being saved must not fail for another's sake
                _log.warning("the expired transcript %s can't be deleted: %s", path, error.strerror)


class TranscriptStore:
    """Keeps transcripts in a folder, which is made when the first is saved; for ever where there is no retention."""

    def __init__(self, folder: Path, retention: Retention | None = None) -> None:
        self._folder = folder
        self._retention = retention

    def save(self, run_id: str, transcript: Transcript) -> None:
        """Keep a run's transcript in place of any that it had. After a crash the file holds the old or the new one, never a part.

        Then those of other runs go whose time is over.
        """
        path = self._path(run_id)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, transcript.model_dump_json().encode())
        if self._retention:
            self._retention.apply(self._folder, path)

    def load(self, run_id: str) -> Transcript:
        """A run's transcript. Raises NotFound, and Misconfigured where the file was changed or damaged."""
        path = self._path(run_id)
        try:
            content = path.read_bytes()
        except FileNotFoundError as error:
            expired = f", or it is older than {self._retention.days:g} days" if self._retention else ""
            problem = f"no transcript is kept of run {quoted(run_id)}: it never ran a tool{expired}."
            raise NotFound(problem, hint="opswright runs list shows all runs.") from error
        try:
            return Transcript.model_validate_json(content)
        except ValidationError as error:
            raise Misconfigured(
                f"the transcript of run {quoted(run_id)} at {path} is damaged", hint="Restore the file from a backup, or delete it."
            ) from error

    def _path(self, run_id: str) -> Path:
        """Raises NotFound for what can't be a run: an id comes from a command line or a URL and must not leave the folder."""
        if not _RUN_ID.fullmatch(run_id):
            raise NotFound(f"{quoted(run_id)} is no run id: it has letters, digits, '.', '_' and '-', and begins with a letter or digit")
        return self._folder / f"{run_id}.json"
