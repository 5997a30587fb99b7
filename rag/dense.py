"""Ranking by meaning: vectors kept in our database, loaded into a Chroma in memory, found by cosine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy

from rag.documents import OperationDocument
from rag.vectors import VectorStore
from schemas.ports import Embedder, Vectors

if TYPE_CHECKING:
    from chromadb import Collection
    from chromadb.api.client import Client

MIN_SIMILARITY = 0.2
"""A nearest neighbour always exists; below this cosine it is no answer. Measured with MiniLM over 3,175 operations: questions about
cake or love come to 0.14-0.15 with their nearest, 48 questions about operations to 0.25 and more."""

_DOCUMENTS_AT_ONCE = 64
"""What an interruption waits for, and a search too: Chroma lets no other thread run while it inserts. 64 take it 20-60 ms, 512 up to
300; 3,000 documents take 0.8 s in all rather than 0.5."""

_REMEMBERED_QUESTIONS = 512


class DenseIndex:
    """The vectors of one corpus in memory, and in `store` those that were ever made. Threads may share the index, processes the store."""

    def __init__(self, embedder: Embedder, store: VectorStore) -> None:
        self._embedder = embedder
        self._store = store
        self._opening = threading.Lock()
        self._updating = threading.Lock()
        self._opened: tuple[Client, Collection] | None = None
        self._vector_of = lru_cache(maxsize=_REMEMBERED_QUESTIONS)(self._embed_question)

    def update(self, documents: Sequence[OperationDocument], is_wanted: Callable[[], bool]) -> bool:
        """Load what is not yet in memory, embedding what has no vector, and forget what is gone.

        False where `is_wanted`, asked before each step, turned false; what was embedded by then stays, and nothing is forgotten.
        """
        with self._updating:
            collection = self._collection()
            held = set(collection.get(include=[])["ids"])
            missing = [document for document in documents if document.key not in held]
            for start in range(0, len(missing), _DOCUMENTS_AT_ONCE):
                if not is_wanted():
                    return False
                self._add(collection, missing[start : start + _DOCUMENTS_AT_ONCE])
            if not is_wanted():
                return False
            keys = {document.key for document in documents}
            if gone := held - keys:
                collection.delete(ids=list(gone))
            if missing or gone:
                self._store.prune(self._embedder.name, keys)
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
        """Give the memory back. The last call: whoever searches meanwhile fails."""
        with self._opening:
            if self._opened is not None:
                from rag import chroma

                chroma.close(*self._opened)
                self._opened = None

    def _embed_question(self, question: str) -> Vectors:
        return self._embedder.embed([question])

    def _add(self, collection: Collection, documents: Sequence[OperationDocument]) -> None:
        collection.upsert(
            ids=[document.key for document in documents],
            embeddings=self._vectors(documents),
            metadatas=[{"source": document.source} for document in documents],
        )

    def _vectors(self, documents: Sequence[OperationDocument]) -> Vectors:
        found = self._store.read(self._embedder.name, [document.key for document in documents])
        new = {document.key: document.sentence for document in documents if document.key not in found}
        if new:
            made = self._embedder.embed(list(new.values()))
            self._store.keep(self._embedder.name, list(new), made)
            found |= zip(new, made, strict=True)
        return numpy.stack([found[document.key] for document in documents])

    def _collection(self) -> Collection:
        with self._opening:
            if self._opened is None:
                from rag import chroma  # most of a second, and unwanted where search goes by words alone

                self._opened = chroma.open_collection()
            return self._opened[1]
