"""The expiring cache of API documents."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Final

from sqlalchemy import Engine

from rag.background import Background
from rag.change_log import ChangeLog
from rag.changes import ChangeReport
from rag.limits import CacheLimits
from rag.refreshes import RefreshState, RefreshStore
from rag.shared_attempt import SharedAttempt
from rag.store import CachedSource, DocumentStore, Snapshot
from rag.versions import SourceVersion, VersionStore, awaits_approval
from schemas.errors import NotFound, OpswrightError, SpecUnusable, quoted
from schemas.operation import Operation
from schemas.ports import Clock, Fetcher
from schemas.source import Document, Source

_log = logging.getLogger(__name__)

_HOURS_TOLD_AS_DAYS: Final = 72


class DocumentCache:
    """Documents by source and operation. Only one that is missing, or older than any limit, is waited for: one that is merely too old
    serves, and is fetched again in the background. Threads and processes may share it.

    However many ask, a process fetches a source once at a time, and of all processes one does so in the background. A fetch replaces all
    of a source's documents in one transaction; of two, the last to finish wins as a whole. The tables of `rag.tables.metadata` must exist.
    """

    def __init__(
        self,
        engine: Engine,
        fetcher: Fetcher,
        clock: Clock,
        *,
        limits: CacheLimits | None = None,
        configured: Callable[[], Collection[str]] | None = None,
        needs_approval: Callable[[Source], bool] = lambda _: False,
    ) -> None:
        """`configured` names the sources whose documents are evicted last (unknown: all are alike), `needs_approval` knows those whose
        description was added by hand."""
        self.versions = VersionStore(engine)
        self.log = ChangeLog(engine)
        self._store = DocumentStore(engine)
        self._refreshes = RefreshStore(engine)
        self._fetcher = fetcher
        self._clock = clock
        self._limits = limits or CacheLimits()
        self._configured = configured or (lambda: ())
        self._needs_approval = needs_approval
        self._attempts: dict[str, SharedAttempt[ChangeReport]] = {}
        self._snapshots: dict[str, Snapshot] = {}
        self._background = Background("refresh-source")
        self._leases: dict[str, str] = {}

    def get_or_fetch(self, source: Source, operation_name: str, max_age_hours: float) -> Document:
        """The operation's document. Where the server has not vouched for it for `max_age_hours`, `stale_because` says how old it is, or
        why no fresher one could be had.

        Waits for the server only where there is no copy, or one that is older than the cache's limits allow; then raises what the fetcher
        raises if there is no copy, and AwaitsApproval for a hand-added description. NotFound names the nearest operations.
        """
        ticket, held, stale_because = self._attempt(source).ticket(), self._held(source), ""
        age = self._clock() - held.fetched_at if held else timedelta.max
        if held is None:
            self._attempt(source).run(ticket, lambda: self._fetch(source))
        elif age >= timedelta(hours=max(self._limits.max_stale_hours, max_age_hours)):
            stale_because = self._try_now(source, ticket, held)
        elif age >= timedelta(hours=max_age_hours):
            stale_because = self._renew(source, held)
        document = self._document(source, operation_name, stale_because)
        if held:
            self._store.note_use(held, self._clock())
        return document

    def refresh(self, source: Source) -> ChangeReport:
        """Ask the server now, whatever the copy's age and however often it failed. Raises what the fetcher raises, and AwaitsApproval;
        the copy then stays as it is, and `attempts` tells why."""
        attempt = self._attempt(source)
        try:
            return attempt.run(attempt.ticket(), lambda: self._fetch(source))
        except OpswrightError as error:
            self._refreshes.note_failure(source.name, str(error), self._clock())
            raise

    def approve(self, source: Source, number: int | None = None, *, by: str) -> SourceVersion:
        """Let that version of a hand-added description, or the newest, answer. One of another release is read again for that.

        Raises NotFound where there is no such version, and what `refresh` raises.
        """
        version = self.versions.get(source.name, number)
        self.versions.approve(version, by, self._clock())
        content = self.versions.content(version)
        if content:
            self._store.replace(source, content, self._clock(), version=version.number)
        else:
            self.refresh(source)
        return self.versions.get(source.name, version.number)

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

    def operation(self, source_name: str, name: str, among: Sequence[Operation] | None = None) -> Operation:
        """One operation of those that are held, or of these. Raises NotFound, naming the nearest."""
        known = self.operations(source_name) if among is None else among
        for operation in known:
            if operation.name == name:
                return operation
        raise _unknown(source_name, name, known)

    def source(self, source_name: str) -> CachedSource | None:
        """What is held of the source besides its operations, or None before its first fetch."""
        return self._store.source(source_name)

    def attempts(self, source_name: str) -> RefreshState:
        """How the attempts to fetch the source stand."""
        return self._refreshes.state(source_name)

    def settle(self, timeout_seconds: float) -> bool:
        """Wait for what is fetched in the background. False where that takes longer."""
        return self._background.wait(timeout_seconds)

    def close(self) -> None:
        """Fetch nothing more in the background; what is under way may take a moment, and is left to other processes then."""
        self._background.close()
        for source, lease in list(self._leases.items()):
            self._refreshes.give_back(source, lease)

    def _attempt(self, source: Source) -> SharedAttempt[ChangeReport]:
        return self._attempts.setdefault(source.name, SharedAttempt())

    def _held(self, source: Source) -> CachedSource | None:
        held = self._store.source(source.name)
        return held if held and held.spec_url == source.spec_url else None

    def _try_now(self, source: Source, ticket: int, held: CachedSource) -> str:
        """Fetch what is too old to serve without a try. Why that copy has to do after all, or nothing."""
        now, state = self._clock(), self._refreshes.state(source.name)
        if state.failure and state.retry_at and state.retry_at > now:
            return _away(held, state.failure, now)
        try:
            self._attempt(source).run(ticket, lambda: self._fetch(source))
        except OpswrightError as error:
            self._refreshes.note_failure(source.name, str(error), self._clock())
            return _away(held, str(error), now)
        return ""

    def _renew(self, source: Source, held: CachedSource) -> str:
        """See to it that somebody fetches the source, without waiting for it. Why the copy at hand is stale."""
        now, state = self._clock(), self._refreshes.state(source.name)
        is_idle = state.is_due(now) and not self._background.is_busy(source.name)
        lease = self._refreshes.lease(source.name, now) if is_idle else None
        if lease and not self._background.start(source.name, lambda: self._fetch_quietly(source, lease)):
            self._refreshes.give_back(source.name, lease)
        return _away(held, state.failure, now) if state.failure else f"{_read_ago(held, now)}; it is being read again."

    def _fetch_quietly(self, source: Source, lease: str) -> None:
        attempt, self._leases[source.name] = self._attempt(source), lease
        try:
            attempt.run(attempt.ticket(), lambda: self._fetch(source))
        except OpswrightError as error:
            self._refreshes.note_failure(source.name, str(error), self._clock())
        except Exception as error:  # noqa: BLE001 - nobody waits for this thread: whatever it is, the next answer says so
            _log.debug("%s could not be read", source.name, exc_info=error)
            self._refreshes.note_failure(source.name, f"Reading it failed: {type(error).__name__}.", self._clock())
        finally:
            self._refreshes.give_back(source.name, self._leases.pop(source.name))

    def _fetch(self, source: Source) -> ChangeReport:
        now, held = self._clock(), self._held(source)
        fetched = self._fetcher.fetch(source, held.validators if held else None)
        if fetched is None:
            if held is None:
                raise SpecUnusable(f"The server of {quoted(source.name)} says that its specification is unchanged, but no copy is held.")
            return self._store.touch(held, now)
        version = self.versions.admit(source, fetched, now) if self._needs_approval(source) else None
        if version and version.state == "added":
            raise awaits_approval(version)
        report = self._store.replace(source, fetched, now, version=version.number if version else None)
        self._make_room(source.name)
        return report

    def _make_room(self, newest: str) -> None:
        sizes = dict(self._store.sizes())
        for name in self._limits.victims(sizes, newest, self._configured):
            self._store.remove(name)
            self._snapshots.pop(name, None)
        self.log.forget(self._clock() - timedelta(days=self._limits.report_days))

    def _document(self, source: Source, operation_name: str, stale_because: str) -> Document:
        found = self._store.read(source.name, operation_name)
        held, piece = found or (None, None)
        if held is None or piece is None:
            raise _unknown(source.name, operation_name, self.operations(source.name))
        return Document(slice=piece, source_version=held.version, fetched_at=held.fetched_at, stale_because=stale_because)


def _unknown(source_name: str, operation_name: str, known: Sequence[Operation]) -> NotFound:
    names = [operation.name for operation in known]
    nearest = ", ".join(quoted(name) for name in get_close_matches(operation_name, names, n=3, cutoff=0.0))
    return NotFound(
        f"{quoted(source_name)} has no operation {quoted(operation_name)}.",
        hint=f"The nearest: {nearest}." if nearest else "It has no operations at all.",
    )


def _away(held: CachedSource, failure: str, now: datetime) -> str:
    return f"{_read_ago(held, now)}, and could not be read again: {failure}"


def _read_ago(held: CachedSource, now: datetime) -> str:
    hours = (now - held.fetched_at) / timedelta(hours=1)
    age = f"{hours:.0f} hours" if hours < _HOURS_TOLD_AS_DAYS else f"{hours / 24:.0f} days"
    return f"The description of {held.name} was read {age} ago"
