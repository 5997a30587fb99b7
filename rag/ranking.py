"""Ranks families for a question: what its words, its meaning, its product and people's needs say, weighed and added.

The weights are those of a listwise regression on shipped questions that were held back, rounded: docs/retrieval.md.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy

from rag.bm25 import LexicalIndex, Scores
from rag.chinese import simplified
from rag.families import Family
from rag.meaning import Meaning
from rag.providers import ProviderWords
from rag.questions import is_chinese
from rag.words import tokens

MIN_SIMILARITY: Final = 0.3
"""A family that shares no word with the question is no answer below this cosine."""

_QUESTION_LENGTH_MATTERS: Final = 0.3
"""BM25's b for the questions of a family: that one has more of them says nothing about each."""

_RARELY: Final = 600
_SELDOM: Final = 120
_OFTEN: Final = 20
"""Needs fall off as 1 / (20 + place), to that of place 600. A provider that nobody wrote questions for counts as place 100."""


@dataclass(frozen=True)
class Weights:
    """Of each signal, all of which lie near 0 to 1."""

    words: float = 0.0
    questions: float = 0.0
    covered: float = 0.0
    named: float = 0.0
    product: float = 0.0
    need: float = 0.0
    centre: float = 0.0
    latent: float = 0.0
    sentence: float = 0.0


BY_WORDS: Final = Weights(words=1.7, questions=4.2, covered=1.1, named=8.0, product=1.4, need=3.0)
"""As long as there is no meaning."""

ENGLISH: Final = Weights(words=2.0, questions=1.5, covered=1.0, named=8.0, product=0.8, need=2.8, centre=5.7, latent=4.5, sentence=1.0)
CHINESE: Final = Weights(words=1.0, questions=1.0, covered=1.5, named=8.0, product=0.2, need=1.5, centre=8.2, latent=3.8)


@dataclass(frozen=True, eq=False)
class FamilyWords:
    """The words of families: `documents` of their operations, `asked` of their questions, `names` of what they read."""

    documents: tuple[tuple[str, ...], ...]
    asked: tuple[tuple[str, ...], ...]
    names: tuple[frozenset[str], ...]

    @property
    def all(self) -> tuple[tuple[str, ...], ...]:
        return tuple(document + asked for document, asked in zip(self.documents, self.asked, strict=True))


class FamilyRanking:
    """Over one corpus' families. Threads may share it."""

    def __init__(self, families: Sequence[Family], words: FamilyWords, names: Mapping[str, Collection[str]]) -> None:
        self._documents = LexicalIndex(words.documents, b=0.5)
        self._questions = LexicalIndex(words.asked, b=_QUESTION_LENGTH_MATTERS)
        self._providers = ProviderWords(families, [frozenset(held) for held in words.all], names)
        self._names = _Names(words.names)
        self._need = numpy.array(_needs(families), dtype=numpy.float32)

    def signals(self, question: str, meaning: Meaning | None) -> dict[str, Scores]:
        """Each signal's value for every family."""
        folded = simplified(question)
        terms = list(dict.fromkeys(tokens(folded)))
        return {
            "words": _share(self._documents.gains(terms)),
            "questions": _share(self._questions.gains(terms)),
            "covered": self._names.covered(terms),
            "named": self._providers.named(terms),
            "product": self._providers.leaning(terms),
            "need": self._need,
            **(meaning.similarities(folded) if meaning else {}),
        }

    def knows(self, question: str) -> bool:
        """Whether an operation or a question has any of its words."""
        return any(self._documents.knows(term) or self._questions.knows(term) for term in tokens(simplified(question)))

    def scores(self, question: str, meaning: Meaning | None, weights: Weights | None = None) -> Scores:
        """The weighed sum for every family, -inf where nothing resembles the question. Other weights are for measuring."""
        signals = self.signals(question, meaning)
        weights = weights or weights_for(question, meaning)
        total: Scores = numpy.zeros(len(self._need), dtype=numpy.float32)
        for name, signal in signals.items():
            total += numpy.float32(getattr(weights, name)) * signal
        return numpy.where(_resembles(signals), total, -numpy.inf)


def weights_for(question: str, meaning: Meaning | None) -> Weights:
    """Which weights count for this question."""
    if meaning is None:
        return BY_WORDS
    return CHINESE if is_chinese(question) else ENGLISH


class _Names:
    """How much of a family's name a question has, rare words counting more."""

    def __init__(self, names: Sequence[frozenset[str]]) -> None:
        holders: dict[str, list[int]] = {}
        for position, words in enumerate(names):
            for word in words:
                holders.setdefault(word, []).append(position)
        weights = {word: math.log(1 + len(names) / len(positions)) for word, positions in holders.items()}
        whole = numpy.array([sum(weights[word] for word in words) or 1.0 for words in names], dtype=numpy.float32)
        self._shares = {word: (at, weights[word] / whole[at]) for word, at in ((w, numpy.array(p)) for w, p in holders.items())}
        self._size = len(names)

    def covered(self, terms: Collection[str]) -> Scores:
        found: Scores = numpy.zeros(self._size, dtype=numpy.float32)
        for term in terms:
            if share := self._shares.get(term):
                found[share[0]] += share[1]
        return found


def _needs(families: Sequence[Family]) -> list[float]:
    asked = {(family.provider, family.product) for family in families if family.asked}
    return [_need(family, (family.provider, family.product) in asked) for family in families]


def _need(family: Family, product_is_asked: bool) -> float:
    """1 for what people need most often, 0 for what nobody wrote a question for though others of its product have some."""
    unasked = _RARELY if product_is_asked else _SELDOM
    place = min(family.asked.need + _OFTEN, _RARELY) if family.asked else unasked
    return math.log(_RARELY / place) / math.log(_RARELY / _OFTEN)


def _share(gains: Scores) -> Scores:
    """Of the best."""
    best = gains.max(initial=0.0)
    shares: Scores = gains / best if best > 0 else gains
    return shares


def _resembles(signals: Mapping[str, Scores]) -> Scores:
    near = [signals[name] >= MIN_SIMILARITY for name in ("centre", "latent", "sentence") if name in signals]
    resembles: Scores = numpy.logical_or.reduce([signals["words"] > 0, signals["questions"] > 0, *near])
    return resembles
