"""Defects in order and limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from sandbox.rehearsal.scene import Scene
from sandbox.rehearsal.suspects.suspect import Suspect, replaced, shadowed
from schemas.base import Json

FIRST: Final = "\0"
LAST: Final = "\U0010ffff"
"""Texts that sort before and after all others."""

VIEWS: Final[tuple[tuple[str, Callable[[Json], Json]], ...]] = (
    ("as text, so that 10 comes before 9", lambda value: None if value is None else str(value)),
    ("with regard to case", lambda value: value.encode().hex() if isinstance(value, str) else value),
    ("with a missing value taken for 0; missing values come last", lambda value: 0 if value is None else value),
    ("with a missing value taken for ''; missing values come last", lambda value: FIRST if value is None else value),
    ("with missing values first; they come last", lambda value: float("-inf") if value is None else value),
    ("with missing values first; they come last", lambda value: float("inf") if value is None else value),
    ("with missing values first; they come last", lambda value: LAST if value is None else value),
)


def ordering(scene: Scene) -> Iterator[Suspect]:
    """Suspects in what comes after the clauses: sorting and cutting."""
    yield from _limit(scene)
    yield from _order(scene)
    yield from _views(scene)


def _limit(scene: Scene) -> Iterator[Suspect]:
    name, alias = scene.query.limit, scene.query.call.alias
    if name is None:
        return
    yield Suspect("LIMIT", f"the limit is not applied: return at most {name} rows", scene.changed(limit=None))
    if scene.query.order and not scene.query.group:
        unordered = scene.changed(order=())
        first = unordered.expectation()
        rows = [scene.relations[alias][expected.origins[0][1]] for expected in first.possible[: first.count]]
        message = f"the rows are cut at {name} before they are ordered: sort first, then cut"
        yield Suspect("ORDER", message, unordered.with_rows(alias, rows))


def _order(scene: Scene) -> Iterator[Suspect]:
    order = scene.query.order
    for index, by in enumerate(order):
        words = ("descending", "ascending") if by.descending else ("ascending", "descending")
        turned = replaced(order, index, by.model_copy(update={"descending": not by.descending}))
        message = f"the rows are ordered by {by.path} {words[1]}, and the query asks for {words[0]}"
        yield Suspect("ORDER", message, scene.changed(order=turned))
        if len(order) > 1:
            yield Suspect("ORDER", f"the order by {by.path} is left out", scene.changed(order=replaced(order, index, None)))


def _views(scene: Scene) -> Iterator[Suspect]:
    """Values that are ordered as something else than they are."""
    order = () if scene.query.group else scene.query.order
    for index, by in enumerate(order):
        for words, view in VIEWS:
            viewed, path = shadowed(scene, by.path, view)
            changed = viewed.changed(order=replaced(order, index, by.model_copy(update={"path": path})))
            yield Suspect("ORDER", f"{by.path} is ordered {words}", changed)
