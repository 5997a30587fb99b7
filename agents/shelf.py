"""What can be read and not called: sections of pages, GraphQL fields, gRPC methods."""

from __future__ import annotations

from collections.abc import Iterable

from rag.bm25 import LexicalIndex
from rag.words import tokens
from schemas.operation import Operation

SHOWN = 3
"""Passages that are offered for one question."""

_SEARCHED = 1_500
"""Characters of a passage that are searched: what it is about stands at its beginning."""
_TITLE_WEIGHT = 3


class Shelf:
    """The passages of the configured sources, found by the words of a question alone: they share its vocabulary as operations do not."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._passages = tuple(operation for operation in operations if not operation.is_callable)
        self._lexical = LexicalIndex([_terms(passage) for passage in self._passages])

    def find(self, words: str, limit: int = SHOWN) -> list[Operation]:
        """At most `limit` passages, best first; none where none shares a word."""
        return [self._passages[position] for position in self._lexical.ranked(tokens(words))[:limit]]


def _terms(passage: Operation) -> list[str]:
    title = f"{passage.name} {passage.summary} {' '.join(passage.tags)}"
    return tokens(title) * _TITLE_WEIGHT + tokens(passage.description[:_SEARCHED])
