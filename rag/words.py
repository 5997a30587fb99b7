"""Words of a question or an identifier: split, casefolded, stemmed, without the ones that say nothing."""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from typing import Protocol

import snowballstemmer

STOP_WORDS = frozenset(
    """a an and any are as at be been by can could did do does for from had has have how i if in into is it its me my of on or our
    please s shall should show t tell than that the their them then there these they this those to us was we were what when where
    which who whose will with would you your""".split()
)
"""Words without a subject. Negations and comparisons (no, not, without, over, most) stay: they carry a question's meaning."""

_HAN = "\u3400-\u9fff"
_RUN = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
# A hump starts at a capital after a small letter or digit, and at the last capital of an acronym that a word follows. That word
# has two small letters at least, so the plural of an acronym (`VPCs`) and `IPv4` stay whole.
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")


def tokens(text: str) -> list[str]:
    """The index terms of a text in order, repetitions kept.

    Identifiers in the text are split first; terms are English stems. Chinese has no spaces: a run of it becomes its overlapping
    pairs of characters, as in Lucene's CJKBigramFilter.
    """
    return list(_tokens(text))


def split_identifier(name: str) -> list[str]:
    """The casefolded words of a name in camelCase, snake_case, kebab-case or a mixture: `listEC2Hosts` is list, ec2, hosts.

    Digits stay with their letters, because that is how products and units are called: s3, k8s, ec2, v1, p99.
    """
    return list(_split(name))


@lru_cache(maxsize=32_768)
def _tokens(text: str) -> tuple[str, ...]:
    return tuple(term for word in _split(text) for term in _terms(word))


@lru_cache(maxsize=32_768)
def _split(name: str) -> tuple[str, ...]:
    return tuple(hump.casefold() for run in _RUN.findall(name) for hump in _HUMP.split(run))


def _terms(word: str) -> list[str]:
    if "\u3400" <= word[0] <= "\u9fff":
        return [word[at : at + 2] for at in range(max(1, len(word) - 1))]
    return [] if word in STOP_WORDS else [stem(word)]


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802 - Snowball's name


# A Snowball stemmer works on its own cursor, so two threads in one stemmer garble each other's words.
_stemming = threading.Lock()


@lru_cache(maxsize=32_768)
def stem(word: str) -> str:
    """The English stem of one casefolded word: services and service are servic."""
    with _stemming:
        return _stemmer().stemWord(word)


@lru_cache(maxsize=1)
def _stemmer() -> _Stemmer:
    stemmer: _Stemmer = snowballstemmer.stemmer("english")
    return stemmer
