"""The operations of an index with all that is derived from them."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from rag.bm25 import LexicalIndex
from rag.documents import OperationDocument, describe
from schemas.operation import Operation


@dataclass(frozen=True, eq=False)
class Corpus:
    """Operations and all that is derived from them, swapped as one so that a search never sees half of a change."""

    operations: tuple[Operation, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    documents: tuple[OperationDocument, ...] = ()
    lexical: LexicalIndex = field(default_factory=lambda: LexicalIndex(()))
    position_by_key: Mapping[str, int] = field(default_factory=dict)
    by_source: Mapping[str, Set[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, operations: tuple[Operation, ...], titles: Mapping[str, str]) -> Corpus:
        documents = tuple(describe(operation, titles.get(operation.source, "")) for operation in operations)
        by_source: dict[str, set[int]] = {}
        for position, operation in enumerate(operations):
            by_source.setdefault(operation.source, set()).add(position)
        return cls(
            operations=operations,
            titles=dict(titles),
            documents=documents,
            lexical=LexicalIndex([document.terms for document in documents]),
            position_by_key={document.key: position for position, document in enumerate(documents)},
            by_source=by_source,
        )

    def positions_of(self, source: str | None) -> Set[int] | None:
        return None if source is None else self.by_source.get(source, frozenset())
