"""The other files of a description on the web: at the same origin, fetched one by one when something refers to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from urllib.parse import quote

from doc_sources.download import Download
from doc_sources.network import Deadline
from schemas.errors import BackendUnavailable, Denied, Misconfigured, SpecUnusable

MAX_SECONDS: Final = 300.0
"""For all of them: each alone may take a minute."""

Get = Callable[[str], Download | None]
"""Downloads an address with the credential that is meant for the description, if any is."""


class WebFiles:
    """A `FileTree` of everything at one origin. A name is the path of an address, without its first slash."""

    def __init__(self, get: Get, origin: str, deadline: Deadline) -> None:
        self._get = get
        self.origin = origin
        self._deadline = deadline

    def read(self, name: str) -> bytes:
        """The file's content. Raises LookupError where there is none, or none that we may fetch, and BackendUnavailable."""
        return self.fetch("/" + quote(name))

    def fetch(self, target: str) -> bytes:
        """The same for a path with its query, as it is written in a request."""
        if self._deadline.remaining_seconds <= 0:
            raise BackendUnavailable("The files of the description took too long together.", hint="Fetch them as an archive (tar.gz).")
        try:
            download = self._get(self.origin + target)
        except (SpecUnusable, Denied, Misconfigured) as error:
            raise LookupError(error.message) from error
        return download.content if download else b""
