"""The Query: what is asked, as data.

A Query is a small relational expression over read operations. Each call is a relation of rows; a joined row is addressed by
the call's alias, so every path reads `<alias>.<dotted path in the row>`: `hosts.memory_used_percent`. Constants are lifted
out as parameters, which are also the parameters of the tool: two questions that differ in a number are the same Query.
"""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from schemas.base import Frozen, Json, Scalar, digest
from schemas.metric import Take

ParameterType = Literal["string", "integer", "number", "boolean"]
Comparison = Literal["eq", "ne", "gt", "ge", "lt", "le", "contains"]
Emptiness = Literal["is_empty", "is_not_empty"]
AggregateFunction = Literal["count", "sum", "avg", "min", "max"]


class QueryParameter(Frozen):
    """A constant of the question, lifted out. `default` is the value that the question named."""

    name: str
    type: ParameterType
    default: Scalar
    unit: str = ""


class Call(Frozen):
    """All rows of one operation, under a name."""

    alias: str
    operation: str


class Predicate(Frozen):
    """A condition on one path. A comparison with a missing value is never true, `ne` included.

    `parameter` is None exactly for the emptiness tests. Missing, null, "" and [] are empty.
    """

    path: str
    op: Comparison | Emptiness
    parameter: str | None = None

    @model_validator(mode="after")
    def _parameter_where_compared(self) -> Predicate:
        if (self.parameter is None) != (self.op in ("is_empty", "is_not_empty")):
            raise ValueError(f"predicate {self.op!r} on {self.path!r}: comparisons need a parameter, emptiness tests take none")
        return self


class Join(Frozen):
    """A left outer equality join: rows without a partner stay, and paths into the partner are missing there.

    Only rows of `call` that satisfy every predicate of `where` are partners (SQL's ON clause), so "has no rota with an
    engineer" is: join the rotas where the engineer is not empty, and keep the rows where the rota is missing.
    """

    call: Call
    left: str
    right: str
    where: tuple[Predicate, ...] = ()


class MetricJoin(Frozen):
    """A figure for each row: the metric of that name, read through `call` and joined on the row's key at `left`.

    Its path is `<alias>.value`, missing where there is no datapoint: then the figure is unknown, not small. The figure is
    `take` of the datapoints of `period_seconds` each that the last `window` (a parameter, in minutes) holds.
    """

    call: Call
    metric: str
    left: str
    statistic: str
    period_seconds: int
    window: str
    take: Take = "latest"

    @property
    def path(self) -> str:
        """Where the figure is."""
        return f"{self.call.alias}.value"


class Window(Frozen):
    """Rows whose time at `path` lies in the last `parameter` hours. RFC 3339 text, or Unix seconds."""

    path: str
    parameter: str


class Aggregate(Frozen):
    """A figure over a group; `path` is None exactly for `count`, which counts rows."""

    name: str
    function: AggregateFunction
    path: str | None = None

    @model_validator(mode="after")
    def _path_unless_count(self) -> Aggregate:
        if (self.path is None) != (self.function == "count"):
            raise ValueError(f"aggregate {self.name!r}: {self.function} {'needs a' if self.path is None else 'takes no'} path")
        return self


class Column(Frozen):
    """One column of the result."""

    name: str
    path: str


class Grouping(Frozen):
    """Rows are grouped by `by` (none: one group of all rows) and become its columns plus the aggregates."""

    by: tuple[Column, ...]
    aggregates: tuple[Aggregate, ...]


class Order(Frozen):
    """Sort by a result column or, without grouping, by any path. Missing values come last either way."""

    path: str
    descending: bool = False


class Query(Frozen):
    """What is asked. `subject` and `assumptions` are words for people and no part of its identity."""

    call: Call
    joins: tuple[Join, ...] = ()
    metric: MetricJoin | None = None
    where: tuple[Predicate, ...] = ()
    window: Window | None = None
    group: Grouping | None = None
    order: tuple[Order, ...] = ()
    limit: str | None = None
    select: tuple[Column, ...] = ()
    parameters: tuple[QueryParameter, ...] = ()
    subject: str = ""
    assumptions: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_closed(self) -> Query:
        check_closed(self)
        return self

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every relation, the first one first and the metric's last."""
        return (self.call, *(join.call for join in self.joins), *((self.metric.call,) if self.metric else ()))

    @property
    def relations(self) -> tuple[Call, ...]:
        """Those whose rows are the operation's own: all but the metric's."""
        return (self.call, *(join.call for join in self.joins))

    @property
    def predicates(self) -> tuple[Predicate, ...]:
        """Every predicate, those of the joins first."""
        return (*(predicate for join in self.joins for predicate in join.where), *self.where)

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path that it reads, each `<alias>.<path in the row>`; some more than once."""
        paths = [p.path for p in self.predicates] + [side for join in self.joins for side in (join.left, join.right)]
        paths += [self.window.path] if self.window else []
        paths += [self.metric.left] if self.metric else []
        if self.group is None:
            return (*paths, *(c.path for c in self.select), *(o.path for o in self.order))
        return (*paths, *(c.path for c in self.group.by), *(a.path for a in self.group.aggregates if a.path))

    @property
    def defaults(self) -> dict[str, Scalar]:
        """The question's own constants, by parameter name."""
        return {parameter.name: parameter.default for parameter in self.parameters}

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns of the result, in order."""
        if self.group is None:
            return tuple(column.name for column in self.select)
        return (*(column.name for column in self.group.by), *(aggregate.name for aggregate in self.group.aggregates))

    def shape(self) -> dict[str, Json]:
        """The Query with its constants, words and local names taken out: what two askings of the same thing share."""
        value = self.model_dump(mode="json", exclude={"subject", "assumptions", "parameters"})
        value["parameters"] = [{"name": p.name, "type": p.type, "unit": p.unit} for p in self.parameters]
        if self.metric is None:
            del value["metric"]  # as before there were metrics, so that tools of that time are found again
        renamed: dict[str, Json] = _renamed(value, _local_names(self))
        return renamed

    @property
    def shape_digest(self) -> str:
        """SHA-256 of the shape; reuse looks tools up by it."""
        return digest(self.shape())


def check_closed(query: Query) -> None:
    """Raise ValueError where a name is used that the Query does not define, or where a name is defined twice."""
    aliases = [call.alias for call in query.calls]
    names = [parameter.name for parameter in query.parameters]
    _no_twins("alias", aliases)
    _no_twins("parameter", names)
    _no_twins("column", query.column_names)
    used = [p.parameter for p in query.predicates if p.parameter] + ([query.window.parameter] if query.window else [])
    used += [query.metric.window] if query.metric else []
    for name in used + ([query.limit] if query.limit else []):
        if name not in names:
            raise ValueError(f"parameter {name!r} is used but not defined; defined: {', '.join(names) or 'none'}")
    for path in query.paths:
        if path.partition(".")[0] not in aliases:
            raise ValueError(f"path {path!r} does not start with an alias of the query; aliases: {', '.join(aliases)}")
    unknown = [order.path for order in query.order if order.path not in query.column_names] if query.group else []
    if unknown:
        raise ValueError(f"a grouped query is ordered by its columns; {unknown[0]!r} is none of {', '.join(query.column_names)}")
    if (query.group is None) == (not query.select):
        raise ValueError("a query selects columns or groups rows: exactly one of the two")


def _no_twins(kind: str, names: list[str] | tuple[str, ...]) -> None:
    for name in names:
        if list(names).count(name) > 1:
            raise ValueError(f"{kind} {name!r} is defined twice")


def _local_names(query: Query) -> dict[str, str]:
    """Aliases and parameter names in order of appearance: a1, a2, …, p1, p2, …"""
    renamed = {call.alias: f"a{number}" for number, call in enumerate(query.calls, 1)}
    return renamed | {f"parameter {p.name}": f"p{number}" for number, p in enumerate(query.parameters, 1)}


def _renamed(value: Json, names: dict[str, str], key: str = "") -> Json:
    if isinstance(value, dict):
        return {k: _renamed(v, names, "parameter" if key == "parameters" and k == "name" else k) for k, v in value.items()}
    if isinstance(value, list):
        return [_renamed(item, names, key) for item in value]
    if not isinstance(value, str):
        return value
    if key in ("parameter", "limit", "window"):
        return names.get(f"parameter {value}", value)
    if key == "alias":
        return names[value]
    if key in ("path", "left", "right"):
        alias, dot, rest = value.partition(".")
        return names.get(alias, alias) + dot + rest
    return value
