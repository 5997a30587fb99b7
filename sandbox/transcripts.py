"""Transcripts on disk: one file a run, whole or absent, readable by their owner only."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import ValidationError

from sandbox.durable import write_whole
from schemas.errors import Misconfigured, NotFound, quoted
from schemas.run import Transcript

_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


class TranscriptStore:
    """Keeps transcripts in a folder, which is made when the first is saved."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, run_id: str, transcript: Transcript) -> None:
        """Keep a run's transcript in place of any that it had. After a crash the file holds the old or the new one, never a part."""
        path = self._path(run_id)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, transcript.model_dump_json().encode())

    def load(self, run_id: str) -> Transcript:
        """A run's transcript. Raises NotFound, and Misconfigured where the file was changed or damaged."""
        path = self._path(run_id)
        try:
            content = path.read_bytes()
        except FileNotFoundError as error:
            raise NotFound(f"no transcript is kept of run {quoted(run_id)}", hint="opswright runs list shows all runs.") from error
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
