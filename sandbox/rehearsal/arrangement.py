"""The order in which planted rows are listed: what decides the result comes on the last page, and one match on the first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sandbox.rehearsal.world import World
from schemas.base import Json, Scalar, lookup
from schemas.evaluate import evaluate
from schemas.query import Column, Query

Origin = tuple[str, int]
"""An operation id, and an index in its rows."""

Match = tuple[tuple[str, int], ...]
"""(alias, index) of each row behind a row of the join."""


def arranged(world: World, query: Query, argument_sets: Sequence[Mapping[str, Scalar]], now: datetime) -> World:
    """The world with its rows moved, so that a tool that stops early, or starts late, misses what counts."""
    late: list[Origin] = []
    early: list[Origin] = []
    for arguments in argument_sets:
        matches = _matches(world, query, arguments, now)
        late += _origins(query, _telling(matches, world.relations(query, arguments), query))
        early += _origins(query, matches)
    orders = {operation: _order(operation, len(rows), early, late) for operation, rows in world.rows.items()}
    return World(
        {operation: tuple(world.rows[operation][index] for index in order) for operation, order in orders.items()},
        {(operation, to): world.notes[operation, index] for operation, order in orders.items() for to, index in enumerate(order)},
    )


def _order(operation: str, count: int, early: Sequence[Origin], late: Sequence[Origin]) -> list[int]:
    last = list(dict.fromkeys(index for at, index in late if at == operation))
    first = [index for at, index in early if at == operation and index not in last][:1]
    return [*first, *(index for index in range(count) if index not in (*first, *last)), *last]


def _origins(query: Query, matches: Sequence[Match]) -> list[Origin]:
    operations = {call.alias: call.operation for call in query.calls}
    return [(operations[alias], index) for match in matches for alias, index in match]


def _matches(world: World, query: Query, arguments: Mapping[str, Scalar], now: datetime) -> list[Match]:
    """Where every row comes from that satisfies the clauses."""
    columns = (Column(name="row", path=f"{query.call.alias}."),)
    bare = query.model_copy(update={"group": None, "limit": None, "order": (), "select": columns})
    return evaluate(bare, world.relations(query, arguments), arguments, now).lineage


def _telling(matches: Sequence[Match], relations: Mapping[str, Sequence[Json]], query: Query) -> list[Match]:
    """The highest and the lowest match of each path that is ranked; without one, any match."""
    ranked = [match for path in _ranks(query) for match in _extremes(matches, relations, path)]
    return ranked or list(matches[-1:])


def _ranks(query: Query) -> list[str]:
    if query.group is None:
        return [order.path for order in query.order]
    return [aggregate.path for aggregate in query.group.aggregates if aggregate.path]


def _extremes(matches: Sequence[Match], relations: Mapping[str, Sequence[Json]], path: str) -> list[Match]:
    valued = list(_valued(matches, relations, path))
    if not valued or len({isinstance(value, str) for value, _ in valued}) > 1:
        return []
    ordered = sorted(valued, key=lambda pair: pair[0].casefold() if isinstance(pair[0], str) else pair[0])
    return [ordered[-1][1], ordered[0][1]]


def _valued(matches: Sequence[Match], relations: Mapping[str, Sequence[Json]], path: str) -> Iterator[tuple[Json, Match]]:
    alias, _, rest = path.partition(".")
    for match in matches:
        for at, index in match:
            value = lookup(relations[at][index], rest) if at == alias else None
            if isinstance(value, str | int | float):
                yield value, match
