"""Vectors at rest, so that a text is embedded once. Processes may share them: a row is made whole and never changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import numpy
from sqlalchemy import Engine, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from rag.tables import vectors
from schemas.ports import Vectors

Vector = numpy.ndarray[tuple[int], numpy.dtype[numpy.float32]]

SPARE: Final = 10_000
"""Vectors of documents that are gone which may stay: 20 MB."""

_AT_ONCE: Final = 500
"""Rows that one transaction removes."""

_AT_REST = numpy.dtype("<f4")


class VectorStore:
    """Reads and writes the table `vectors` on SQLite or PostgreSQL.

    Vectors of documents that are gone stay for a while: another process may hold a corpus that has them, and a source that comes back
    finds them. With MiniLM each takes 2 KB.
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

    def prune(self, embedder: str, keys: Collection[str], spare: int = SPARE) -> int:
        """Remove all vectors but the embedder's of these keys, as soon as more than `spare` others are there. How many went."""
        with self._engine.connect() as connection:
            held = {(row.embedder, row.key) for row in connection.execute(select(vectors.c.embedder, vectors.c.key))}
        gone = sorted(held.difference((embedder, key) for key in keys))
        if len(gone) <= spare:
            return 0
        one = (vectors.c.embedder == bindparam("its_embedder"), vectors.c.key == bindparam("its_key"))
        for start in range(0, len(gone), _AT_ONCE):
            batch = [{"its_embedder": of, "its_key": key} for of, key in gone[start : start + _AT_ONCE]]
            with self._engine.begin() as connection:
                connection.execute(delete(vectors).where(*one), batch)
        return len(gone)
