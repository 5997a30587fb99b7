"""A Query on one line, for tables of expectations."""

from __future__ import annotations

from schemas.query import Join, Predicate, Query

SIGNS = {"eq": "=", "ne": "!=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}


def compact(query: Query) -> str:
    """`hosts where hosts.cpu > 80 order hosts.cpu desc limit 5`."""
    parts = [query.call.operation, *(_join(query, join) for join in query.joins)]
    if query.metric:
        join = query.metric
        parts.append(f"metric {join.metric} {join.statistic} {join.take} {query.defaults[join.window]}m")
    conditions = [_predicate(query, predicate) for predicate in query.where]
    if query.window:
        conditions.append(f"{query.window.path} within {query.defaults[query.window.parameter]:g}h")
    parts += [f"where {' and '.join(conditions)}"] if conditions else []
    if query.group:
        figure = query.group.aggregates[0]
        parts.append(f"{figure.function}({figure.path or ''}) by {', '.join(column.path for column in query.group.by) or 'all'}")
    elif query.order:
        parts.append(f"order {query.order[0].path} {'desc' if query.order[0].descending else 'asc'}")
    parts += [f"limit {query.defaults[query.limit]}"] if query.limit else []
    return " ".join(parts)


def _join(query: Query, join: Join) -> str:
    only = f" if {' and '.join(_predicate(query, p) for p in join.where)}" if join.where else ""
    return f"join {join.call.operation} on {join.left}={join.right}{only}"


def _predicate(query: Query, predicate: Predicate) -> str:
    if predicate.parameter is None:
        return f"{predicate.path} {predicate.op}"
    constant = query.defaults[predicate.parameter]
    return (
        f"{predicate.path} {SIGNS.get(predicate.op, predicate.op)} {constant:g}"
        if isinstance(constant, float)
        else (f"{predicate.path} {SIGNS.get(predicate.op, predicate.op)} {constant}")
    )
