"""A planted world: the rows that each operation has to give, and why each was planted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.rehearsal.figures import figure, figured, seconds_of
from schemas.base import Json, Scalar
from schemas.query import Query


@dataclass(frozen=True)
class World:
    """`rows` by operation id, in the order in which the API lists them; `notes` by (operation id, index).

    The rows of a metric's operation are keys with their series of datapoints.
    """

    rows: Mapping[str, tuple[Json, ...]]
    notes: Mapping[tuple[str, int], str]

    def relations(self, query: Query, arguments: Mapping[str, Scalar]) -> dict[str, tuple[Json, ...]]:
        """The rows by alias, as the interpreter takes them; a metric's figures are those of the window in the arguments."""
        found = {call.alias: self.rows.get(call.operation, ()) for call in query.calls}
        if metric := query.metric:
            seconds = seconds_of(metric, query.defaults | dict(arguments))
            alias = metric.call.alias
            found[alias] = tuple(figured(row, figure(row["series"], seconds, metric.take)) for row in found[alias])
        return found

    @property
    def planted(self) -> int:
        """How many rows there are in all."""
        return sum(len(rows) for rows in self.rows.values())
