"""Reciprocal rank fusion: one ranking out of several whose scores can't be compared.

Cormack, Clarke and Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods", SIGIR 2009.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

Item = TypeVar("Item", bound=Hashable)

RANK_CONSTANT = 60
"""The paper's k: how little the very first ranks stand out. Found by its authors on TREC, and rarely improved on since."""


def fuse(rankings: Sequence[Sequence[Item]], *, k: int = RANK_CONSTANT) -> list[tuple[Item, float]]:
    """Each item with its score, the sum of 1 / (k + rank) over the rankings that hold it, best first.

    Ranks count from 1. Equal scores keep the order of the first ranking, then of the second.
    """
    scores: dict[Item, float] = {}
    for ranking in rankings:
        for rank, item in enumerate(ranking, 1):
            scores[item] = scores.get(item, 0.0) + 1 / (k + rank)
    return sorted(scores.items(), key=lambda scored: -scored[1])
