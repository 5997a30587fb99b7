"""Finding the operation that answers a question: hit rates beside plain rank-bm25 and plain MiniLM, without each part, and its cost."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy
from rank_bm25 import BM25Okapi
from sqlalchemy import create_engine

from eval.bench.conditions import Conditions
from eval.bench.figures import Figure, percentile, timed
from eval.bench.runs import peak_mib
from eval.retrieval.corpus import BESIDES, MEASURED, TITLES, read, read_aws
from eval.retrieval.questions import Asked, load, names_of
from eval.retrieval.scoring import DEPTHS, Answered, Ranking, Score, answer, by_group
from rag.blas import use_one_thread
from rag.bm25 import LexicalIndex, Scores
from rag.corpus import Corpus
from rag.embeddings import Embeddings
from rag.fusion import fuse
from rag.index import OperationIndex
from rag.meaning import Meaning, prepare
from rag.minilm import MiniLmEmbedder, find_weights
from rag.questions import Questions, shipped
from rag.ranking import Weights, weights_for
from rag.tables import metadata
from rag.vectors import VectorStore
from rag.words import tokens
from schemas.errors import Misconfigured
from schemas.operation import Effect, Operation
from schemas.ports import Vectors

HELD: Final = Path(__file__).parents[1] / "retrieval" / "held.jsonl"
"""Nobody tuned anything to it."""

DEVELOPMENT: Final = "queries-dev.jsonl"
_DEPTH: Final = 10


@dataclass(frozen=True)
class _Ground:
    """Questions and the reading operations to find them among."""

    title: str
    operations: tuple[Operation, ...]
    questions: tuple[Asked, ...]


@dataclass(frozen=True)
class _Built:
    """Everything of ours over one ground."""

    corpus: Corpus
    meaning: Meaning | None

    def ranking(self, without: Collection[str] = (), *, by_words: bool = False) -> Ranking:
        """Families, ours, some signals left out."""
        names = [frozenset[str]().union(*(names_of(self.corpus.operations[m]) for m in family.members)) for family in self.corpus.families]
        return lambda question: [names[place] for place in self._best(question, without, None if by_words else self.meaning)]

    def _best(self, question: str, without: Collection[str], meaning: Meaning | None) -> list[int]:
        weights = replace(weights_for(question, meaning), **dict.fromkeys(without, 0.0))
        scores = self.corpus.ranking.scores(question, meaning, weights)
        order: list[int] = numpy.argsort(-scores, kind="stable")[:_DEPTH].tolist()
        return [place for place in order if numpy.isfinite(scores[place])]


def run(conditions: Conditions) -> list[Figure]:
    """Raises Misconfigured where there is no folder of descriptions, or no weights."""
    if conditions.specs is None or find_weights() is None:
        raise Misconfigured(
            "There are no descriptions, or no weights of MiniLM, to measure with.",
            hint="Set OPSWRIGHT_SPECS to a folder of descriptions with a manifest.json, and install the weights.",
        )
    use_one_thread()
    published = read(conditions.specs, MEASURED)
    measured = (*published, *read_aws(conditions.specs, all_known=False))
    wide = (*published, *read_aws(conditions.specs, all_known=True), *read(conditions.specs, BESIDES))
    held = load(HELD)
    grounds = [
        _Ground("dev", measured, load(conditions.specs / DEVELOPMENT)),
        _Ground("held out", wide, tuple(asked for asked in held if asked.seen)),
        _Ground("held out, never seen", wide, tuple(asked for asked in held if not asked.seen)),
    ]
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder, "vectors.db")
        embeddings = _embeddings(database)
        figures = [figure for ground in grounds for figure in _ground(ground, embeddings, conditions.quick)]
        return [*figures, *_costs(database, measured)]


def _ground(ground: _Ground, embeddings: Embeddings, quick: bool) -> Iterator[Figure]:
    built = _build(ground.operations, embeddings, shipped())
    yield from _table(ground, "ours", answer(ground.questions, built.ranking()))
    for title, ranking in _others(ground, built, embeddings, quick):
        yield from _row(ground, title, answer(ground.questions, ranking))


def _others(ground: _Ground, built: _Built, embeddings: Embeddings, quick: bool) -> Iterator[tuple[str, Ranking]]:
    """What ours is compared with."""
    yield "ours, single operations", _single(ground.operations, embeddings, shipped())
    yield "ours, words alone", built.ranking(by_words=True)
    if quick:
        return
    for weight in fields(Weights):
        yield f"ours without {weight.name}", built.ranking((weight.name,))
    for signal in ("questions", "named", "product", "need", "covered"):
        yield f"words alone without {signal}", built.ranking((signal,), by_words=True)
    yield "ours without questions that ship", _build(ground.operations, embeddings, Questions()).ranking()
    yield "plain rank-bm25", _plain_bm25(ground.operations)
    yield "plain MiniLM", _plain_minilm(ground.operations, embeddings)
    yield "BM25 and MiniLM by reciprocal rank", _by_reciprocal_rank(ground.operations, embeddings)


def _table(ground: _Ground, title: str, answers: Sequence[Answered]) -> Iterator[Figure]:
    for group, score in by_group(answers).items():
        yield from _figures(f"{ground.title}: {title}, {group}", score)
    times = [answered.milliseconds for answered in answers]
    for percent in (50, 99):
        yield Figure(
            name=f"{ground.title}: {title}, query, p{percent}", value=percentile(times, percent), unit="ms", note="first time asked"
        )


def _row(ground: _Ground, title: str, answers: Sequence[Answered]) -> Iterator[Figure]:
    for group, score in by_group(answers).items():
        if group in ("all", "en", "zh"):
            yield from _figures(f"{ground.title}: {title}, {group}", score)


def _figures(name: str, score: Score) -> Iterator[Figure]:
    note = f"{score.questions} questions, p50 {score.milliseconds:.2f} ms"
    for depth, share in zip(DEPTHS, score.hits, strict=True):
        yield Figure(name=f"{name}, hit@{depth}", value=round(100 * share, 1), unit="%", note=note)
    yield Figure(name=f"{name}, MRR", value=round(score.reciprocal_rank, 3), unit="", note=note)


def _build(operations: Sequence[Operation], embeddings: Embeddings, questions: Questions) -> _Built:
    corpus = Corpus.of(_reads(operations), TITLES, questions)
    return _Built(corpus, prepare(corpus.texts, embeddings, lambda: True))


def _single(operations: Sequence[Operation], embeddings: Embeddings, questions: Questions) -> Ranking:
    """As the index returns them: the first ten operations, of whichever families."""
    index = OperationIndex(embeddings.embedder, embeddings.store, questions)
    index.rebuild(operations, TITLES)
    index.warm().result()
    return lambda question: [names_of(hit.operation) for hit in index.search(question, limit=_DEPTH)]


def _plain_bm25(operations: Sequence[Operation]) -> Ranking:
    """Words as they stand, identifiers whole, operations that write among them."""
    scorer = BM25Okapi([f"{operation.name} {operation.summary}".lower().split() for operation in operations])
    return lambda question: [names_of(operations[place]) for place in _top(scorer.get_scores(question.lower().split()))]


def _plain_minilm(operations: Sequence[Operation], embeddings: Embeddings) -> Ranking:
    """The nearest sentences of operations that read."""
    reads, vectors = _sentences(operations, embeddings)
    return lambda question: [names_of(reads[place]) for place in _top(vectors @ embeddings.of_question(question))]


def _by_reciprocal_rank(operations: Sequence[Operation], embeddings: Embeddings) -> Ranking:
    """Single operations that read, identifiers split: the fusion of both that this index was before it had families."""
    reads, vectors = _sentences(operations, embeddings)
    lexical = LexicalIndex([document.terms for document in Corpus.of(reads, TITLES, Questions()).documents])

    def ranked(question: str) -> list[frozenset[str]]:
        near = _top(vectors @ embeddings.of_question(question), 50)
        fused = fuse([lexical.ranked(tokens(question))[:50], near])
        return [names_of(reads[place]) for place, _ in fused[:_DEPTH]]

    return ranked


def _sentences(operations: Sequence[Operation], embeddings: Embeddings) -> tuple[tuple[Operation, ...], Vectors]:
    reads = _reads(operations)
    documents = Corpus.of(reads, TITLES, Questions()).documents
    vectors = embeddings.of_texts([document.sentence for document in documents], lambda: True, lambda _: None)
    assert vectors is not None
    return reads, vectors


def _top(scores: Scores, depth: int = _DEPTH) -> list[int]:
    best: list[int] = numpy.argsort(-scores, kind="stable")[:depth].tolist()
    return best


def _reads(operations: Sequence[Operation]) -> tuple[Operation, ...]:
    return tuple(operation for operation in operations if operation.effect is Effect.READ)


def _costs(database: Path, operations: Sequence[Operation]) -> list[Figure]:
    """Of a process that starts, with everything learned before; over the corpus of the development questions."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(_restart, database, operations).result()


def _restart(database: Path, operations: Sequence[Operation]) -> list[Figure]:
    before = peak_mib(os.getpid())
    use_one_thread()
    embeddings = _embeddings(database)
    index = OperationIndex(embeddings.embedder, embeddings.store)
    _, ready = timed(lambda: index.rebuild(operations, TITLES))
    _, words = timed(lambda: index.search("which pods keep restarting"))
    _, warm = timed(lambda: index.warm().result())
    _, first = timed(lambda: index.search("which pods keep restarting"))
    times = [timed(partial(index.search, f"which pods keep restarting in namespace {number}"))[1] for number in range(100)]
    chinese = [timed(partial(index.search, f"哪些 pod 在 {number} 号机器上重启"))[1] for number in range(100)]
    note = f"{len(operations):,} operations, of which {sum(operation.effect is Effect.READ for operation in operations):,} read"
    return [
        Figure(name="ready by words", value=ready / 1000, unit="s", note=note),
        Figure(name="first answer, by words, after that", value=words, unit="ms", note=note),
        Figure(name="ready by meaning, learned before", value=warm / 1000, unit="s", note=note),
        Figure(name="first answer by meaning, the model read from disk", value=first, unit="ms", note=note),
        Figure(name="query in English, p50", value=percentile(times, 50), unit="ms", note="never asked before, one thread"),
        Figure(name="query in Chinese, p50", value=percentile(chinese, 50), unit="ms", note="never asked before, one thread"),
        Figure(name="memory, peak", value=peak_mib(os.getpid()), unit="MiB", note=f"{before:.0f} MiB of it before the index was made"),
    ]


def _embeddings(database: Path) -> Embeddings:
    weights = find_weights()
    assert weights is not None
    engine = create_engine(f"sqlite:///{database}")
    metadata.create_all(engine)
    return Embeddings(MiniLmEmbedder(weights), VectorStore(engine))
