"""What a run makes on its way, by content: the graph's checkpoints hold digests, the values lie here."""

from __future__ import annotations

from pathlib import Path

import orjson

from sandbox.durable import write_whole
from schemas.base import Json, canonical_json, digest
from schemas.errors import Misconfigured, NotFound


class ContentStore:
    """JSON values as files named by their SHA-256, for their owner only. Writing the same value twice is one file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, value: Json) -> str:
        """The value's digest; the value is on disk when this returns, whole or not at all."""
        key = digest(value)
        path = self._path(key)
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(path, canonical_json(value))
        return key

    def get(self, key: str) -> Json:
        """The value. Raises NotFound where it is gone and Misconfigured where it is not what its name says."""
        try:
            value = orjson.loads(self._path(key).read_bytes())
        except FileNotFoundError as error:
            raise NotFound(f"the content {key[:12]} of this run is gone from {self._folder}.", hint="Ask again.") from error
        except orjson.JSONDecodeError as error:
            raise self._damaged(key) from error
        if digest(value) != key:
            raise self._damaged(key)
        return value

    def _damaged(self, key: str) -> Misconfigured:
        return Misconfigured(f"the file {self._path(key)} was changed after it was written.", hint="Remove it and ask again.")

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.json"
