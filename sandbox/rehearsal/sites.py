"""Sites: the places of a row that a Query reads, each with what to plant there and what to fill it with otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle
from random import Random
from typing import Final

from sandbox.rehearsal import fills
from sandbox.rehearsal.choices import Choice, choices, is_legal, with_offsets
from sandbox.rehearsal.clauses import Clause, clauses, partner_clauses
from sandbox.rehearsal.figures import joins_of
from sandbox.rehearsal.fills import Place
from sandbox.rehearsal.rows import RowMaker
from schemas.base import Scalar
from schemas.query import Query

STEADY: Final = timedelta(minutes=5)
"""For runs that sleep, what changes sides within this time is not planted."""

ORDINARY: Final = 2
"""Ordinary values planted at every clause: an emptiness test needs filled ones."""


@dataclass(frozen=True)
class Site:
    """`passing` and `failing` are the choices at this path by whether its clauses hold.

    `fills` gives what to plant while another site is tried: a value that passes, or None for whatever the row is made with.
    """

    path: str
    passing: tuple[Choice, ...]
    failing: tuple[Choice, ...]
    fills: Iterator[Choice | None]


@dataclass(frozen=True)
class Uses:
    """The paths that a Query ranks rows or figures by, groups by and shows. A join's sides are not shown: they follow each other."""

    ranked: frozenset[str]
    grouped: frozenset[str]
    shown: frozenset[str]


def survey(
    query: Query, makers: Mapping[str, RowMaker], arguments: Mapping[str, Scalar], now: datetime, random: Random, *, steady: bool
) -> dict[str, Site]:
    """The sites of `query` by path, around these constants. Steady ones have nothing that changes sides while a tool sleeps."""
    constants = query.defaults | dict(arguments)
    partner, used = partner_clauses(query, constants), _uses(query)
    judging = _by_path((*partner, *clauses(query, constants, now)))
    later = _by_path((*partner, *clauses(query, constants, now + STEADY))) if steady else judging
    operations = {call.alias: call.operation for call in query.calls}
    sites = {}
    for path in sorted({*judging, *used.ranked, *used.grouped, *used.shown} - {join.right for join in joins_of(query)}):
        alias, _, rest = path.partition(".")
        place = Place(path, rest, makers[operations[alias]], judging.get(path, ()), now, random)
        sites[path] = _site(place, used, constants, later.get(path, ()))
    return sites


def _uses(query: Query) -> Uses:
    # What is joined on is there, but where a subject is to have no key.
    shown = frozenset(column.path for column in query.select) - {join.left for join in joins_of(query)}
    if query.group is None:
        return Uses(frozenset(order.path for order in query.order), frozenset(), shown)
    figures = frozenset(aggregate.path for aggregate in query.group.aggregates if aggregate.path)
    return Uses(figures, frozenset(column.path for column in query.group.by), shown)


def _by_path(found: tuple[Clause, ...]) -> dict[str, tuple[Clause, ...]]:
    return {clause.path: tuple(other for other in found if other.path == clause.path) for clause in found}


def _site(place: Place, used: Uses, constants: Mapping[str, Scalar], later: tuple[Clause, ...]) -> Site:
    planted = list(_planted(place, constants, is_ranked=place.path in used.ranked)) if place.clauses else []
    steady = [choice for choice in planted if place.holds(choice) == all(clause.holds(choice.seen) for clause in later)]
    passing = tuple(choice for choice in steady if place.holds(choice))
    failing = tuple(choice for choice in steady if not place.holds(choice))
    return Site(place.path, passing, failing, _fills(place, passing, used))


def _planted(place: Place, constants: Mapping[str, Scalar], *, is_ranked: bool) -> Iterator[Choice]:
    yield from choices(place.field, place.schema, place.clauses, constants, place.now)
    if "format" in place.schema and not is_ranked:
        shifted = (choice for clause in place.clauses for choice in with_offsets(clause, constants, place.now))
        yield from (choice for choice in shifted if is_legal(choice, place.field))
    taken: set[str] = set()
    for _ in range(ORDINARY):
        yield Choice(place.maker.values.fresh(place.field, taken), "an ordinary value")


def _fills(place: Place, passing: tuple[Choice, ...], used: Uses) -> Iterator[Choice | None]:
    if place.path in used.ranked:
        return fills.ranks(place, passing)
    if place.clauses:
        return cycle(passing)
    return fills.keys(place) if place.path in used.grouped else fills.shown(place)
