"""Defects in which field is read, and in what is made of a group's values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from sandbox.rehearsal.scene import Scene
from sandbox.rehearsal.suspects.suspect import Suspect, replaced, shadowed, siblings, slots, with_predicate
from schemas.base import Json
from schemas.query import Aggregate, Grouping

VIEWS: Final[tuple[tuple[str, Callable[[Json], Json]], ...]] = (
    ("a missing value counts as 0; leave it out", lambda value: 0 if value is None else value),
    ("a 0 is left out; only a missing value may be", lambda value: value or None),
)


def fields(scene: Scene) -> Iterator[Suspect]:
    """Suspects that take one field, or one figure, for another."""
    if scene.query.group:
        yield from _figures(scene, scene.query.group)
    yield from _conditions(scene)
    yield from _order(scene)
    yield from _columns(scene)


def _figures(scene: Scene, group: Grouping) -> Iterator[Suspect]:
    for index, figure in enumerate(group.aggregates):
        if figure.path is None:
            continue
        for other in ("sum", "avg", "min", "max"):
            message = f"{figure.name} is the {other} of {figure.path}, and the query asks for the {figure.function}"
            yield Suspect("GROUP", message, _with_figure(scene, group, index, figure.model_copy(update={"function": other})))
        for words, view in VIEWS:
            viewed, path = shadowed(scene, figure.path, view)
            changed = _with_figure(viewed, group, index, figure.model_copy(update={"path": path}))
            yield Suspect("GROUP", f"in {figure.name}, {words} ({figure.path})", changed)
        for other in siblings(scene, figure.path):
            message = f"{figure.name} is computed from {other}, and the query asks for {figure.path}"
            yield Suspect("FIELD", message, _with_figure(scene, group, index, figure.model_copy(update={"path": other})))


def _with_figure(scene: Scene, group: Grouping, index: int, figure: Aggregate) -> Scene:
    return scene.changed(group=group.model_copy(update={"aggregates": replaced(group.aggregates, index, figure)}))


def _conditions(scene: Scene) -> Iterator[Suspect]:
    for slot in slots(scene.query):
        for other in siblings(scene, slot.predicate.path):
            changed = with_predicate(scene, slot, slot.predicate.model_copy(update={"path": other}))
            yield Suspect("FIELD", f"the condition on {slot.predicate.path} reads {other}", changed)
    window = scene.query.window
    for other in siblings(scene, window.path) if window else ():
        changed = scene.changed(window=window.model_copy(update={"path": other}) if window else None)
        yield Suspect("FIELD", f"the window reads {other}", changed)


def _order(scene: Scene) -> Iterator[Suspect]:
    order = scene.query.order
    for index, by in enumerate(order):
        columns = (name for name in scene.query.column_names if name != by.path)
        for other in columns if scene.query.group else siblings(scene, by.path):
            changed = scene.changed(order=replaced(order, index, by.model_copy(update={"path": other})))
            if len(changed.expectation().tiers) > len(scene.expectation().tiers) // 2:  # else it would explain any order
                yield Suspect("FIELD", f"the order by {by.path} reads {other}", changed)


def _columns(scene: Scene) -> Iterator[Suspect]:
    group = scene.query.group
    columns = group.by if group else scene.query.select
    for index, column in enumerate(columns):
        for other in siblings(scene, column.path):
            shown = replaced(columns, index, column.model_copy(update={"path": other}))
            changed = scene.changed(group=group.model_copy(update={"by": shown})) if group else scene.changed(select=shown)
            yield Suspect("FIELD", f"the column {column.name} shows {other}, and the query asks for {column.path}", changed)
