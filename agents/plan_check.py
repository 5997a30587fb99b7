"""Whether a Query that a model wrote holds to what there is: the operations that it was shown, and their fields."""

from __future__ import annotations

import difflib
import keyword
import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from agents.knowledge import Reading
from agents.material import paths_of
from schemas.base import Scalar
from schemas.errors import quoted
from schemas.operation import Operation
from schemas.query import MetricJoin, Query, QueryParameter

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
_KINDS: Mapping[str, tuple[type, ...]] = {"string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,)}
_TAKEN = frozenset({"client", "session"})


def problems(
    query: Query, shown: Mapping[str, Operation], metrics: Mapping[str, Sequence[Reading]] = MappingProxyType({})
) -> tuple[str, ...]:
    """What is wrong with the Query, written for its author to mend; nothing where it can be used.

    `shown` are the operations that its author was shown and `metrics` those about their rows, both by operation id.
    """
    if unknown := [call.operation for call in query.relations if call.operation not in shown]:
        return tuple(f"operation {quoted(name)} is not among those listed: {', '.join(shown)}" for name in unknown)
    said = (*_mixed_sources(query), *_bad_names(query), *_bad_parameters(query), *_unknown_fields(query, shown))
    return (*said, *_bad_metric(query, query.metric, metrics)) if query.metric else said


def _mixed_sources(query: Query) -> Iterator[str]:
    sources = dict.fromkeys(call.operation.partition(":")[0] for call in query.calls)
    if len(sources) > 1:
        yield f"the operations are of several sources, {' and '.join(sources)}: use those of one"


def _bad_names(query: Query) -> Iterator[str]:
    """Names become Python names in the tool."""
    names = [*(call.alias for call in query.calls), *(parameter.name for parameter in query.parameters), *query.column_names]
    for name in dict.fromkeys(names):
        if not _NAME.fullmatch(name) or keyword.iskeyword(name):
            yield f"{quoted(name)} is no name for an alias, a parameter or a column: write lower_snake_case"
    yield from (f"a parameter must not be called {p.name}" for p in query.parameters if p.name in _TAKEN)


def _bad_parameters(query: Query) -> Iterator[str]:
    used = {predicate.parameter for predicate in query.predicates} | {query.limit, query.window.parameter if query.window else None}
    used |= {query.metric.window} if query.metric else set()
    by_name = {parameter.name: parameter for parameter in query.parameters}
    for parameter in query.parameters:
        if not _is_of_type(parameter.default, parameter):
            yield f"the default of parameter {parameter.name}, {quoted(parameter.default)}, is no {parameter.type}"
        if parameter.name not in used:
            yield f"parameter {parameter.name} is not used"
    if query.limit and by_name[query.limit].type != "integer":
        yield f"limit {query.limit} is not an integer"
    if query.window and by_name[query.window.parameter].type not in ("integer", "number"):
        yield f"window {query.window.parameter} is not a number of hours"


def _bad_metric(query: Query, join: MetricJoin, metrics: Mapping[str, Sequence[Reading]]) -> Iterator[str]:
    alias, _, key = join.left.partition(".")
    subject = next((call.operation for call in query.relations if call.alias == alias), "")
    known = {reading.metric.name: reading for reading in metrics.get(subject, ())}
    if join.metric not in known:
        yield f"{subject or quoted(join.left)} has no metric {quoted(join.metric)}; it has: {', '.join(known) or 'none'}"
        return
    metric, reader = known[join.metric].metric, known[join.metric].operation
    if join.call.operation != reader.id:
        yield f"metric {metric.name} is read through {reader.id}"
    if key != metric.key:
        yield f"metric {metric.name} is joined on {alias}.{metric.key}"
    if join.statistic not in metric.statistics:
        yield f"metric {metric.name} has no statistic {quoted(join.statistic)}; it has: {', '.join(metric.statistics)}"
    if join.period_seconds != metric.period_seconds:
        yield f"the period of metric {metric.name} is {metric.period_seconds} seconds"
    if next(p for p in query.parameters if p.name == join.window).type not in ("integer", "number"):
        yield f"window {join.window} of metric {metric.name} is not a number of minutes"
    for path in paths_of(query):
        if path.partition(".")[0] == join.call.alias and path != join.path:
            yield f"of metric {metric.name} there is {join.path} only, not {quoted(path)}"


def _is_of_type(value: Scalar, parameter: QueryParameter) -> bool:
    return isinstance(value, _KINDS[parameter.type]) and (parameter.type == "boolean" or not isinstance(value, bool))


def _unknown_fields(query: Query, shown: Mapping[str, Operation]) -> Iterator[str]:
    operation_of = {call.alias: shown[call.operation] for call in query.relations}
    for path in paths_of(query):
        alias, _, rest = path.partition(".")
        if alias not in operation_of:
            continue  # the metric's
        operation = operation_of[alias]
        if not _is_declared(operation, rest):
            near = difflib.get_close_matches(rest, [field.path for field in operation.fields], n=3)
            hint = f"; the nearest: {', '.join(near)}" if near else ""
            yield f"{operation.id} has no field {quoted(rest)}{hint}"


def _is_declared(operation: Operation, path: str) -> bool:
    """Whether the response schema has the field, or an object there whose inside it leaves open."""
    steps = path.split(".")
    above = (operation.field(".".join(steps[:length])) for length in range(1, len(steps)))
    return operation.field(path) is not None or any(field is not None and field.type in ("object", "any") for field in above)
