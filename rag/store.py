"""Fetched specifications at rest. Each change is one transaction, so no reader, and no other process, meets half of one."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from rag.refresh import RefreshReport, compare
from rag.tables import cached_operations, cached_sources
from schemas.base import digest
from schemas.operation import Operation, Slice
from schemas.source import FetchedSpec, Source, Validators

# Stripe's 468 slices are 342 MB as they are and 69 MB at the fastest level; unpacking one of Kubernetes' takes 0.1 ms.
_COMPRESSION_LEVEL = 1


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
            rows = connection.execute(query).all()
        operations = tuple(Operation.model_validate_json(row.operation) for row in rows if row.operation)
        return Snapshot(rows[0].revision, operations) if rows else None

    def replace(self, source: Source, fetched: FetchedSpec, now: datetime) -> RefreshReport:
        """Hold `fetched` instead of whatever was held, and tell the difference."""
        operations = [_operation_row(source, position, piece) for position, piece in enumerate(fetched.slices)]
        with self._engine.begin() as connection:
            # A write comes first: it makes a second process wait here, rather than fail later or mix its rows with ours.
            _upsert(connection, _source_row(source, fetched, now))
            before = _slice_hashes(connection, source.name)
            connection.execute(delete(cached_operations).where(cached_operations.c.source == source.name))
            if operations:
                connection.execute(insert(cached_operations), operations)
        after = {piece.operation.name: piece.digest for piece in fetched.slices}
        return compare(before, after, fetched.warnings)

    def touch(self, held: CachedSource, now: datetime) -> RefreshReport:
        """Note that the server vouches for what is held. No change where another process has replaced it meanwhile."""
        is_same = (cached_sources.c.name == held.name, cached_sources.c.revision == held.revision)
        with self._engine.begin() as connection:
            connection.execute(update(cached_sources).where(*is_same).values(fetched_at=now.astimezone(UTC)))
            hashes = _slice_hashes(connection, held.name)
        return compare(hashes, hashes, held.warnings)


@lru_cache(maxsize=1)
def _format() -> str:
    return digest(Operation.model_json_schema())


def _held(name: str) -> tuple[ColumnElement[bool], ...]:
    return (cached_sources.c.name == name, cached_sources.c.format == _format())


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
    )


def _utc(value: datetime) -> datetime:
    # PostgreSQL answers in the session's time zone, SQLite in none.
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def _slice(row: Row[Any]) -> Slice | None:
    return None if row.operation is None else _parsed(row.operation, row.document)


@lru_cache(maxsize=256)
def _parsed(operation: str, document: bytes) -> Slice:
    """Every question reads the slices of its operations, nearly always the same few; one of EC2 takes milliseconds."""
    return Slice(operation=Operation.model_validate_json(operation), document=orjson.loads(zlib.decompress(document)))


def _source_row(source: Source, fetched: FetchedSpec, now: datetime) -> dict[str, Any]:
    return {
        "name": source.name,
        "spec_url": source.spec_url,
        "format": _format(),
        "revision": _revision(fetched.slices),
        "title": fetched.title,
        "version": fetched.version,
        "base_url": fetched.base_url,
        "etag": fetched.validators.etag,
        "last_modified": fetched.validators.last_modified,
        "warnings": list(fetched.warnings),
        "fetched_at": now.astimezone(UTC),
    }


def _operation_row(source: Source, position: int, piece: Slice) -> dict[str, Any]:
    document = orjson.dumps(piece.document, option=orjson.OPT_NON_STR_KEYS)
    return {
        "source": source.name,
        "name": piece.operation.name,
        "position": position,
        "slice_hash": piece.digest,
        "operation": piece.operation.model_dump_json(),
        "document": zlib.compress(document, _COMPRESSION_LEVEL),
    }


def _revision(slices: Sequence[Slice]) -> str:
    # Over whole operations, not slice hashes alone: a better rule for effects changes one without the other.
    return digest([piece.operation.model_dump(mode="json") for piece in slices])


def _upsert(connection: Connection, row: dict[str, Any]) -> None:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(cached_sources).values(row)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=row))


def _slice_hashes(connection: Connection, source: str) -> dict[str, str]:
    query = select(cached_operations.c.name, cached_operations.c.slice_hash).where(cached_operations.c.source == source)
    return {row.name: row.slice_hash for row in connection.execute(query)}
