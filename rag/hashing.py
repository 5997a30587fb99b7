"""An embedder without a model: same words, near vectors. For tests, and to try the dense side where there are no weights."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy

from rag.words import tokens
from schemas.ports import Vectors

_DIMENSIONS = 256


class HashingEmbedder:
    """Counts a text's terms in hashed coordinates with hashed signs: the same vectors on every machine.

    Weinberger et al., "Feature hashing for large scale multitask learning", ICML 2009.
    """

    name = "hashing-256"

    def embed(self, texts: Sequence[str]) -> Vectors:
        vectors = numpy.zeros((len(texts), _DIMENSIONS), dtype=numpy.float32)
        for row, text in enumerate(texts):
            for term in tokens(text):
                coordinate, sign = self._slot(term)
                vectors[row, coordinate] += sign
            if not vectors[row].any():  # it has no terms, or they cancel out
                vectors[row, 0] = 1
        lengths = numpy.linalg.norm(vectors, axis=1, keepdims=True)
        scaled: Vectors = vectors / lengths
        return scaled

    def _slot(self, term: str) -> tuple[int, int]:
        number = int.from_bytes(hashlib.blake2b(term.encode(), digest_size=8).digest())
        # Coordinate 0 is kept for texts without terms.
        return 1 + number % (_DIMENSIONS - 1), 1 if number >> 63 else -1
