"""Defects in how partners are found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sandbox.rehearsal.scene import Scene
from sandbox.rehearsal.suspects.suspect import Suspect, replaced
from schemas.base import Json, canonical_json, lookup
from schemas.query import Join


def joining(scene: Scene) -> Iterator[Suspect]:
    """Suspects in the joins of the scene."""
    for number, join in enumerate(scene.query.joins):
        message = f"no row finds its partner in {join.call.alias}: {join.left} must be compared with {join.right}"
        yield Suspect("JOIN", message, scene.with_rows(join.call.alias, ()))
        yield from _inner(scene, join)
        yield from _one_partner(scene, join)
        yield from _too_late(scene, number, join)


def _inner(scene: Scene, join: Join) -> Iterator[Suspect]:
    first, alias = scene.query.call.alias, join.call.alias
    kept = sorted({dict(origins)[first] for origins in scene.joined() if alias in dict(origins)})
    message = f"rows without a partner in {alias} are dropped: it is a left join, they stay and its fields are missing there"
    yield Suspect("JOIN", message, scene.with_rows(first, [scene.relations[first][index] for index in kept]))


def _one_partner(scene: Scene, join: Join) -> Iterator[Suspect]:
    alias = join.call.alias
    found = sorted({dict(origins)[alias] for origins in scene.joined() if alias in dict(origins)})
    partners = [scene.relations[alias][index] for index in found]
    for order, words in ((1, "first"), (-1, "last")):
        message = f"of several partners in {alias} only the {words} is joined: keep a list of rows for each {join.right}"
        for rows in (scene.relations[alias], partners):
            yield Suspect("JOIN", message, scene.with_rows(alias, _one_each(rows[::order], join)))


def _one_each(rows: Sequence[Json], join: Join) -> list[Json]:
    kept: dict[bytes, Json] = {}
    for row in rows:
        kept.setdefault(canonical_json([lookup(row, join.right.partition(".")[2])]), row)
    return list(kept.values())


def _too_late(scene: Scene, number: int, join: Join) -> Iterator[Suspect]:
    if join.where:
        message = (
            f"what a row of {join.call.alias} must satisfy to be a partner is asked after the join: choose the partners first, then join"
        )
        joins = replaced(scene.query.joins, number, join.model_copy(update={"where": ()}))
        yield Suspect("JOIN", message, scene.changed(joins=joins, where=(*join.where, *scene.query.where)))
