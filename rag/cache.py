"""The expiring cache of API documents."""

from __future__ import annotations

from datetime import timedelta
from difflib import get_close_matches

from sqlalchemy import Engine

from rag.refresh import RefreshReport
from rag.shared_attempt import SharedAttempt
from rag.store import CachedSource, DocumentStore, Snapshot
from schemas.errors import BackendUnavailable, NotFound, SpecUnusable, quoted
from schemas.operation import Operation
from schemas.ports import Clock, Fetcher
from schemas.source import Document, Source


class DocumentCache:
    """Documents by source and operation, fetched when they are missing or too old. Threads and processes may share it.

    However many ask for a source at the same time, a process fetches it once. A fetch replaces all of a source's documents in one
    transaction; of two processes, the last to finish wins as a whole. The tables of `rag.tables.metadata` must exist.
    """

    def __init__(self, engine: Engine, fetcher: Fetcher, clock: Clock) -> None:
        self._store = DocumentStore(engine)
        self._fetcher = fetcher
        self._clock = clock
        self._attempts: dict[str, SharedAttempt[RefreshReport]] = {}
        self._snapshots: dict[str, Snapshot] = {}

    def get_or_fetch(self, source: Source, operation_name: str, max_age_hours: float) -> Document:
        """The operation's document, vouched for by the server less than `max_age_hours` ago.

        Where the server is away, or serves something unusable, an older copy does, and `stale_because` says why. Raises that
        BackendUnavailable or SpecUnusable where there is no copy, and NotFound, naming the nearest, for an unknown operation.
        """
        ticket = self._attempt(source).ticket()
        held, stale_because = self._held(source), ""
        if held is None or self._clock() - held.fetched_at >= timedelta(hours=max_age_hours):
            try:
                self._attempt(source).run(ticket, lambda: self._fetch(source))
            except (BackendUnavailable, SpecUnusable) as error:
                if held is None:
                    raise
                stale_because = str(error)
        return self._document(source, operation_name, stale_because)

    def refresh(self, source: Source) -> RefreshReport:
        """Ask the server now, whatever the copy's age. Raises BackendUnavailable or SpecUnusable; the copy then stays as it is."""
        attempt = self._attempt(source)
        return attempt.run(attempt.ticket(), lambda: self._fetch(source))

    def operations(self, source_name: str) -> tuple[Operation, ...]:
        """All operations held of the source, of any age, in the specification's order; () before its first fetch.

        The same objects until the source changes: they are parsed once.
        """
        revision = self._store.revision(source_name)
        snapshot = self._snapshots.get(source_name)
        if revision is None:
            return ()
        if snapshot is None or snapshot.revision != revision:
            snapshot = self._store.snapshot(source_name) or Snapshot(revision, ())
            self._snapshots[source_name] = snapshot
        return snapshot.operations

    def source(self, source_name: str) -> CachedSource | None:
        """What is held of the source besides its operations, or None before its first fetch."""
        return self._store.source(source_name)

    def _attempt(self, source: Source) -> SharedAttempt[RefreshReport]:
        return self._attempts.setdefault(source.name, SharedAttempt())

    def _held(self, source: Source) -> CachedSource | None:
        held = self._store.source(source.name)
        return held if held and held.spec_url == source.spec_url else None

    def _fetch(self, source: Source) -> RefreshReport:
        now, held = self._clock(), self._held(source)
        fetched = self._fetcher.fetch(source, held.validators if held else None)
        if fetched is not None:
            return self._store.replace(source, fetched, now)
        if held is None:
            raise SpecUnusable(f"The server of {quoted(source.name)} says that its specification is unchanged, but no copy is held.")
        return self._store.touch(held, now)

    def _document(self, source: Source, operation_name: str, stale_because: str) -> Document:
        found = self._store.read(source.name, operation_name)
        held, piece = found or (None, None)
        if held is None or piece is None:
            raise self._unknown(source.name, operation_name)
        return Document(slice=piece, source_version=held.version, fetched_at=held.fetched_at, stale_because=stale_because)

    def _unknown(self, source_name: str, operation_name: str) -> NotFound:
        names = [operation.name for operation in self.operations(source_name)]
        nearest = ", ".join(quoted(name) for name in get_close_matches(operation_name, names, n=3, cutoff=0.0))
        return NotFound(
            f"{quoted(source_name)} has no operation {quoted(operation_name)}.",
            hint=f"The nearest: {nearest}." if nearest else "It has no operations at all.",
        )
