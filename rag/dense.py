"""Ranking by meaning: vectors in an embedded Chroma, found by cosine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from rag.documents import OperationDocument
from schemas.ports import Embedder, Vectors

if TYPE_CHECKING:
    from chromadb import Collection
    from chromadb.api.client import Client

MIN_SIMILARITY = 0.2
"""A nearest neighbour always exists; below this cosine it is no answer. Measured with MiniLM over 3,175 operations: questions about
cake or love come to 0.14-0.15 with their nearest, 48 questions about operations to 0.25 and more."""

_TEXTS_AT_ONCE = 64
_REMEMBERED_QUESTIONS = 512


class DenseIndex:
    """The vectors of one corpus under `folder`, each kept until its document's key changes.

    One process at a time owns a folder: Chroma's embedded engine is not made for two. Threads may share the index.
    """

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        self._embedder = embedder
        self._folder = folder
        self._opening = threading.Lock()
        self._updating = threading.Lock()
        self._opened: tuple[Client, Collection] | None = None
        self._vector_of = lru_cache(maxsize=_REMEMBERED_QUESTIONS)(self._embed_question)

    def update(self, documents: Sequence[OperationDocument], is_wanted: Callable[[], bool]) -> bool:
        """Embed what is new, forget what is gone.

        False where `is_wanted`, asked before each step, turned false; what was embedded by then stays, and nothing is forgotten.
        """
        with self._updating:
            collection = self._collection()
            held = set(collection.get(include=[])["ids"])
            new = [document for document in documents if document.key not in held]
            for start in range(0, len(new), _TEXTS_AT_ONCE):
                if not is_wanted():
                    return False
                self._add(collection, new[start : start + _TEXTS_AT_ONCE])
            if not is_wanted():
                return False
            if gone := held.difference(document.key for document in documents):
                collection.delete(ids=list(gone))
        return True

    def ranked(self, question: str, *, limit: int, source: str | None = None) -> list[str]:
        """The keys of at most `limit` documents, nearest first, none of them further than `MIN_SIMILARITY`."""
        found = self._collection().query(
            query_embeddings=self._vector_of(question),
            n_results=limit,
            where=None if source is None else {"source": source},
            include=["distances"],
        )
        distances = (found["distances"] or [[]])[0]
        return [key for key, distance in zip(found["ids"][0], distances, strict=True) if 1 - distance >= MIN_SIMILARITY]

    def close(self) -> None:
        """Let go of the folder. The last call: whoever searches meanwhile fails."""
        with self._opening:
            if self._opened is not None:
                self._opened[0].close()
                self._opened = None

    def _embed_question(self, question: str) -> Vectors:
        return self._embedder.embed([question])

    def _add(self, collection: Collection, documents: Sequence[OperationDocument]) -> None:
        collection.upsert(
            ids=[document.key for document in documents],
            embeddings=self._embedder.embed([document.sentence for document in documents]),
            metadatas=[{"source": document.source} for document in documents],
        )

    def _collection(self) -> Collection:
        with self._opening:
            if self._opened is None:
                from rag import chroma  # most of a second, and unwanted where search goes by words alone

                client = chroma.open_client(self._folder)
                self._opened = (client, chroma.open_collection(client, self._embedder.name))
            return self._opened[1]
