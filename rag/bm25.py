"""Lexical ranking by BM25+.

Lv and Zhai, "Lower-bounding term frequency normalization", CIKM 2011. Not Okapi: its idf falls to zero for a term that half of
the documents hold and is patched below that, so in a source of ten operations the very words that matter stop counting.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence, Set

from rank_bm25 import BM25Plus


class LexicalIndex:
    """Ranks documents, given as their terms, and known by their position."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        self._scorer = BM25Plus(documents) if documents else None
        self._holders: dict[str, set[int]] = defaultdict(set)
        for position, terms in enumerate(documents):
            for term in terms:
                self._holders[term].add(position)

    def ranked(self, query: Sequence[str], *, among: Set[int] | None = None) -> list[int]:
        """The positions of the documents that share a term with `query`, best first; equals in their own order.

        BM25+ gives every document the same bonus for a term that it lacks, so its scores alone can't say that nothing was found.
        """
        terms = [term for term in dict.fromkeys(query) if term in self._holders]
        sharing = set[int]().union(*(self._holders[term] for term in terms))
        found = sorted(sharing if among is None else sharing & among)
        if self._scorer is None or not found:
            return []
        scores = self._scorer.get_batch_scores(terms, found)
        return [position for _, position in sorted(zip(scores, found, strict=True), key=lambda scored: (-scored[0], scored[1]))]
