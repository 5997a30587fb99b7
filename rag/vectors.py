"""Vectors at rest, so that a text is embedded once. Processes may share them: a row is made whole, never changed, never removed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy
from sqlalchemy import Engine, select
from sqlalchemy.dialects import postgresql, sqlite

from rag.tables import vectors
from schemas.ports import Vectors

Vector = numpy.ndarray[tuple[int], numpy.dtype[numpy.float32]]

_AT_REST = numpy.dtype("<f4")


class VectorStore:
    """Reads and writes the table `vectors` on SQLite or PostgreSQL.

    Vectors of documents that are gone stay: another process may hold a corpus that has them, and a source that comes back finds them.
    With MiniLM that is 2 KB for each sentence that was ever indexed, 6 MB for 3,000 operations.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def read(self, embedder: str, keys: Sequence[str]) -> dict[str, Vector]:
        """The embedder's vectors of those keys that have one. Each key is a parameter of the statement: hand over hundreds, not all."""
        query = select(vectors.c.key, vectors.c.vector).where(vectors.c.embedder == embedder, vectors.c.key.in_(keys))
        with self._engine.connect() as connection:
            return {row.key: numpy.frombuffer(row.vector, _AT_REST).astype(numpy.float32) for row in connection.execute(query)}

    def keep(self, embedder: str, keys: Sequence[str], made: Vectors) -> None:
        """Hold these vectors, one for each key. Those that another process was first to keep stay as they are."""
        rows = [
            {"embedder": embedder, "key": key, "vector": vector.astype(_AT_REST).tobytes()} for key, vector in zip(keys, made, strict=True)
        ]
        with self._engine.begin() as connection:
            dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
            connection.execute(dialect.insert(vectors).on_conflict_do_nothing(), rows)
