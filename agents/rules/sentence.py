"""A sentence as one line that patterns run over, with a mark on the words that a pattern took.

In the line `#bytes` stands for a number with its dimension, `§` for quoted text and `|` for words that are taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from agents.rules.intent import Phrase
from agents.rules.words import Quantity, Word


@dataclass
class Sentence:
    """The words with a mark on those that are taken. Lives for one reading."""

    words: tuple[Word, ...]
    taken: set[int] = field(default_factory=set)

    @property
    def line(self) -> str:
        return " ".join("|" if word.index in self.taken else _shown(word) for word in self.words)

    def find(self, pattern: str) -> Found | None:
        """The first match at word borders, not yet taken."""
        found = re.search(rf"(?:(?<= )|^)(?:{pattern})(?= |$)", self.line)
        return Found(self, found) if found else None

    def take(self, pattern: str) -> Found | None:
        """The first match, taken."""
        found = self.find(pattern)
        if found:
            self.taken |= {word.index for word in found.words()}
        return found

    def all(self, pattern: str) -> Iterator[Found]:
        while found := self.take(pattern):
            yield found

    @property
    def rest(self) -> Phrase:
        return tuple(word for word in self.words if word.index not in self.taken)


@dataclass(frozen=True)
class Found:
    sentence: Sentence
    match: re.Match[str]

    def words(self, group: str | int = 0) -> Phrase:
        start, end = self.match.span(group)
        if start < 0 or start == end:
            return ()
        first = self.match.string.count(" ", 0, start)
        return self.sentence.words[first : first + self.match.string.count(" ", start, end) + 1]

    def text(self, group: str) -> str:
        return self.match.groupdict().get(group) or ""

    def quantity(self, group: str) -> Quantity | None:
        words = self.words(group)
        return words[0].number if words else None


def _shown(word: Word) -> str:
    if word.number:
        return f"#{word.number.dimension}"
    return "§" if word.quoted else word.lower
