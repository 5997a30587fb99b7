"""Databases of a test's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, MetaData, create_engine


@contextmanager
def database(folder: Path, metadata: MetaData) -> Iterator[Engine]:
    """An engine on a new SQLite file in the folder, with these tables and no other."""
    engine = create_engine(f"sqlite:///{folder}/opswright.db")
    metadata.create_all(engine)
    yield engine
    engine.dispose()
