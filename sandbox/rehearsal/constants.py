"""Other constants than the question's, so that a tool that has baked one in gives itself away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from random import Random
from typing import Final

from sandbox.rehearsal.rows import RowMaker
from sandbox.rehearsal.shapes import Field
from sandbox.rehearsal.values import rfc3339
from schemas.base import Scalar
from schemas.evaluate import parse_time
from schemas.query import Query, QueryParameter

UNLIMITED: Final = 1000
"""A limit beyond what is ever planted."""

MakerOf = Callable[[str], tuple[RowMaker, str]]
"""The maker of rows that a path of the Query leads into, and the path below its alias."""


def moved(query: Query, maker_of: MakerOf, random: Random) -> dict[str, Scalar]:
    """Another value for every parameter; the limit becomes larger than the data."""
    return {parameter.name: _moved(parameter, query, maker_of, random) for parameter in query.parameters}


def _moved(parameter: QueryParameter, query: Query, maker_of: MakerOf, random: Random) -> Scalar:
    if parameter.name == query.limit:
        return UNLIMITED
    if parameter.name in _windows(query):
        return _typed(float(parameter.default) * random.choice((2, 3)) + 1, parameter)
    path = next((predicate.path for predicate in query.predicates if predicate.parameter == parameter.name), None)
    if path is None:
        return parameter.default
    maker, rest = maker_of(path)
    if isinstance(parameter.default, bool):
        return not parameter.default
    if isinstance(parameter.default, int | float):
        return _number(parameter, maker.field(rest), random)
    return _text(parameter.default, maker, rest, random)


def _windows(query: Query) -> set[str]:
    return ({query.window.parameter} if query.window else set()) | ({query.metric.window} if query.metric else set())


def _number(parameter: QueryParameter, field: Field, random: Random) -> Scalar:
    value = float(parameter.default)
    near = [_typed(value * factor + step, parameter) for factor, step in ((0.5, 0), (1.5, 0), (0.75, 0), (1, 7), (1, -7), (1, 1))]
    legal = [other for other in near if other != parameter.default and field.admits(other)]
    return random.choice(legal or near[3:])


def _text(default: str, maker: RowMaker, rest: str, random: Random) -> str:
    field, schema = maker.field(rest), maker.schema(rest)
    others = [member for member in schema.get("enum", ()) if isinstance(member, str) and member.casefold() != default.casefold()]
    if others:
        return random.choice(others)
    at = parse_time(default) if schema.get("format") == "date-time" else None
    other = default[::-1] + "-q" if at is None else rfc3339(at - timedelta(hours=random.randrange(30, 60)))
    return other if field.admits(other) else str(maker.values.fresh(field, {default}))


def _typed(value: float, parameter: QueryParameter) -> Scalar:
    return round(value) if parameter.type == "integer" else round(value, 3)


def with_limit_one(query: Query, arguments: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """The same constants with the smallest limit that still shows a row."""
    return {**arguments, query.limit: 1} if query.limit else dict(arguments)
