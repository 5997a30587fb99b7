"""The clauses of a Query that judge a single value: its predicates and its window, each with words to explain it by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.base import Json, Scalar
from schemas.evaluate import compare, is_empty, parse_time
from schemas.query import Predicate, Query, Window


@dataclass(frozen=True)
class Clause:
    """`holds` takes the value at `path`, None where it is missing. `words` finish "the query asks for …"."""

    path: str
    source: Predicate | Window
    words: str
    holds: Callable[[Json], bool]


def clauses(query: Query, arguments: Mapping[str, Scalar], now: datetime) -> tuple[Clause, ...]:
    """The clauses that judge joined rows, with the constants filled in; arguments default to the question's."""
    constants = query.defaults | dict(arguments)
    found = [_of_predicate(predicate, constants) for predicate in query.where]
    return (*found, _of_window(query.window, constants, now)) if query.window else tuple(found)


def partner_clauses(query: Query, arguments: Mapping[str, Scalar]) -> tuple[Clause, ...]:
    """What the joins ask of a row before it counts as a partner."""
    constants = query.defaults | dict(arguments)
    return tuple(_of_predicate(predicate, constants) for join in query.joins for predicate in join.where)


def _of_predicate(predicate: Predicate, constants: Mapping[str, Scalar]) -> Clause:
    match predicate.op:
        case "is_empty":
            return Clause(predicate.path, predicate, "is_empty (missing, null, '' or [])", is_empty)
        case "is_not_empty":
            return Clause(predicate.path, predicate, "is_not_empty", lambda value: not is_empty(value))
        case op:
            constant = constants[predicate.parameter or ""]
            return Clause(predicate.path, predicate, f"{op} {constant!r}", lambda value: compare(op, value, constant))


def _of_window(window: Window, constants: Mapping[str, Scalar], now: datetime) -> Clause:
    hours = float(constants[window.parameter])
    words = f"a time in the last {hours:g} hours, at {now.isoformat()}"
    return Clause(window.path, window, words, lambda value: _is_between(value, now - timedelta(hours=hours), now))


def _is_between(value: Json, start: datetime, end: datetime) -> bool:
    at = parse_time(value)
    return at is not None and start <= at <= end
