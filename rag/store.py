"""Fetched specifications at rest. Each change is one transaction, so no reader, and no other process, meets half of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Engine, Row, and_, delete, func, select, update

from rag import change_log, refreshes, rows, versions
from rag.changes import ChangeReport, OperationChange
from rag.packing import operations_of, present_format, revision_of, slice_of
from rag.rows import Standing
from rag.tables import cached_operations, cached_sources
from schemas.operation import Operation, Slice
from schemas.source import FetchedSpec, Source, Validators

_USE_NOTED: Final = timedelta(hours=1)
"""How exactly it is known when a source last served an answer: to write it down each time would make every reader a writer."""


@dataclass(frozen=True)
class CachedSource:
    """What is held of a source besides its operations. Equal revisions mean equal operations and slices."""

    name: str
    spec_url: str
    revision: str
    title: str
    version: str
    base_url: str
    validators: Validators
    warnings: tuple[str, ...]
    fetched_at: datetime
    used_at: datetime | None
    size_bytes: int


@dataclass(frozen=True)
class Snapshot:
    """All operations of one revision, in the specification's order."""

    revision: str
    operations: tuple[Operation, ...]


class DocumentStore:
    """Reads and writes the tables of `rag.tables` on SQLite or PostgreSQL.

    A copy that another release wrote, with other fields in an operation, counts as absent: a server that answers "unchanged" would
    otherwise keep it from ever being read anew.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def source(self, name: str) -> CachedSource | None:
        """What is held of the source, if anything."""
        with self._engine.connect() as connection:
            row = connection.execute(select(cached_sources).where(*_held(name))).one_or_none()
        return _cached_source(row) if row else None

    def read(self, source: str, operation: str) -> tuple[CachedSource, Slice | None] | None:
        """The source and the operation's slice, None where it has no such operation; None where nothing is held of the source."""
        theirs = and_(cached_operations.c.source == cached_sources.c.name, cached_operations.c.name == operation)
        # One statement sees one state of the tables, also where no transaction holds two together.
        query = (
            select(cached_sources, cached_operations.c.operation, cached_operations.c.document)
            .select_from(cached_sources.outerjoin(cached_operations, theirs))
            .where(*_held(source))
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return (_cached_source(row), _slice(row)) if row else None

    def revision(self, source: str) -> str | None:
        """The revision that is held: the cheap question whether a snapshot still stands."""
        with self._engine.connect() as connection:
            return connection.execute(select(cached_sources.c.revision).where(*_held(source))).scalar_one_or_none()

    def snapshot(self, source: str) -> Snapshot | None:
        """All operations of the source, parsed: 20 ms for a thousand."""
        theirs = cached_operations.c.source == cached_sources.c.name
        query = (
            select(cached_sources.c.revision, cached_operations.c.operation)
            .select_from(cached_sources.outerjoin(cached_operations, theirs))
            .where(*_held(source))
            .order_by(cached_operations.c.position)
        )
        with self._engine.connect() as connection:
            found = connection.execute(query).all()
        return Snapshot(found[0].revision, operations_of(row.operation for row in found if row.operation)) if found else None

    def replace(self, source: Source, fetched: FetchedSpec, now: datetime, *, version: int | None = None) -> ChangeReport:
        """Hold `fetched` instead of whatever was held, and tell the difference; the change log has it, too, where there is one.

        Only what differs is written. `version` is that of a hand-added description, which is the one that answers from then on.
        """
        texts = _texts(fetched.slices)
        with self._engine.begin() as connection:
            # A write comes first: it makes a second process wait here, rather than fail later or mix its rows with ours.
            refreshes.note_success(connection, source.name)
            held = connection.execute(select(cached_sources).where(cached_sources.c.name == source.name)).one_or_none()
            before = rows.standing(connection, source.name)
            changes = rows.changes(connection, source.name, before, fetched.slices, texts) if held else ()
            report = ChangeReport(
                source=source.name,
                from_revision=held.revision if held else "",
                to_revision=revision_of(texts.values()),
                at=now,
                cause=_cause(held, fetched, before, changes),
                operations=len(texts),
                changes=changes,
                warnings=fetched.warnings,
            )
            rows.upsert(connection, cached_sources, [_source_row(source, fetched, report.to_revision, now)])
            rows.bring(connection, source.name, before, fetched.slices, texts)
            if version is not None:
                versions.activate(connection, source.name, version)
            if report.is_first or report.changes:
                change_log.append(connection, report)
        return report

    def touch(self, held: CachedSource, now: datetime) -> ChangeReport:
        """Note that the server vouches for what is held. No change where another process has replaced it meanwhile."""
        is_same = (cached_sources.c.name == held.name, cached_sources.c.revision == held.revision)
        with self._engine.begin() as connection:
            refreshes.note_success(connection, held.name)
            connection.execute(update(cached_sources).where(*is_same).values(fetched_at=now.astimezone(UTC)))
            count = connection.scalar(select(func.count()).where(cached_operations.c.source == held.name)) or 0
        revision = held.revision
        return ChangeReport(
            source=held.name, from_revision=revision, to_revision=revision, at=now, operations=count, warnings=held.warnings
        )

    def note_use(self, held: CachedSource, now: datetime) -> None:
        """Note, to the hour, that it has served an answer."""
        if held.used_at is None or now - held.used_at >= _USE_NOTED:
            with self._engine.begin() as connection:
                mine = cached_sources.c.name == held.name
                connection.execute(update(cached_sources).where(mine).values(used_at=now.astimezone(UTC)))

    def sizes(self) -> tuple[tuple[str, int], ...]:
        """Each source that is held, in whatever format, and the bytes it takes; the one that was used longest ago first."""
        age = func.coalesce(cached_sources.c.used_at, cached_sources.c.fetched_at)
        query = select(cached_sources.c.name, cached_sources.c.size_bytes).order_by(age, cached_sources.c.name)
        with self._engine.connect() as connection:
            return tuple((row.name, row.size_bytes) for row in connection.execute(query))

    def remove(self, source: str) -> None:
        """Hold nothing of the source any more."""
        with self._engine.begin() as connection:
            connection.execute(delete(cached_operations).where(cached_operations.c.source == source))
            connection.execute(delete(cached_sources).where(cached_sources.c.name == source))


def _held(name: str) -> tuple[ColumnElement[bool], ...]:
    return (cached_sources.c.name == name, cached_sources.c.format == present_format())


def _cached_source(row: Row[Any]) -> CachedSource:
    return CachedSource(
        name=row.name,
        spec_url=row.spec_url,
        revision=row.revision,
        title=row.title,
        version=row.version,
        base_url=row.base_url,
        validators=Validators(etag=row.etag, last_modified=row.last_modified),
        warnings=tuple(row.warnings),
        fetched_at=_utc(row.fetched_at),
        used_at=_utc(row.used_at) if row.used_at else None,
        size_bytes=row.size_bytes,
    )


def _utc(value: datetime) -> datetime:
    # PostgreSQL answers in the session's time zone, SQLite in none.
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def _slice(row: Row[Any]) -> Slice | None:
    return None if row.operation is None else slice_of(row.operation, row.document)


def _source_row(source: Source, fetched: FetchedSpec, revision: str, now: datetime) -> dict[str, Any]:
    return {
        "name": source.name,
        "spec_url": source.spec_url,
        "format": present_format(),
        "revision": revision,
        "title": fetched.title,
        "version": fetched.version,
        "base_url": fetched.base_url,
        "etag": fetched.validators.etag,
        "last_modified": fetched.validators.last_modified,
        "warnings": list(fetched.warnings),
        "fetched_at": now.astimezone(UTC),
        "document_digest": fetched.document_digest or None,
    }


def _texts(slices: Sequence[Slice]) -> dict[str, str]:
    """The operations as they are kept, by name. Raises ValueError where two have the same: one would be lost."""
    texts = {piece.operation.name: piece.operation.model_dump_json() for piece in slices}
    if len(texts) != len(slices):
        raise ValueError(f"{len(slices) - len(texts)} operations have the name of another one of their source")
    return texts


def _cause(
    held: Row[Any] | None, fetched: FetchedSpec, before: Mapping[str, Standing], changes: Sequence[OperationChange]
) -> Literal["theirs", "ours"]:
    """Ours where the document is the same, or where no slice of it has changed, only what we read from that."""
    if held and held.document_digest and held.document_digest == fetched.document_digest:
        return "ours" if changes else "theirs"
    is_in_slices = any(change.kind != "changed" or before[change.operation].slice_hash != change.slice_hash for change in changes)
    return "theirs" if is_in_slices or not changes else "ours"
