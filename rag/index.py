"""The index over operations: families ranked by words at once, and by meaning as soon as that is learned."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import islice

import numpy

from rag.bm25 import Scores
from rag.chinese import simplified
from rag.corpus import Corpus
from rag.embeddings import Embeddings
from rag.families import Family
from rag.meaning import Meaning, prepare
from rag.questions import Questions, shipped
from rag.vectors import VectorStore
from rag.words import tokens
from schemas.operation import Effect, Operation
from schemas.ports import Embedder

_log = logging.getLogger(__name__)

MEMBERS = 4
"""Operations of one family that come before the next family; the rest follow when all families have had their turn."""


_AS_GOOD = 0.8
"""Of the best member's words: with a larger share of them, it is the family's order that decides."""


@dataclass(frozen=True)
class Hit:
    """An operation found. `score` is its family's and ranks hits of one search only; `family_rank` counts from 1."""

    operation: Operation
    score: float
    family: str
    family_rank: int


class OperationIndex:
    """Finds operations by the words and the meaning of a question. Threads may share it.

    Only operations whose effect is `read` are indexed: a tool may call no other, and leaving the rest out is the largest single
    gain in finding the right one. Words always work; meaning needs both an embedder and a store for its vectors. `questions` are
    those written beside families; by default what the project ships.
    """

    def __init__(
        self,
        embedder: Embedder | None = None,
        vectors: VectorStore | None = None,
        questions: Questions | None = None,
        progress: Callable[[float], None] = lambda _fraction: None,
    ) -> None:
        self._embeddings = Embeddings(embedder, vectors) if embedder and vectors else None
        self._questions = questions
        self._progress = progress
        self._corpus = Corpus()
        self._warm: tuple[Corpus, Meaning] | None = None
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
                self._corpus = Corpus.of(reads, titles or {}, shipped() if self._questions is None else self._questions)

    def warm(self) -> Future[bool]:
        """Load what was learned of these operations, or embed their texts and learn it, in a background thread: then meaning joins in.

        The result is True when it has, False where there is no embedder or another `rebuild` or `close` came in between. A failure
        (Misconfigured: the weights are not the published ones) is logged and kept in the result; search goes on by words alone.
        """
        with self._changing:
            corpus = self._corpus
            if self._embeddings is None or self._closed.is_set():
                return _finished(False)
            if self._warming and self._warming[0] is corpus and not _has_failed(self._warming[1]):
                return self._warming[1]
            future: Future[bool] = Future()
            # A daemon, so that a command that has its answer need not wait for vectors it will not use.
            thread = threading.Thread(target=self._embed, args=(self._embeddings, corpus, future), name="embed-operations", daemon=True)
            self._warming = (corpus, future, thread)
            thread.start()
            return future

    def search(self, question: str, *, limit: int = 10, source: str | None = None) -> tuple[Hit, ...]:
        """At most `limit` operations, best family first, of all sources or of one; () where nothing resembles the question."""
        corpus = self._corpus
        ranked = self._ranked(corpus, question, source)
        return tuple(islice(_hits(corpus, ranked, _own_words(corpus, question)), limit))

    def families(self, question: str, *, limit: int = 10, source: str | None = None) -> tuple[tuple[Operation, ...], ...]:
        """At most `limit` families, best first, each with its operations."""
        corpus = self._corpus
        best = islice(self._ranked(corpus, question, source), limit)
        return tuple(tuple(corpus.operations[member] for member in _members(corpus, found.family, source)) for found in best)

    @property
    def operations(self) -> tuple[Operation, ...]:
        """Those that are indexed."""
        return self._corpus.operations

    def knows(self, question: str) -> bool:
        """Whether any of its words is known."""
        return self._corpus.ranking.knows(question)

    @property
    def has_meaning(self) -> bool:
        """Whether searches go by meaning, too, and not by words alone."""
        return self._meaning(self._corpus) is not None

    def close(self) -> None:
        """Stop embedding after the batch at hand, wait for that, and give the vectors' memory back."""
        self._closed.set()
        with self._changing:  # lets a `warm` that did not see it finish first
            warming = self._warming
        if warming:
            warming[2].join()
        self._warm = None

    def _meaning(self, corpus: Corpus) -> Meaning | None:
        # Of all families or of none: one must not fall behind because its turn to be embedded has not come.
        warm = self._warm
        return warm[1] if warm and warm[0] is corpus else None

    def _ranked(self, corpus: Corpus, question: str, source: str | None) -> Iterator[_Found]:
        scores = corpus.ranking.scores(question, self._meaning(corpus))
        rank = 0
        for place in numpy.argsort(-scores, kind="stable").tolist():
            if not numpy.isfinite(scores[place]):
                return
            if members := _members(corpus, corpus.families[place], source):
                rank += 1
                yield _Found(corpus.families[place], members, float(scores[place]), rank)

    def _embed(self, embeddings: Embeddings, corpus: Corpus, future: Future[bool]) -> None:
        try:
            meaning = prepare(corpus.texts, embeddings, lambda: self._corpus is corpus and not self._closed.is_set(), self._progress)
            with self._changing:
                if meaning and self._corpus is corpus:  # a thread that was overtaken on its last line must not undo the next
                    self._warm = (corpus, meaning)
        except Exception as error:  # noqa: BLE001 - the thread's end: whatever it is, it belongs to whoever asks for the result
            _log.warning("Operations could not be embedded, so search goes by words alone: %s", error)
            future.set_exception(error)
        else:
            future.set_result(meaning is not None)


@dataclass(frozen=True)
class _Found:
    family: Family
    members: tuple[int, ...]
    score: float
    rank: int


def _members(corpus: Corpus, family: Family, source: str | None) -> tuple[int, ...]:
    return tuple(member for member in family.members if source in (None, corpus.operations[member].source))


def _own_words(corpus: Corpus, question: str) -> Scores:
    return corpus.lexical.gains(tokens(simplified(question)))


def _hits(corpus: Corpus, ranked: Iterator[_Found], gains: Scores) -> Iterator[Hit]:
    """Of each family the members in its own order, but those last that share clearly less with the question than the best."""
    rest = list[Hit]()
    for found in ranked:
        least = _AS_GOOD * max(float(gains[member]) for member in found.members)
        members = sorted(found.members, key=lambda member: float(gains[member]) < least)
        hits = [Hit(corpus.operations[member], found.score, found.family.name, found.rank) for member in members]
        yield from hits[:MEMBERS]
        rest += hits[MEMBERS:]
    yield from rest


def _finished(result: bool) -> Future[bool]:
    future: Future[bool] = Future()
    future.set_result(result)
    return future


def _has_failed(future: Future[bool]) -> bool:
    return future.done() and future.exception() is not None
