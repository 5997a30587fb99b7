"""What of an operation is searched: weighted terms for BM25, and one short sentence for the embedder."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rag.words import split_identifier, tokens
from schemas.base import text_digest
from schemas.operation import Operation

_NAME_WEIGHT = 3
_WORDS_WEIGHT = 2

_NOT_A_NOUN = re.compile(r"\{.*\}|api|apis|v\d+\w*", re.IGNORECASE)
"""Path segments that tell one operation from another as little as a slash does."""


@dataclass(frozen=True)
class OperationDocument:
    """An operation as the two rankers see it. `key` is its own, and another as soon as `sentence` is."""

    key: str
    source: str
    terms: tuple[str, ...]
    sentence: str


def describe(operation: Operation, source_title: str = "") -> OperationDocument:
    """The searchable form of an operation; without a title its source goes by its name."""
    title = source_title or " ".join(split_identifier(operation.source))
    sentence = _sentence(operation, title)
    return OperationDocument(
        key=text_digest(f"{operation.id}\0{sentence}"),
        source=operation.source,
        terms=_terms(operation, f"{operation.source} {title}"),
        sentence=sentence,
    )


def _sentence(operation: Operation, title: str) -> str:
    # Short on purpose: with 300 more characters of description MiniLM finds the right operation less often.
    return f"{title}: {' '.join(split_identifier(operation.name))}. {operation.summary}".strip()


def _terms(operation: Operation, source_words: str) -> tuple[str, ...]:
    name = tokens(operation.name)
    nouns = tokens(" ".join(_path_nouns(operation.path)))
    words = tokens(f"{operation.summary} {operation.row_title} {' '.join(operation.tags)}")
    # A weight is a repetition. Field names weigh least and count once: a wide response must not outshout a name.
    fields = _distinct(tokens(" ".join(field.path for field in operation.fields)))
    return (*tokens(source_words), *name * _NAME_WEIGHT, *nouns, *words * _WORDS_WEIGHT, *fields)


def _path_nouns(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment and not _NOT_A_NOUN.fullmatch(segment)]


def _distinct(terms: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(terms))
