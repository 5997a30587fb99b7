"""The outbox of change reports: written with the documents that changed, read by each reader once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, Engine, and_, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from rag.changes import ChangeReport
from rag.tables import change_readers, change_reports

AT_ONCE: Final = 100
"""Reports that one reading gives at most."""


@dataclass(frozen=True)
class Entry:
    """A report and its number; later ones have greater numbers."""

    number: int
    report: ChangeReport


def append(connection: Connection, report: ChangeReport) -> None:
    """Write a report down, within the transaction that changes the documents: there is neither without the other."""
    row = {"source": report.source, "at": report.at.astimezone(UTC), "report": report.model_dump_json()}
    connection.execute(insert(change_reports).values(row))


class ChangeLog:
    """Reads the table `change_reports` on SQLite or PostgreSQL.

    A reader takes `unread`, does what follows from it, and then says `acknowledge`: one that dies in between reads the same again.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def read_after(self, cursor: int, limit: int = AT_ONCE) -> tuple[Entry, ...]:
        """The oldest reports after the one of that number."""
        query = select(change_reports).where(change_reports.c.id > cursor).order_by(change_reports.c.id).limit(limit)
        with self._engine.connect() as connection:
            return tuple(Entry(row.id, ChangeReport.model_validate_json(row.report)) for row in connection.execute(query))

    def unread(self, reader: str, limit: int = AT_ONCE) -> tuple[Entry, ...]:
        """The oldest reports that this reader has not acknowledged."""
        return self.read_after(self.cursor(reader), limit)

    def cursor(self, reader: str) -> int:
        """The number of the last report that the reader has acknowledged; 0 before its first."""
        query = select(change_readers.c.cursor).where(change_readers.c.reader == reader)
        with self._engine.connect() as connection:
            return connection.scalar(query) or 0

    def acknowledge(self, reader: str, cursor: int) -> None:
        """Everything up to this number is dealt with; 0 announces a reader. A number before its last changes nothing."""
        with self._engine.begin() as connection:
            dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
            statement = dialect.insert(change_readers).values(reader=reader, cursor=cursor)
            further = statement.excluded.cursor > change_readers.c.cursor
            connection.execute(statement.on_conflict_do_update(index_elements=["reader"], set_={"cursor": cursor}, where=further))

    def latest(self, source: str | None = None, since: datetime | None = None, limit: int = AT_ONCE) -> tuple[Entry, ...]:
        """For people: the newest reports first, of one source or all."""
        query = select(change_reports).order_by(change_reports.c.id.desc()).limit(limit)
        if source is not None:
            query = query.where(change_reports.c.source == source)
        if since is not None:
            query = query.where(change_reports.c.at >= since.astimezone(UTC))
        with self._engine.connect() as connection:
            return tuple(Entry(row.id, ChangeReport.model_validate_json(row.report)) for row in connection.execute(query))

    def forget(self, before: datetime) -> int:
        """Remove reports that are older and that every reader has acknowledged. How many those were."""
        all_have_read = func.coalesce(select(func.min(change_readers.c.cursor)).scalar_subquery(), change_reports.c.id)
        is_done = and_(change_reports.c.at < before.astimezone(UTC), change_reports.c.id <= all_have_read)
        with self._engine.begin() as connection:
            return connection.execute(delete(change_reports).where(is_done)).rowcount
