"""The operations of an index with all that is derived from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rag.bm25 import LexicalIndex
from rag.documents import OperationDocument, describe
from rag.families import Family, gather, kind_of
from rag.meaning import Texts
from rag.questions import Questions
from rag.ranking import FamilyRanking, FamilyWords
from rag.words import tokens
from schemas.operation import Operation

_DESCRIBED = 4
"""Members whose words stand for a family: with the dozens of some, it would be found by everything."""


@dataclass(frozen=True, eq=False)
class Corpus:
    """Operations and all that is derived from them, swapped as one so that a search never sees half of a change."""

    operations: tuple[Operation, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    documents: tuple[OperationDocument, ...] = ()
    families: tuple[Family, ...] = ()
    lexical: LexicalIndex = field(default_factory=lambda: LexicalIndex(()))
    ranking: FamilyRanking = field(default_factory=lambda: FamilyRanking((), FamilyWords((), (), ()), {}))
    texts: Texts = field(default_factory=lambda: Texts((), (), (), ()))

    @classmethod
    def of(cls, operations: tuple[Operation, ...], titles: Mapping[str, str], questions: Questions) -> Corpus:
        documents = tuple(describe(operation, titles.get(operation.source, "")) for operation in operations)
        families = gather(operations, questions)
        words = _words(families, operations, documents)
        return cls(
            operations=operations,
            titles=dict(titles),
            documents=documents,
            families=families,
            lexical=LexicalIndex([document.terms for document in documents]),
            ranking=FamilyRanking(families, words, _names(families, operations, titles, questions)),
            texts=Texts.of(families, [documents[family.members[0]].sentence for family in families], words.all),
        )


def _words(families: Sequence[Family], operations: Sequence[Operation], documents: Sequence[OperationDocument]) -> FamilyWords:
    described = (family.members[:_DESCRIBED] for family in families)
    return FamilyWords(
        documents=tuple(tuple(term for member in members for term in documents[member].terms) for members in described),
        # With their own sentence: questions that were written to avoid an operation's words must not tell against one who uses them.
        asked=tuple(
            tuple(term for text in (documents[family.members[0]].sentence, *family.questions) for term in tokens(text))
            for family in families
        ),
        names=tuple(frozenset(kind_of(operations[family.members[0]].name)) for family in families),
    )


def _names(
    families: Sequence[Family], operations: Sequence[Operation], titles: Mapping[str, str], questions: Questions
) -> dict[str, set[str]]:
    """What each provider goes by: its written names, and what its sources are called here."""
    written = questions.names or {}
    names: dict[str, set[str]] = {}
    for family in families:
        called = names.setdefault(family.provider, set(written.get(family.provider, ())))
        for source in {operations[member].source for member in family.members}:
            called.update((source, titles.get(source, "")))
    return names
