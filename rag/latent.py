"""A latent space of documents: those that share words with the same third ones come to lie near each other.

Deerwester et al., "Indexing by latent semantic analysis", 1990, by the randomised decomposition of Halko, Martinsson and Tropp,
"Finding structure with randomness", 2011. Rows are visited one at a time, so that the matrix is never held in full.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy

Matrix = numpy.ndarray[Any, numpy.dtype[numpy.float32]]
Places = numpy.ndarray[Any, numpy.dtype[numpy.int64]]

DIMENSIONS: Final = 256
_SPARE_DIMENSIONS: Final = 20
_ITERATIONS: Final = 2
_SEED: Final = 0
"""Fixed, so that the same documents always give the same space."""


@dataclass(frozen=True, eq=False)
class SparseRows:
    """Rows of length 1 over `width` columns: of each, the columns that are not 0 and their values."""

    columns: tuple[Places, ...]
    values: tuple[Matrix, ...]
    width: int

    @classmethod
    def of(cls, documents: Sequence[Sequence[str]], least: int) -> SparseRows:
        """By tf-idf. Terms of fewer than `least` documents are left out."""
        held = Counter(term for document in documents for term in set(document))
        places = {term: place for place, term in enumerate(term for term, count in held.items() if count >= least)}
        weights = {term: numpy.log(1 + len(documents) / held[term]) for term in places}
        rows = [{places[term]: numpy.log1p(count) * weights[term] for term, count in _counts(document, places)} for document in documents]
        return cls(
            tuple(numpy.fromiter(row.keys(), dtype=numpy.int64, count=len(row)) for row in rows),
            tuple(normalised(numpy.fromiter(row.values(), dtype=numpy.float32, count=len(row))) for row in rows),
            len(places),
        )

    def times(self, right: Matrix) -> Matrix:
        """This matrix times that one."""
        return numpy.stack([values @ right[columns] for columns, values in zip(self.columns, self.values, strict=True)])

    def transposed_times(self, right: Matrix) -> Matrix:
        """This matrix, transposed, times that one."""
        made: Matrix = numpy.zeros((self.width, right.shape[1]), dtype=numpy.float32)
        for columns, values, row in zip(self.columns, self.values, right, strict=True):
            made[columns] += values[:, None] * row
        return made


def latent_space(documents: Sequence[Sequence[str]]) -> Matrix:
    """A row of length 1 for each document, around the origin; at most `DIMENSIONS` columns."""
    rows = SparseRows.of(documents, least=2)
    wanted = min(DIMENSIONS, len(documents), rows.width)
    if not wanted:
        return numpy.zeros((len(documents), 0), dtype=numpy.float32)
    breadth = min(wanted + _SPARE_DIMENSIONS, len(documents), rows.width)
    start = numpy.random.default_rng(_SEED).standard_normal((rows.width, breadth)).astype(numpy.float32)
    basis = rows.times(start)
    for _ in range(_ITERATIONS):
        basis = rows.times(rows.transposed_times(_orthonormal(basis)))
    basis = _orthonormal(basis)
    left, sizes, _ = numpy.linalg.svd(rows.transposed_times(basis).T, full_matrices=False)
    # The square root keeps the few broad topics from drowning the many narrow ones.
    placed: Matrix = (basis @ left[:, :wanted]) * numpy.sqrt(sizes[:wanted])
    return centred(normalised(placed))


def normalised(rows: Matrix) -> Matrix:
    """Each row scaled to length 1, a row of zeros left as it is."""
    lengths = numpy.linalg.norm(rows, axis=-1, keepdims=True)
    scaled: Matrix = (rows / numpy.maximum(lengths, 1e-9)).astype(numpy.float32)
    return scaled


def centred(rows: Matrix) -> Matrix:
    """The rows seen from their mean: what all have in common tells none from another."""
    return normalised(rows - rows.mean(axis=0, keepdims=True))


def _orthonormal(columns: Matrix) -> Matrix:
    basis: Matrix = numpy.linalg.qr(columns)[0]
    return basis


def _counts(document: Sequence[str], places: dict[str, int]) -> list[tuple[str, int]]:
    return [(term, count) for term, count in Counter(document).items() if term in places]
