"""A suspect, and the ways to change a scene that suspects share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from sandbox.rehearsal.scene import Scene
from schemas.base import Json, lookup
from schemas.query import Predicate, Query

T = TypeVar("T")


@dataclass(frozen=True)
class Suspect:
    """`scene` is what the tool seems to have computed; `message` says that and how to mend it."""

    code: str
    message: str
    scene: Scene


@dataclass(frozen=True)
class Slot:
    """A predicate and where it stands: in the Query's `where`, or in that of the join with the number `join`."""

    predicate: Predicate
    index: int
    join: int | None


def constant_of(scene: Scene, predicate: Predicate) -> Json:
    """What a predicate compares with; None for an emptiness test."""
    return (scene.query.defaults | dict(scene.arguments)).get(predicate.parameter or "")


def slots(query: Query) -> Iterator[Slot]:
    """The predicates of a Query with their places."""
    for number, join in enumerate(query.joins):
        yield from (Slot(predicate, index, number) for index, predicate in enumerate(join.where))
    yield from (Slot(predicate, index, None) for index, predicate in enumerate(query.where))


def with_predicate(scene: Scene, slot: Slot, predicate: Predicate | None) -> Scene:
    """The scene with one predicate replaced, or left out for None."""
    if slot.join is None:
        return scene.changed(where=replaced(scene.query.where, slot.index, predicate))
    join = scene.query.joins[slot.join]
    changed = join.model_copy(update={"where": replaced(join.where, slot.index, predicate)})
    return scene.changed(joins=replaced(scene.query.joins, slot.join, changed))


def seeing(scene: Scene, slot: Slot, view: Callable[[Json], Json]) -> Scene:
    """The scene in which one predicate reads its values through `view`, and nothing else does."""
    viewed, path = shadowed(scene, slot.predicate.path, view)
    return with_predicate(viewed, slot, slot.predicate.model_copy(update={"path": path}))


def shadowed(scene: Scene, path: str, view: Callable[[Json], Json]) -> tuple[Scene, str]:
    """The scene with a copy of `path`, changed by `view`, under a path of its own, and that path."""
    alias, _, rest = path.partition(".")
    name = "~" + rest.replace(".", "/")
    rows = [{**row, name: view(lookup(row, rest))} for row in scene.relations[alias]]
    return scene.with_rows(alias, rows), f"{alias}.{name}"


def replaced(items: tuple[T, ...], index: int, item: T | None) -> tuple[T, ...]:
    """The items with one of them replaced, or left out for None."""
    return (*items[:index], *(() if item is None else (item,)), *items[index + 1 :])


def siblings(scene: Scene, path: str) -> Iterator[str]:
    """Other paths of the same relation, one object deep."""
    alias = path.partition(".")[0]
    names: dict[str, None] = {}
    for row in scene.relations[alias]:
        for name, value in row.items():
            names |= dict.fromkeys([f"{name}.{inner}" for inner in value] if isinstance(value, dict) else [name])
    yield from (f"{alias}.{name}" for name in names if f"{alias}.{name}" != path)
