"""What an engine may look at while it plans: the operations that were retrieved, and their neighbours."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from agents.shelf import Shelf
from rag.cache import DocumentCache
from rag.index import OperationIndex
from schemas.errors import BackendUnavailable, Misconfigured, SpecUnusable
from schemas.metric import Metric
from schemas.operation import Operation
from schemas.ports import SourceDirectory
from schemas.source import Source

_log = logging.getLogger(__name__)

RETRIEVED = 40
"""Operations an engine tries; the right one is nearly always among the first ten, the rest cost microseconds."""


@dataclass(frozen=True)
class Reading:
    """A metric and the operation that it is read through."""

    metric: Metric
    operation: Operation


class Knowledge:
    """The operations of the configured sources, or of the one that the question is limited to."""

    def __init__(self, index: OperationIndex, operations: Sequence[Operation], source: str | None) -> None:
        self._index = index
        self._operations = operations
        self._source = source

    def retrieve(self, words: str) -> list[Operation]:
        """Reading operations that can be called for these words, best first."""
        found = (hit.operation for hit in self._index.search(words, limit=RETRIEVED, source=self._source))
        return [operation for operation in found if operation.is_callable]

    def passages(self, words: str) -> list[Operation]:
        """What is known as text only and speaks of these words, best first: to read and to cite, whatever it would do if it was called."""
        return self._shelf.find(words)

    def neighbours(self, operation: Operation) -> list[Operation]:
        """The operations of the same source, of AWS of the same service, that can be listed."""
        return self._families.get(_family(operation), [])

    def metrics_of(self, operation: Operation) -> Sequence[Reading]:
        """The metrics about an operation's rows."""
        return self._readings.get(operation.id, ())

    def listable(self) -> list[Operation]:
        """All operations that can be listed."""
        return self._listable

    def closed(self) -> Iterator[Operation]:
        """AWS's operations that list something, and can't be asked for it: they need an argument, or their rows are bare names."""
        lists = ("List", "Describe")
        for operation in self._operations:
            is_list = operation.protocol == "aws" and operation.name.endswith("s") and operation.name.partition(".")[2].startswith(lists)
            if is_list and not operation.is_listable and self._source in (None, operation.source):
                yield operation

    @cached_property
    def _shelf(self) -> Shelf:
        return Shelf(operation for operation in self._operations if self._source in (None, operation.source))

    @cached_property
    def _listable(self) -> list[Operation]:
        return [operation for operation in self._operations if operation.is_listable and self._source in (None, operation.source)]

    @cached_property
    def _families(self) -> dict[str, list[Operation]]:
        families: dict[str, list[Operation]] = defaultdict(list)
        for operation in self._listable:
            families[_family(operation)].append(operation)
        return families

    @cached_property
    def _readings(self) -> dict[str, list[Reading]]:
        readings: dict[str, list[Reading]] = defaultdict(list)
        for operation in self._operations:
            for metric in operation.metrics:
                readings[metric.subject].append(Reading(metric, operation))
        return readings


def _family(operation: Operation) -> str:
    """AWS has thousands of operations, and those of one service never name another's rows."""
    return f"{operation.source}:{operation.name.partition('.')[0]}" if operation.protocol == "aws" else operation.source


class SourceBook:
    """The configured sources with their operations, kept indexed."""

    def __init__(self, store: SourceDirectory, documents: DocumentCache, index: OperationIndex) -> None:
        self._store = store
        self._documents = documents
        self._index = index
        self._last: tuple[_Basis, Knowledge] | None = None

    def get(self, name: str) -> Source:
        """The source. Raises NotFound naming the known ones."""
        return self._store.get(name)

    def operations(self, source: Source) -> tuple[Operation, ...]:
        """What the source offers, fetched now if it never was. Raises BackendUnavailable or SpecUnusable where that fails."""
        held = self._documents.operations(source.name)
        if not held:
            self._documents.refresh(source)
        return held or self._documents.operations(source.name)

    def knowledge(self, only: str | None) -> Knowledge:
        """What a question may be planned on. A source that was never read is left out while it is away or not set up.

        One that is the only one asked is not: raises what reading it raises.
        """
        if only:
            self.operations(self.get(only))
        sources = self._store.all()
        basis = _Basis(only, {source.name: source.title for source in sources if source.title}, self._held(sources))
        last = self._last
        if last is None or not basis.is_same(last[0]):
            operations = [operation for held in basis.held for operation in held]
            self._index.rebuild([operation for operation in operations if operation.is_callable], basis.titles)
            last = self._last = (basis, Knowledge(self._index, [o for o in operations if not only or o.source == only], only))
        self._index.warm()
        return last[1]

    def _held(self, sources: Sequence[Source]) -> list[tuple[Operation, ...]]:
        held = []
        for source in sources:
            try:
                held.append(self.operations(source))
            except (BackendUnavailable, SpecUnusable, Misconfigured) as error:
                _log.warning("%s is left out: %s", source.name, error)
        return held


@dataclass(frozen=True)
class _Basis:
    """What a Knowledge was made from."""

    only: str | None
    titles: dict[str, str]
    held: list[tuple[Operation, ...]]

    def is_same(self, other: _Basis) -> bool:
        """Whether nothing has changed. Operations are compared by their tuple, which is the same one until their source changes."""
        same_settings = (self.only, self.titles, len(self.held)) == (other.only, other.titles, len(other.held))
        return same_settings and all(one is another for one, another in zip(self.held, other.held, strict=True))
