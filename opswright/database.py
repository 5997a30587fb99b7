"""The database: SQLite as several processes at once need it, brought to the present schema."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import ConnectionPoolEntry

from opswright import migrations
from schemas.errors import Misconfigured

BUSY_TIMEOUT_SECONDS = 10
"""How long a writer waits for another one."""


def open_database(file: Path) -> Engine:
    """An engine on the SQLite database `file`, with every table of this release. Makes the file, for its owner only.

    Raises Misconfigured where it can't be opened, is no database, or was made by a newer release.
    """
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
        engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": BUSY_TIMEOUT_SECONDS})
        event.listen(engine, "connect", _prepare)
        upgrade(engine)
    except (OSError, DatabaseError) as error:
        reason = error.strerror if isinstance(error, OSError) else error.orig
        raise Misconfigured(
            f"the database {file} can't be opened: {reason}.",
            hint="Mend or move the file, or point OPSWRIGHT_HOME to another folder.",
        ) from error
    return engine


def upgrade(engine: Engine) -> None:
    """Bring the schema to the newest revision. Two processes at once are safe, and a killed upgrade leaves it as it was."""
    if current_revision(engine) == migrations.newest():
        return
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # The driver begins no transaction before DDL. IMMEDIATE also makes a second process wait for the first.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        migrations.run(connection)
        connection.commit()


def current_revision(engine: Engine) -> str | None:
    """The schema's revision; None for a database without our tables."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return revision


def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """Write-ahead logging: readers and the one writer don't wait for each other. NORMAL syncs at checkpoints, safe with it."""
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
