"""Lexical ranking by BM25+.

Lv and Zhai, "Lower-bounding term frequency normalization", CIKM 2011. Not Okapi: its idf falls to zero for a term that half of
the documents hold and is patched below that, so in a source of ten operations the very words that matter stop counting.

An inverted index in numpy: a query touches only the documents that hold its terms. rank-bm25 computes the same scores over all of
them, see decision 10.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, Final

import numpy

Scores = numpy.ndarray[Any, numpy.dtype[numpy.float32]]
Positions = numpy.ndarray[Any, numpy.dtype[numpy.int32]]

_K1: Final = 1.5
_B: Final = 0.75
_DELTA: Final = 1.0
"""rank-bm25's constants."""


class LexicalIndex:
    """Ranks documents, given as their terms, and known by their position. `b`: how much a long document is held back."""

    def __init__(self, documents: Sequence[Sequence[str]], *, b: float = _B) -> None:
        self._size = len(documents)
        lengths = numpy.array([len(document) for document in documents], dtype=numpy.float64)
        slack = _K1 * (1 - b + b * lengths / (lengths.mean() or 1.0)) if self._size else lengths
        self._postings = {term: self._posting(positions, counts, slack) for term, (positions, counts) in _occurrences(documents).items()}

    def gains(self, query: Iterable[str]) -> Scores:
        """What the query's terms add to each document's score, beyond the bonus that BM25+ gives every document for each known term.

        Of documents without any of the terms it is 0.
        """
        gains: Scores = numpy.zeros(self._size, dtype=numpy.float32)
        for term in dict.fromkeys(query):
            if posting := self._postings.get(term):
                positions, gained = posting
                gains[positions] += gained
        return gains

    def knows(self, term: str) -> bool:
        """Whether a document holds it."""
        return term in self._postings

    def ranked(self, query: Sequence[str], *, among: Set[int] | None = None) -> list[int]:
        """The positions of the documents that share a term with `query`, best first; equals in their own order."""
        gains = self.gains(query)
        order = numpy.argsort(-gains, kind="stable")[: numpy.count_nonzero(gains)].tolist()
        return [position for position in order if among is None or position in among]

    def _posting(self, positions: Sequence[int], counts: Sequence[int], slack: Any) -> tuple[Positions, Scores]:
        held = numpy.array(positions, dtype=numpy.int32)
        frequency = numpy.array(counts, dtype=numpy.float64)
        weight = math.log((self._size + 1) / len(held))
        return held, (weight * frequency * (_K1 + 1) / (slack[held] + frequency)).astype(numpy.float32)


def _occurrences(documents: Sequence[Sequence[str]]) -> Mapping[str, tuple[list[int], list[int]]]:
    """Of each term, the documents that hold it and how often."""
    found: dict[str, tuple[list[int], list[int]]] = {}
    for position, document in enumerate(documents):
        for term, count in Counter(document).items():
            positions, counts = found.setdefault(term, ([], []))
            positions.append(position)
            counts.append(count)
    return found
