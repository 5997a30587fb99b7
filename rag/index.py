"""The index over operations: BM25 at once, meaning as soon as its vectors are there, fused by rank."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from rag.corpus import Corpus
from rag.dense import DenseIndex
from rag.fusion import fuse
from rag.vectors import VectorStore
from rag.words import tokens
from schemas.operation import Effect, Operation
from schemas.ports import Embedder

_log = logging.getLogger(__name__)

CANDIDATES = 50
"""How deep each ranking goes into the fusion."""


@dataclass(frozen=True)
class Hit:
    """An operation found. `score` is the fusion's and ranks hits of one search only; ranks count from 1, None: not found that way."""

    operation: Operation
    score: float
    lexical_rank: int | None
    dense_rank: int | None


class OperationIndex:
    """Finds operations by the words and the meaning of a question. Threads may share it.

    Only operations whose effect is `read` are indexed: a tool may call no other, and leaving the rest out is the largest single
    gain in finding the right one. Words always work; meaning needs both an embedder and a store for its vectors.
    """

    def __init__(self, embedder: Embedder | None = None, vectors: VectorStore | None = None) -> None:
        self._dense = DenseIndex(embedder, vectors) if embedder and vectors else None
        self._corpus = Corpus()
        self._warm: Corpus | None = None
        self._warming: tuple[Corpus, Future[bool], threading.Thread] | None = None
        self._changing = threading.Lock()
        self._closed = threading.Event()

    def rebuild(self, operations: Sequence[Operation], titles: Mapping[str, str] | None = None) -> None:
        """Index these operations instead of any before. `titles` are sources' names as people know them.

        Costs nothing to speak of where nothing has changed. Otherwise search goes by words alone until `warm` is through.
        """
        reads = tuple(operation for operation in operations if operation.effect is Effect.READ)
        with self._changing:
            if (reads, titles or {}) != (self._corpus.operations, self._corpus.titles):
                self._corpus = Corpus.of(reads, titles or {})

    def warm(self) -> Future[bool]:
        """Load the vectors, making those that are missing, in a background thread, so that meaning joins in.

        The result is True when it has, False where there is no embedder or another `rebuild` or `close` came in between. A failure
        (Misconfigured: the weights are not the published ones) is logged and kept in the result; search goes on by words alone.
        """
        with self._changing:
            corpus = self._corpus
            if self._dense is None or self._closed.is_set():
                return _finished(False)
            if self._warming and self._warming[0] is corpus and not _has_failed(self._warming[1]):
                return self._warming[1]
            future: Future[bool] = Future()
            # A daemon, so that a command that has its answer need not wait for vectors it will not use.
            thread = threading.Thread(target=self._embed, args=(self._dense, corpus, future), name="embed-operations", daemon=True)
            self._warming = (corpus, future, thread)
            thread.start()
            return future

    def search(self, question: str, *, limit: int = 10, source: str | None = None) -> tuple[Hit, ...]:
        """At most `limit` operations, best first, of all sources or of one; () where nothing resembles the question."""
        corpus, depth = self._corpus, max(limit, CANDIDATES)
        lexical = corpus.lexical.ranked(tokens(question), among=corpus.positions_of(source))[:depth]
        dense = self._ranked_by_meaning(corpus, question, depth, source)
        return tuple(
            Hit(corpus.operations[position], score, _rank(lexical, position), _rank(dense, position))
            for position, score in fuse([lexical, dense])[:limit]
        )

    def close(self) -> None:
        """Stop embedding after the batch at hand, wait for that, and give the vectors' memory back."""
        self._closed.set()
        with self._changing:  # lets a `warm` that did not see it finish first
            warming = self._warming
        if warming:
            warming[2].join()
        self._warm = None
        if self._dense:
            self._dense.close()

    def _ranked_by_meaning(self, corpus: Corpus, question: str, depth: int, source: str | None) -> list[int]:
        # All vectors or none: an operation must not fall behind because its turn to be embedded has not come.
        if self._dense is None or self._warm is not corpus:
            return []
        keys = self._dense.ranked(question, limit=depth, source=source)
        return [corpus.position_by_key[key] for key in keys if key in corpus.position_by_key]

    def _embed(self, dense: DenseIndex, corpus: Corpus, future: Future[bool]) -> None:
        try:
            is_complete = dense.update(corpus.documents, lambda: self._corpus is corpus and not self._closed.is_set())
            with self._changing:
                if is_complete and self._corpus is corpus:  # a thread that was overtaken on its last line must not undo the next
                    self._warm = corpus
        except Exception as error:  # noqa: BLE001 - the thread's end: whatever it is, it belongs to whoever asks for the result
            _log.warning("Operations could not be embedded, so search goes by words alone: %s", error)
            future.set_exception(error)
        else:
            future.set_result(is_complete)


def _rank(ranking: Sequence[int], position: int) -> int | None:
    return ranking.index(position) + 1 if position in ranking else None


def _finished(result: bool) -> Future[bool]:
    future: Future[bool] = Future()
    future.set_result(result)
    return future


def _has_failed(future: Future[bool]) -> bool:
    return future.done() and future.exception() is not None
