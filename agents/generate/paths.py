"""Where a tool has the value at a path of its Query: in the variable of a row, or among the figures of a metric."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from agents.generate.expressions import identifier, literal, singular
from schemas.operation import Operation, RowField
from schemas.query import Query

_NESTED = frozenset({"object", "array", "any"})
_OWN_NAMES = frozenset({"client", "session", "rows", "row", "key", "body", "page", "members", "matching", "groups", "now", "since"})
"""Variables of the template, which no row's may shadow."""


@dataclass(frozen=True)
class Paths:
    """Paths as Python expressions. `variables` are those that hold the rows of each alias, `operations` are by id."""

    query: Query
    operations: Mapping[str, Operation]
    variables: Mapping[str, str]

    @classmethod
    def of(cls, query: Query, operations: Mapping[str, Operation]) -> Paths:
        """With a variable for each relation that shadows no parameter and no function."""
        taken = {parameter.name for parameter in query.parameters} | _OWN_NAMES
        names = {}
        for call in query.relations:
            name = identifier(singular(call.alias))
            names[call.alias] = f"{name}_row" if name in taken or name == call.alias else name
        return cls(query, operations, names)

    @cached_property
    def figures(self) -> str:
        """The variable that holds the metric's figures by key."""
        alias = self.query.metric.call.alias if self.query.metric else ""
        taken = {parameter.name for parameter in self.query.parameters} | _OWN_NAMES | set(self.variables.values())
        return f"{alias}_of" if alias in taken else alias

    def moved(self, alias: str, place: str) -> Paths:
        """The same, with the rows of one alias in another place."""
        return replace(self, variables={**self.variables, alias: place})

    def raw(self, path: str) -> str:
        """`host.get("name")`, a walk for a nested path, or a figure by the key of its row."""
        alias, _, rest = path.partition(".")
        if alias not in self.variables and self.query.metric:
            return f"{self.figures}.get({self.value(self.query.metric.left)})"
        steps = rest.split(".")
        if len(steps) == 1:
            return f"{self.variables[alias]}.get({literal(rest)})"
        return f"_at({self.variables[alias]}, {', '.join(literal(step) for step in steps)})"

    def value(self, path: str) -> str:
        """The same as it can be compared: boto3's times as the texts that JSON has for them."""
        return f"_moment({self.raw(path)})" if self.is_typed_time(path) else self.raw(path)

    def cell(self, path: str) -> str:
        """The same as it can be printed: no time hides inside."""
        field = self.field(path)
        is_nested = self._is_aws(path) and (field is None or field.type in _NESTED)
        return f"_plain({self.raw(path)})" if is_nested else self.value(path)

    def field(self, path: str) -> RowField | None:
        """What the operation declares there; a metric's figure is a number."""
        alias, _, rest = path.partition(".")
        if alias not in self.variables:
            return RowField(path=rest, type="number")
        call = next(call for call in self.query.calls if call.alias == alias)
        return self.operations[call.operation].field(rest)

    def is_typed_time(self, path: str) -> bool:
        """Whether boto3 gives a `datetime` there."""
        field = self.field(path)
        return field is not None and field.format == "date-time" and self._is_aws(path)

    def _is_aws(self, path: str) -> bool:
        alias = path.partition(".")[0]
        call = next(call for call in self.query.calls if call.alias == alias)
        return alias in self.variables and self.operations[call.operation].protocol == "aws"
