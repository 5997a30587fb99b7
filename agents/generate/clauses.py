"""The clauses of a Query as the template has them: what every tool does once it has its rows, wherever they are from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from agents.generate.expressions import BOUNDS, PYTHON_TYPES, cell_type, condition, figure, literal, prose, singular, within
from agents.generate.naming import lowered, title
from agents.generate.paths import Paths
from schemas.base import Scalar
from schemas.operation import Operation
from schemas.query import Column, Join, Predicate, Query, QueryParameter

_CALLABLES = ("sorted", "by_key", "figures")
"""Helpers whose arguments are functions."""


def clauses(query: Query, operations: Mapping[str, Operation]) -> dict[str, Any]:
    """What the template needs to know of a Query; `operations` by id."""
    said = _Clauses(query, operations).all()
    return said | {"uses": (uses := _uses(query, operations, said)), "abc_names": list(_abc_names(uses))}


class _Clauses:
    """Lives for one writing."""

    def __init__(self, query: Query, operations: Mapping[str, Operation]) -> None:
        self._query = query
        self._operations = operations
        self._paths = Paths.of(query, operations)

    def all(self) -> dict[str, Any]:
        query, variables = self._query, self._paths.variables
        about_figures = [p for p in query.where if query.metric and p.path == query.metric.path]
        where = [self._condition(p) for p in query.where if p not in about_figures]
        return {
            "query": query,
            "title": prose(title(query)),
            "returns": prose(lowered(title(query))),
            "reads": [prose(operation.label) for operation in self._operations.values()],
            "row_class": f"{_class_name(query.call.alias)}{'Summary' if query.group else ''}",
            "columns": self._columns(),
            "parameters": [_parameter(parameter) for parameter in query.parameters],
            "alias": query.call.alias,
            "first": variables[query.call.alias],
            "pattern": (pattern := ", ".join(variables.values())),
            "bound": f"({pattern})" if query.joins else pattern,
            "plain": query.group is None and not query.order and query.limit is None,
            "joins": [self._join(join) for join in query.joins],
            "where": where + ([self._within(query.window.path)] if query.window else []),
            "about_figures": [self._condition(p) for p in about_figures],
            "figures": self._paths.figures,
            "figure_key": self._paths.value(query.metric.left) if query.metric else "",
            "row": _dictionary({column.name: self._paths.cell(column.path) for column in query.select}),
            "orders": [self._order(order.path, order.descending) for order in reversed(query.order)],
            "typed_times": bool(query.window and self._paths.is_typed_time(query.window.path)),
        } | self._group()

    def _condition(self, predicate: Predicate) -> str:
        return condition(predicate, self._paths.value(predicate.path))

    def _within(self, path: str) -> str:
        return within(self._paths.raw(path))

    def _columns(self) -> list[dict[str, str]]:
        if self._query.group is None:
            return [self._column(column) for column in self._query.select]
        figures = [{"name": a.name, "type": "int" if a.path is None else "float | None"} for a in self._query.group.aggregates]
        return [*(self._column(column) for column in self._query.group.by), *figures]

    def _column(self, column: Column) -> dict[str, str]:
        return {"name": column.name, "type": cell_type(self._paths.field(column.path))}

    def _join(self, join: Join) -> dict[str, Any]:
        return {
            "alias": join.call.alias,
            "variable": self._paths.variables[join.call.alias],
            "index": f"{join.call.alias}_by_key",
            "where": [self._condition(predicate) for predicate in join.where],
            "left": self._paths.value(join.left),
            "right": self._paths.value(join.right),
        }

    def _order(self, path: str, descending: bool) -> dict[str, Any]:
        key = "" if self._query.group else self._sort_key(path)
        return {"path": path, "key": key, "descending": descending, "always": _is_count(self._query, path)}

    def _sort_key(self, path: str) -> str:
        """Words sort without regard to case; with joins a row is a tuple of the joined ones."""
        paths = self._paths
        if self._query.joins:
            for position, alias in enumerate(self._paths.variables):
                paths = paths.moved(alias, f"row[{position}]")
        field = paths.field(path)
        value = paths.value(path)
        return f"_folded({value})" if field and field.type == "string" and not field.format else value

    def _group(self) -> dict[str, Any]:
        group = self._query.group
        if group is None:
            return {"keys": [], "group_row": ""}
        row = self._paths.variables[self._query.call.alias]
        cells = {column.name: f"key[{index}]" for index, column in enumerate(group.by)}
        cells |= {a.name: figure(a, row, self._paths.value(a.path) if a.path else "") for a in group.aggregates}
        return {"keys": [self._paths.value(column.path) for column in group.by], "group_row": _dictionary(cells)}


def _uses(query: Query, operations: Mapping[str, Operation], said: Mapping[str, Any]) -> dict[str, Any]:
    """Which helpers the expressions call, read off the expressions themselves."""
    rendered = str(said)
    differs = "_differs(" in rendered
    return {
        "at": "_at(" in rendered,
        "moment": "_moment(" in rendered,
        "plain": "_plain(" in rendered,
        "empty": "_empty(" in rendered,
        "differs": differs,
        "folded": differs or "_folded(" in rendered or "_contains(" in rendered,
        "time": query.window is not None,
        "figures": "_figures(" in rendered,
        "fsum": "math.fsum(" in rendered or (query.metric is not None and query.metric.take == "mean"),
        "contains": "_contains(" in rendered,
        "sorted": any(not _is_count(query, order.path) for order in query.order),
        "by_key": bool(query.joins),
        "pages": any(operations[call.operation].pagination for call in query.calls),
        "bounds": [bound for bound in BOUNDS.values() if f"{bound[0]}(" in rendered],
    }


def _abc_names(uses: Mapping[str, Any]) -> Iterator[str]:
    if any(uses[name] for name in _CALLABLES):
        yield "Callable"
    yield "Iterator"


def _is_count(query: Query, path: str) -> bool:
    """A figure that every group has, so that sorting by it needs no care."""
    return query.group is not None and any(aggregate.name == path and aggregate.path is None for aggregate in query.group.aggregates)


def _parameter(parameter: QueryParameter) -> dict[str, str]:
    kind = PYTHON_TYPES[parameter.type]
    return {
        "name": parameter.name,
        "flag": parameter.name.replace("_", "-"),
        "type": kind,
        "argument": "action=argparse.BooleanOptionalAction" if parameter.type == "boolean" else f"type={kind}",
        "default": repr(_cast(parameter)),
        "text": f"In {parameter.unit}." if parameter.unit else f"The {parameter.name.replace('_', ' ')} that is asked for.",
    }


def _cast(parameter: QueryParameter) -> Scalar:
    return float(parameter.default) if parameter.type == "number" else parameter.default


def _dictionary(cells: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{literal(name)}: {value}" for name, value in cells.items()) + "}"


def _class_name(alias: str) -> str:
    return "".join(part.capitalize() for part in singular(alias).split("_")) or "Row"
