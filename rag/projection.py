"""A linear map from the words of a question to where its answer lies, learned from questions whose answer is known.

Ridge regression (Hoerl and Kennard, 1970) from a bag of words, and a sentence vector where there is one, to the vectors of what
answers. Words that ask for the same things come to point the same way, whatever their language.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy

from rag.latent import Matrix, Places, normalised
from rag.questions import is_chinese
from rag.words import tokens

_RIDGE: Final = 1.0

_CHINESE_LEAST: Final = 3
_ENGLISH_LEAST: Final = 2
"""Questions that a word must be in. 3 rather than 2 halves the Chinese matrix and costs nothing measurable."""


@dataclass(frozen=True)
class Example:
    """A text and the position of what answers it."""

    text: str
    answer: int


def features(text: str) -> frozenset[str]:
    """Terms, and of Chinese single characters besides pairs: there are few enough for each to be learned."""
    return frozenset(tokens(text)) | {character for character in text if is_chinese(character)}


class Vocabulary:
    """The words that are known, each with its weight and place."""

    def __init__(self, texts: Sequence[str], *, is_chinese: bool) -> None:
        held = Counter(term for text in texts for term in features(text))
        least = _CHINESE_LEAST if is_chinese else _ENGLISH_LEAST
        known = [term for term in sorted(held) if held[term] >= least]
        self._places = {term: place for place, term in enumerate(known)}
        self._weights = numpy.array([numpy.log(1 + len(texts) / held[term]) for term in known], dtype=numpy.float32)

    def __len__(self) -> int:
        return len(self._places)

    def row(self, text: str) -> tuple[Places, Matrix]:
        """The places of the text's known words and their values, together of length 1."""
        places = numpy.array(sorted(self._places[term] for term in features(text) if term in self._places), dtype=numpy.int64)
        return places, normalised(self._weights[places])


class Projection:
    """`weights`: a row for each word of the vocabulary, then one for each dimension of the sentence vectors."""

    def __init__(self, vocabulary: Vocabulary, weights: Matrix) -> None:
        self.vocabulary = vocabulary
        self.weights = weights

    def of(self, text: str, vector: Matrix | None = None) -> Matrix:
        """Where the answer to the text is looked for."""
        places, values = self.vocabulary.row(text)
        found: Matrix = values @ self.weights[places]
        return found if vector is None else found + vector @ self.weights[len(self.vocabulary) :]


def learn(vocabulary: Vocabulary, examples: Sequence[Example], vectors: Matrix | None, answers: Matrix) -> Matrix:
    """The weights that take each example nearest to its answer's row. `vectors`: of the examples. Takes seconds.

    Of the words no matrix of examples is made, only that of pairs of words: 64 MB for 4,000 words.
    """
    words = len(vocabulary)
    size = words + (0 if vectors is None else vectors.shape[1])
    squares: Matrix = numpy.zeros((size, size), dtype=numpy.float32)
    aims: Matrix = numpy.zeros((size, answers.shape[1]), dtype=numpy.float32)
    for number, example in enumerate(examples):
        places, values = vocabulary.row(example.text)
        squares[numpy.ix_(places, places)] += numpy.outer(values, values)
        aims[places] += values[:, None] * answers[example.answer]
        if vectors is not None:
            squares[places, words:] += values[:, None] * vectors[number]
    if vectors is not None:
        squares[words:, :words] = squares[:words, words:].T
        squares[words:, words:] = vectors.T @ vectors
        aims[words:] = vectors.T @ answers[[example.answer for example in examples]]
    squares[numpy.diag_indices(size)] += _RIDGE
    weights: Matrix = numpy.linalg.solve(squares, aims)
    return weights
