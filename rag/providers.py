"""Which provider and product a question is about, by the words that occur in one of them and hardly elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from typing import Any, Final

import numpy

from rag.bm25 import Scores
from rag.families import Family
from rag.words import tokens

_RARE_ELSEWHERE: Final = 0.05
"""A word of a provider's name that a larger share of other providers' families hold names nothing: `api`, `web`, `cloud`."""

_COMMON: Final = 0.05
_PRIOR_FAMILIES: Final = 5.0
"""What a product's count of a word starts from, and its count of families: a word seen once proves little."""

_LEAST, _MOST = -1.0, 4.0
"""What one word may say against a product and for it, as a logarithm."""


class ProviderWords:
    """Learned from families' words and providers' names; threads may share it."""

    def __init__(self, families: Sequence[Family], words: Sequence[Set[str]], names: Mapping[str, Collection[str]]) -> None:
        groups = {group: place for place, group in enumerate(dict.fromkeys(_group(family) for family in families))}
        self._group_of = numpy.array([groups[_group(family)] for family in families], dtype=numpy.int64)
        self._leanings = _leanings(words, self._group_of, len(groups))
        self._groups = len(groups)
        self._named = _named(families, words, names)

    def named(self, terms: Collection[str]) -> Scores:
        """1 for the families of every provider that one of the terms names, else 0."""
        found: Scores = numpy.zeros(len(self._group_of), dtype=numpy.float32)
        for term in terms:
            for provider in self._named.get(term, ()):
                found[provider] = 1
        return found

    def leaning(self, terms: Collection[str]) -> Scores:
        """For each family how much the terms speak for its product: a mean of logarithms of odds."""
        total: Scores = numpy.zeros(self._groups, dtype=numpy.float32)
        for term in terms:
            if (leaning := self._leanings.get(term)) is not None:
                total += leaning
        leaned: Scores = (total / numpy.float32(len(terms) + 1))[self._group_of]
        return leaned


def _group(family: Family) -> tuple[str, str]:
    return family.provider, family.product


def _leanings(words: Sequence[Set[str]], group_of: Any, groups: int) -> dict[str, Scores]:
    counts: dict[str, list[int]] = {}
    for place, held in zip(group_of.tolist(), words, strict=True):
        for word in held:
            counts.setdefault(word, []).append(place)
    families = numpy.bincount(group_of, minlength=groups) + _PRIOR_FAMILIES
    return {word: _leaning(places, families) for word, places in counts.items() if len(places) > 1}


def _leaning(places: list[int], families: Any) -> Scores:
    shares = (numpy.bincount(places, minlength=len(families)) + _COMMON) / families
    odds = numpy.log(shares / shares.sum() * len(families) + 0.1)
    clipped: Scores = odds.clip(_LEAST, _MOST).astype(numpy.float32)
    return clipped


def _named(families: Sequence[Family], words: Sequence[Set[str]], names: Mapping[str, Collection[str]]) -> dict[str, list[Any]]:
    """Of each word that names providers, the positions of their families."""
    members: dict[str, list[int]] = {}
    for position, family in enumerate(families):
        members.setdefault(family.provider, []).append(position)
    naming: dict[str, list[Any]] = {}
    for provider, positions in members.items():
        own = set(positions)
        others = len(families) - len(own)
        for word in dict.fromkeys(term for name in names.get(provider, ()) for term in tokens(name)):
            elsewhere = sum(word in held for position, held in enumerate(words) if position not in own)
            if elsewhere <= _RARE_ELSEWHERE * max(others, 1):
                naming.setdefault(word, []).append(numpy.array(positions))
    return naming
