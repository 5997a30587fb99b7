"""The rows of a source's operations: compared with what is to be held, and brought to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import ValidationError
from sqlalchemy import Connection, Row, Table, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from rag.changes import OperationChange, Severity
from rag.comparison import compare
from rag.packing import packed, slice_of
from rag.tables import cached_operations, cached_sources
from schemas.garbage import uncollected
from schemas.operation import Slice

Item = TypeVar("Item")

_AT_ONCE: Final = 500
"""Rows of one statement."""


@dataclass(frozen=True)
class Standing:
    """An operation as it is held, but for its document."""

    position: int
    slice_hash: str
    operation: str


def standing(connection: Connection, source: str) -> dict[str, Standing]:
    """What is held of the source, by the operations' names, in whatever format."""
    columns = (
        cached_operations.c.name,
        cached_operations.c.position,
        cached_operations.c.slice_hash,
        cached_operations.c.operation,
    )
    rows = connection.execute(select(*columns).where(cached_operations.c.source == source))
    return {row.name: Standing(row.position, row.slice_hash, row.operation) for row in rows}


def changes(
    connection: Connection, source: str, before: Mapping[str, Standing], pieces: Sequence[Slice], texts: Mapping[str, str]
) -> tuple[OperationChange, ...]:
    """What becomes of each operation, in the order of their names. Call it while the rows are still those of `before`."""
    after = {piece.operation.name: piece for piece in pieces}
    found = (_change(connection, source, name, before.get(name), after.get(name), texts) for name in sorted(before.keys() | after.keys()))
    return tuple(change for change in found if change)


def bring(connection: Connection, source: str, before: Mapping[str, Standing], pieces: Sequence[Slice], texts: Mapping[str, str]) -> None:
    """Hold these operations and no others. What stays as it is is not written: to compress AWS's slices takes seconds."""
    for names in _batches(before.keys() - texts.keys()):
        gone = (cached_operations.c.source == source, cached_operations.c.name.in_(names))
        connection.execute(delete(cached_operations).where(*gone))
    new = ((position, piece) for position, piece in enumerate(pieces) if _is_new(before.get(piece.operation.name), position, piece, texts))
    with uncollected():
        for batch in _batches(new):
            rows = [_row(source, position, piece, texts[piece.operation.name]) for position, piece in batch]
            upsert(connection, cached_operations, rows)
    size = func.sum(func.length(cached_operations.c.operation) + func.length(cached_operations.c.document))
    total = select(func.coalesce(size, 0)).where(cached_operations.c.source == source).scalar_subquery()
    connection.execute(update(cached_sources).where(cached_sources.c.name == source).values(size_bytes=total))


def upsert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows of the same columns, or give these columns to the rows that are there. A name twice among them is an error."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    values = {name: statement.excluded[name] for name in rows[0]}
    connection.execute(statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=values), rows)


def _change(
    connection: Connection, source: str, name: str, before: Standing | None, after: Slice | None, texts: Mapping[str, str]
) -> OperationChange | None:
    if after is None:
        return OperationChange(operation=name, kind="removed", severity=Severity.BREAKING)
    if before is None:
        return compare(None, after)
    if (before.slice_hash, before.operation) == (after.digest, texts[name]):
        return None
    mine = (cached_operations.c.source == source, cached_operations.c.name == name)
    try:
        return compare(_slice(connection.execute(select(cached_operations).where(*mine)).one()), after)
    except ValidationError:
        return _unreadable(before, after)


def _unreadable(before: Standing, after: Slice) -> OperationChange | None:
    """Held by a release whose operations had other fields. Of an equal slice nothing has changed but how we read it."""
    if before.slice_hash == after.digest:
        return None
    return OperationChange(operation=after.operation.name, kind="changed", severity=Severity.BREAKING, slice_hash=after.digest)


def _slice(row: Row[Any]) -> Slice:
    return slice_of(row.operation, row.document)


def _is_new(before: Standing | None, position: int, piece: Slice, texts: Mapping[str, str]) -> bool:
    return before != Standing(position, piece.digest, texts[piece.operation.name])


def _row(source: str, position: int, piece: Slice, operation: str) -> dict[str, Any]:
    return {
        "source": source,
        "name": piece.operation.name,
        "position": position,
        "slice_hash": piece.digest,
        "operation": operation,
        "document": packed(piece.document),
    }


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    for item in items:
        batch.append(item)
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch
