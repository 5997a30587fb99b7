"""The database's history: one revision a file in `versions`, written by Alembic from the rooms' tables and then reviewed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from schemas.errors import Misconfigured

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection, MetaData


def newest() -> str:
    """The newest revision, from the files' names: a start with an up-to-date database need not import Alembic (0.3 s)."""
    return max(file.name.partition("_")[0] for file in Path(__file__).with_name("versions").glob("*.py"))


def declared() -> list[MetaData]:
    """The tables that the rooms declare."""
    import agents.model.accounts
    import agents.runs
    import doc_sources.store
    import generated_tools.tables
    import rag.tables

    rooms = (doc_sources.store, rag.tables, generated_tools.tables, agents.runs, agents.model.accounts)
    return [room.metadata for room in rooms]


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, made here rather than found in the working directory."""
    from alembic.config import Config

    made = Config(attributes={"connection": connection})
    made.set_main_option("script_location", "opswright:migrations")
    return made


def run(connection: Connection) -> None:
    """Apply what is missing within the connection's transaction. Raises Misconfigured for a newer database."""
    from alembic import command
    from alembic.util import CommandError

    try:
        command.upgrade(config(connection), "head")
    except CommandError as error:
        raise Misconfigured(
            f"the database's schema is not one that this release knows ({newest()} is its newest).",
            hint="Use the release that made it, or point OPSWRIGHT_HOME to another folder.",
        ) from error
