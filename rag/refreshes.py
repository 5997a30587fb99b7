"""Attempts to fetch a source: one at a time over all processes, and less and less often while they fail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Connection, Engine, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from rag.tables import refreshes

LEASE: Final = timedelta(minutes=5)
"""How long the others leave it to one that says nothing: it may have been killed."""

FIRST_PAUSE: Final = timedelta(seconds=10)
LONGEST_PAUSE: Final = timedelta(hours=1)

_MOST_DOUBLINGS: Final = 12


@dataclass(frozen=True)
class RefreshState:
    """How the attempts stand. `failure` says why the latest came to nothing, `failures` how many in a row did."""

    failures: int = 0
    failure: str = ""
    retry_at: datetime | None = None
    leased_until: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether somebody may try."""
        return all(until is None or until <= now for until in (self.retry_at, self.leased_until))


def note_success(connection: Connection, source: str) -> None:
    """The source was read: no failures, no pause, no lease. Locks its row, so that one process at a time replaces its documents."""
    _upsert(connection, source, {"lease": "", "leased_until": None, "failures": 0, "failure": "", "retry_at": None})


def pause_after(failures: int) -> timedelta:
    """How long after so many failures in a row: twice as long each time."""
    return min(FIRST_PAUSE * (1 << min(failures - 1, _MOST_DOUBLINGS)), LONGEST_PAUSE)


class RefreshStore:
    """Reads and writes the table `refreshes`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def state(self, source: str) -> RefreshState:
        """How the attempts to fetch the source stand."""
        with self._engine.connect() as connection:
            row = connection.execute(select(refreshes).where(refreshes.c.source == source)).one_or_none()
        if row is None:
            return RefreshState()
        return RefreshState(row.failures, row.failure, _utc(row.retry_at), _utc(row.leased_until))

    def lease(self, source: str, now: datetime) -> str | None:
        """A lease to fetch the source now, or None where another one has it, or where the pause after a failure is not over."""
        lease, moment = uuid4().hex, now.astimezone(UTC)
        is_free = or_(refreshes.c.leased_until.is_(None), refreshes.c.leased_until <= moment)
        is_due = or_(refreshes.c.retry_at.is_(None), refreshes.c.retry_at <= moment)
        take = update(refreshes).where(refreshes.c.source == source, is_free, is_due).values(lease=lease, leased_until=moment + LEASE)
        with self._engine.begin() as connection:
            _upsert(connection, source, {})
            return lease if connection.execute(take).rowcount else None

    def give_back(self, source: str, lease: str) -> None:
        """End the lease without a word on how it went, unless somebody else has it by now."""
        mine = (refreshes.c.source == source, refreshes.c.lease == lease)
        with self._engine.begin() as connection:
            connection.execute(update(refreshes).where(*mine).values(lease="", leased_until=None))

    def note_failure(self, source: str, why: str, now: datetime) -> None:
        """An attempt came to nothing: the next one has to wait, longer each time."""
        with self._engine.begin() as connection:
            _upsert(connection, source, {})
            failures = connection.scalar(select(refreshes.c.failures).where(refreshes.c.source == source)) or 0
            values = {"failures": failures + 1, "failure": why, "retry_at": now.astimezone(UTC) + pause_after(failures + 1)}
            connection.execute(update(refreshes).where(refreshes.c.source == source).values(values))


def _upsert(connection: Connection, source: str, values: dict[str, Any]) -> None:
    """Writes whatever is there, so that the row is locked from here to the end of the transaction."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    first = {"source": source, "lease": "", "failures": 0, "failure": ""} | values
    statement = dialect.insert(refreshes).values(first)
    connection.execute(statement.on_conflict_do_update(index_elements=["source"], set_=values or {"source": source}))


def _utc(value: datetime | None) -> datetime | None:
    # PostgreSQL answers in the session's time zone, SQLite in none.
    if value is None:
        return None
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
