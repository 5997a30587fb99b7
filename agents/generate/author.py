"""A Query to a Candidate: the module that answers it and its tests, from the template library."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from agents.generate.expressions import (
    BOUNDS,
    PYTHON_TYPES,
    cell_type,
    condition,
    figure,
    identifier,
    literal,
    prose,
    singular,
    value_at,
    within,
)
from agents.generate.naming import title, tool_name
from agents.generate.samples import Samples, sample
from schemas.base import Json, Scalar
from schemas.evaluate import evaluate
from schemas.operation import CursorPagination, OffsetPagination, Operation, PagePagination, Pagination, RowField
from schemas.query import Call, Column, Join, Query, QueryParameter
from schemas.tool import Candidate

ENDLESS = 1_000_000
"""The total that a server claims which never comes to an end."""

PAGE_SIZE = 100
"""Rows asked for at once where the specification declares no smaller maximum."""


def write(query: Query, operations: Mapping[str, Operation], now: datetime) -> Candidate:
    """The candidate for `query`; `operations` by id. Deterministic but for `now`, which dates the sample rows' ages."""
    name = tool_name(query)
    context = _Context(query, operations)
    source = _environment().get_template("tool.py.j2").render(function=name, **context.tool())
    tests = _environment().get_template("test_tool.py.j2").render(function=name, **_tests(query, operations, now))
    return Candidate(name=name, title=title(query), function=name, source=source, tests=tests, query=query, engine="rules")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    # What is rendered is Python for a sandbox, not HTML for a browser.
    return Environment(  # noqa: S701
        loader=PackageLoader("agents.generate"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )


class _Context:
    """What the template needs to know of a Query, worked out once."""

    def __init__(self, query: Query, operations: Mapping[str, Operation]) -> None:
        self.query = query
        self.operations = operations
        self.variables = _variables(query)

    def tool(self) -> dict[str, Any]:
        query, first = self.query, self.variables[self.query.call.alias]
        where = [condition(predicate, self.variables) for predicate in query.where]
        where += [within(query.window, self.variables)] if query.window else []
        context: dict[str, Any] = {
            "query": query,
            "title": prose(title(query)),
            "reads": [prose(f"{operation.method} {operation.path}") for operation in self.operations.values()],
            "row_class": _class_name(query.call.alias) if query.group is None else f"{_class_name(query.call.alias)}Summary",
            "columns": self._columns(),
            "parameters": [_parameter(parameter) for parameter in query.parameters],
            "alias": query.call.alias,
            "first": first,
            "pattern": ", ".join(self.variables.values()),
            "plain": query.group is None and not query.order and query.limit is None,
            "joins": [self._join(join) for join in query.joins],
            "where": where,
            "row": _literal({column.name: value_at(column.path, self.variables) for column in query.select}),
            "orders": [self._order(order.path, order.descending) for order in reversed(query.order)],
            "relations": [_relation(call, self.operations[call.operation]) for call in query.calls],
        }
        context |= self._group()
        return context | {"uses": (uses := self._uses(str(context))), "abc_names": _abc_names(uses)}

    def _columns(self) -> list[dict[str, str]]:
        if self.query.group is None:
            return [self._column(column) for column in self.query.select]
        figures = [{"name": a.name, "type": "int" if a.path is None else "float | None"} for a in self.query.group.aggregates]
        return [*(self._column(column) for column in self.query.group.by), *figures]

    def _column(self, column: Column) -> dict[str, str]:
        return {"name": column.name, "type": cell_type(self._field(column.path))}

    def _join(self, join: Join) -> dict[str, Any]:
        variable = self.variables[join.call.alias]
        return {
            "alias": join.call.alias,
            "variable": variable,
            "index": f"{join.call.alias}_by_key",
            "where": [condition(predicate, self.variables) for predicate in join.where],
            "left": value_at(join.left, self.variables),
            "right": value_at(join.right, self.variables),
        }

    def _order(self, path: str, descending: bool) -> dict[str, Any]:
        key = "" if self.query.group else self._sort_key(path)
        return {"path": path, "key": key, "descending": descending, "always": self._is_count(path)}

    def _sort_key(self, path: str) -> str:
        """Words sort without regard to case; with joins a row is a tuple of the joined ones."""
        alias = path.partition(".")[0]
        place = f"row[{list(self.variables).index(alias)}]" if self.query.joins else self.variables[alias]
        value = value_at(path, self.variables | {alias: place})
        field = self._field(path)
        return f"_folded({value})" if field and field.type == "string" and not field.format else value

    def _field(self, path: str) -> RowField | None:
        alias, _, rest = path.partition(".")
        call = next(call for call in self.query.calls if call.alias == alias)
        return self.operations[call.operation].field(rest)

    def _is_count(self, path: str) -> bool:
        """A figure that every group has, so that sorting by it needs no care."""
        group = self.query.group
        return group is not None and any(aggregate.name == path and aggregate.path is None for aggregate in group.aggregates)

    def _group(self) -> dict[str, Any]:
        group = self.query.group
        if group is None:
            return {"keys": [], "group_row": ""}
        row = self.variables[self.query.call.alias]
        cells = {column.name: f"key[{index}]" for index, column in enumerate(group.by)}
        cells |= {aggregate.name: figure(aggregate, self.variables, row) for aggregate in group.aggregates}
        return {"keys": [value_at(column.path, self.variables) for column in group.by], "group_row": _literal(cells)}

    def _uses(self, rendered: str) -> dict[str, Any]:
        """Which helpers the expressions call, read off the expressions themselves."""
        is_sorted = any(not self._is_count(order.path) for order in self.query.order)
        differs = "_differs(" in rendered
        return {
            "at": "_at(" in rendered,
            "empty": "_empty(" in rendered,
            "differs": differs,
            "folded": differs or "_folded(" in rendered or "_contains(" in rendered,
            "time": self.query.window is not None,
            "figures": "_figures(" in rendered,
            "fsum": "math.fsum(" in rendered,
            "contains": "_contains(" in rendered,
            "sorted": is_sorted,
            "by_key": bool(self.query.joins),
            "pages": any(self.operations[call.operation].pagination for call in self.query.calls),
            "bounds": [bound for bound in BOUNDS.values() if f"{bound[0]}(" in rendered],
        }


def _abc_names(uses: Mapping[str, Any]) -> list[str]:
    return (["Callable"] if uses["sorted"] or uses["by_key"] or uses["figures"] else []) + ["Iterator"]


def _variables(query: Query) -> dict[str, str]:
    """A variable for each alias that shadows no parameter and no function."""
    taken = {parameter.name for parameter in query.parameters} | {"client", "rows", "row", "key", "body", "page"}
    names = {}
    for call in query.calls:
        name = identifier(singular(call.alias))
        names[call.alias] = f"{name}_row" if name in taken or name == call.alias else name
    return names


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


def _relation(call: Call, operation: Operation) -> dict[str, Any]:
    pagination = operation.pagination
    size_name = getattr(pagination, "size_parameter", None) or getattr(pagination, "limit_parameter", None)
    maximum = pagination.max_size if pagination else None
    return {
        "alias": call.alias,
        "path": literal(operation.path),
        "shown_path": prose(operation.path),
        "style": pagination.style if pagination else "",
        "position": literal(_position(pagination)),
        "first_page": getattr(pagination, "first_page", 1),
        "single": operation.row_is_single,
        "rows": _subscript(operation.rows_path or ""),
        "size": f"{literal(size_name)}: {min(maximum, PAGE_SIZE)}" if size_name and maximum else "",
        "total": _subscript(getattr(pagination, "total_path", None) or ""),
        "next": _next(getattr(pagination, "next_path", None) or ""),
    }


def _position(pagination: Pagination | None) -> str:
    """The parameter that says which page is wanted."""
    match pagination:
        case PagePagination():
            return pagination.page_parameter
        case OffsetPagination():
            return pagination.offset_parameter
        case CursorPagination():
            return pagination.cursor_parameter
        case _:
            return ""


def _subscript(path: str) -> str:
    return "".join(f"[{literal(step)}]" for step in path.split(".") if step)


def _next(path: str) -> str:
    """A last page may leave the cursor out, so it is looked up gently."""
    *steps, last = path.split(".")
    return "body" + "".join(f".get({literal(step)}, {{}})" for step in steps) + f".get({literal(last)})"


def _literal(cells: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{literal(name)}: {value}" for name, value in cells.items()) + "}"


def _class_name(alias: str) -> str:
    return "".join(part.capitalize() for part in singular(alias).split("_")) or "Row"


def _tests(query: Query, operations: Mapping[str, Operation], now: datetime) -> dict[str, Any]:
    samples = sample(query, operations, now)
    nothing: dict[str, list[Json]] = {call.alias: [{}] if operations[call.operation].row_is_single else [] for call in query.calls}
    expected = evaluate(query, samples.rows, {}, now).rows
    expected_of_nothing = evaluate(query, nothing, {}, now).rows
    return {
        "stamps": [(name, f"{age:g}") for name, (_, age) in samples.stamps.items()],
        "bodies": _named(repr(_bodies(query, operations, samples.rows)), samples),
        "empty_bodies": repr(_bodies(query, operations, nothing)),
        "endless_bodies": _named(repr(_bodies(query, operations, samples.rows, endless=True)), samples),
        "link": literal(f'<http://api.test{operations[query.calls[-1].operation].path}>; rel="next"'),
        "pages": any(operations[call.operation].pagination for call in query.calls),
        "expected": _named(repr(expected), samples),
        "expected_of_nothing": repr(expected_of_nothing),
    }


def _named(text: str, samples: Samples) -> str:
    for name, (moment, _) in samples.stamps.items():
        text = text.replace(repr(moment), name)
    return text


def _bodies(
    query: Query, operations: Mapping[str, Operation], relations: Mapping[str, list[Json]], *, endless: bool = False
) -> dict[str, Json]:
    """One page for each path, in the envelope that its specification describes; an endless one promises more, always."""
    return {
        operations[call.operation].path: _body(operations[call.operation], relations[call.alias], endless=endless) for call in query.calls
    }


def _body(operation: Operation, rows: list[Json], *, endless: bool) -> Json:
    if operation.row_is_single:
        return rows[0]
    if not operation.rows_path:
        return rows
    body: dict[str, Json] = {}
    _place(body, operation.rows_path, rows)
    if total := getattr(operation.pagination, "total_path", None):
        _place(body, total, ENDLESS if endless else len(rows))
    if endless and (following := getattr(operation.pagination, "next_path", None)):
        _place(body, following, "more")
    return body


def _place(body: dict[str, Json], path: str, value: Json) -> None:
    *steps, last = path.split(".")
    for step in steps:
        body = body.setdefault(step, {})
    body[last] = value
