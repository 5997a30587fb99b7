"""A planted world: the rows that each operation has to give, and why each was planted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.base import Json
from schemas.query import Query


@dataclass(frozen=True)
class World:
    """`rows` by operation id, in the order in which the API lists them; `notes` by (operation id, index)."""

    rows: Mapping[str, tuple[Json, ...]]
    notes: Mapping[tuple[str, int], str]

    def relations(self, query: Query) -> dict[str, tuple[Json, ...]]:
        """The rows by alias, as the interpreter takes them."""
        return {call.alias: self.rows.get(call.operation, ()) for call in query.calls}

    @property
    def planted(self) -> int:
        """How many rows there are in all."""
        return sum(len(rows) for rows in self.rows.values())
