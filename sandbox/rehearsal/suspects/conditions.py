"""Defects in what is kept: constants, comparisons, case, emptiness, missing values and windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import combinations
from typing import Final

from sandbox.rehearsal.scene import Scene
from sandbox.rehearsal.suspects.suspect import Suspect, constant_of, seeing, shadowed, slots, with_predicate
from schemas.base import Json, lookup
from schemas.evaluate import is_empty, parse_time
from schemas.query import Window

SWAPS: Final = {
    "gt": ("ge", "lt", "le"),
    "ge": ("gt", "le", "lt"),
    "lt": ("le", "gt", "ge"),
    "le": ("lt", "ge", "gt"),
    "eq": ("contains", "ne"),
    "ne": ("eq",),
    "contains": ("eq",),
    "is_empty": ("is_not_empty",),
    "is_not_empty": ("is_empty",),
}

NOTHING: Final = "\0"
"""A filled value that no clause matches."""

FORMS: Final[dict[str, Callable[[Json], bool]]] = {
    "null or absent": lambda value: value is None,
    "the empty text": lambda value: value == "",
    "the empty list": lambda value: value in ([], {}),
}

WANTING: Final[tuple[tuple[str, Callable[[Json], bool]], ...]] = (
    ("no value", lambda value: value is None),
    ("an empty value", is_empty),
    ("a false value such as 0", lambda value: not value),
)

BEFORE: Final = datetime.min.replace(tzinfo=UTC)
"""A time before every window."""

SLIPS: Final = ((24.0, "a day too long"), (-24.0, "a day too short"), (1.0, "an hour too long"), (-1.0, "an hour too short"))


def conditions(scene: Scene) -> Iterator[Suspect]:
    """Every suspect among the clauses of the scene."""
    for family in (_baked, _misjudged, _ignored, _by_case, _filled, _taken_for, _dropped, _window):
        yield from family(scene)


def _baked(scene: Scene) -> Iterator[Suspect]:
    defaults = scene.query.defaults
    others = {name: value for name, value in scene.arguments.items() if value != defaults[name]}
    for name, value in others.items():
        baked, default = replace(scene, arguments={**scene.arguments, name: defaults[name]}), repr(defaults[name])
        message = (
            f"the constant {default} is baked in: with {name}={value!r} the result is still that of {default}; use the parameter {name}"
        )
        yield Suspect("CONSTANT", message, baked)
    if len(others) > 1:
        yield Suspect("CONSTANT", f"the parameters {', '.join(others)} are ignored", replace(scene, arguments={}))


def _misjudged(scene: Scene) -> Iterator[Suspect]:
    for slot in slots(scene.query):
        predicate = slot.predicate
        for op in SWAPS[predicate.op]:
            message = f"{predicate.path} is judged by {op}, and the query asks for {predicate.op}"
            yield Suspect("COMPARISON", message, with_predicate(scene, slot, predicate.model_copy(update={"op": op})))


def _ignored(scene: Scene) -> Iterator[Suspect]:
    window = scene.query.window
    for slot in slots(scene.query):
        message = f"the condition on {slot.predicate.path} ({slot.predicate.op}) is not applied{_relying(scene, slot.predicate.path)}"
        yield Suspect("CONDITION", message, with_predicate(scene, slot, None))
    if len(scene.query.where) > 1:
        message = f"no condition of the query is applied{_relying(scene, scene.query.where[0].path)}"
        yield Suspect("CONDITION", message, scene.changed(where=()))
    if window:
        message = f"the window on {window.path} is not applied{_relying(scene, window.path)}"
        yield Suspect("WINDOW", message, scene.changed(window=None))


def _relying(scene: Scene, path: str) -> str:
    """That a parameter was sent which is not known to filter, if one was."""
    names = ", ".join(f"`{name}`" for name in scene.relying(path.partition(".")[0]))
    return f"; nothing declares that the server filters by {names}: judge the rows in the tool" if names else ""


def _by_case(scene: Scene) -> Iterator[Suspect]:
    for slot in slots(scene.query):
        predicate = slot.predicate
        constant = constant_of(scene, predicate)
        if isinstance(constant, str):
            message = f"{predicate.path} is compared with regard to case: casefold() both sides, {constant.upper()!r} equals {constant!r}"
            yield Suspect("CASE", message, seeing(scene, slot, partial(_exactly, constant=constant)))


def _exactly(value: Json, constant: str) -> Json:
    """The value, with what matches only without regard to case made to match nothing."""
    if isinstance(value, list):
        return [_exactly(item, constant) for item in value]
    differs = isinstance(value, str) and constant.casefold() in value.casefold() and constant not in value
    return NOTHING if differs else value


def _filled(scene: Scene) -> Iterator[Suspect]:
    """Some forms of emptiness count as filled."""
    for slot in slots(scene.query):
        predicate = slot.predicate
        for names in (*combinations(FORMS, 1), *combinations(FORMS, 2)) if predicate.parameter is None else ():
            message = f"{' and '.join(names)} at {predicate.path} should count as empty: missing, null, '' and [] all do"
            yield Suspect("EMPTY", message, seeing(scene, slot, partial(_as_filled, forms=names)))


def _as_filled(value: Json, forms: tuple[str, ...]) -> Json:
    return NOTHING if any(FORMS[form](value) for form in forms) else value


def _taken_for(scene: Scene) -> Iterator[Suspect]:
    """Something stands in for what is missing."""
    for slot in slots(scene.query):
        predicate = slot.predicate
        for stand_in in (0, float("inf"), "", False, NOTHING) if predicate.parameter else ():
            message = f"a row without {predicate.path} is kept; a comparison with a missing value is never true, `ne` included"
            yield Suspect("MISSING", message, seeing(scene, slot, partial(_given, stand_in=stand_in)))


def _given(value: Json, stand_in: Json) -> Json:
    return stand_in if value is None else value


def _dropped(scene: Scene) -> Iterator[Suspect]:
    """Rows are left out for want of a value that the Query does not demand."""
    columns = [column.path for column in (scene.query.group.by if scene.query.group else scene.query.select)]
    aggregated = [aggregate.path for aggregate in scene.query.group.aggregates if aggregate.path] if scene.query.group else []
    orders = [] if scene.query.group else [order.path for order in scene.query.order]
    for path in dict.fromkeys((*columns, *orders, *aggregated, *(predicate.path for predicate in scene.query.predicates))):
        alias, _, rest = path.partition(".")
        for words, is_wanting in WANTING:
            kept = [row for row in scene.relations[alias] if not is_wanting(lookup(row, rest))]
            yield Suspect("MISSING", f"rows with {words} at {path} are dropped, and the query keeps them", scene.with_rows(alias, kept))


def _window(scene: Scene) -> Iterator[Suspect]:
    window = scene.query.window
    if window is None:
        return
    hours = float((scene.query.defaults | dict(scene.arguments))[window.parameter])
    for slip, words in SLIPS:
        message = f"the window on {window.path} is {words}: the query asks for the last {hours:g} hours, up to now"
        yield Suspect("WINDOW", message, replace(scene, arguments={**scene.arguments, window.parameter: hours + slip}))
    now, start = scene.now, scene.now - timedelta(hours=hours)
    views: tuple[tuple[str, Callable[[Json], Json]], ...] = (
        ("times in the future are counted; the window ends now", lambda value: _moved(value, lambda at: min(at, now))),
        ("a time exactly at the start of the window is left out", lambda value: _moved(value, lambda at: BEFORE if at == start else at)),
        ("a time exactly now is left out", lambda value: _moved(value, lambda at: BEFORE if at == now else at)),
        ("offsets such as +02:00 are ignored; compare aware times", lambda value: _moved(value, lambda at: at.replace(tzinfo=UTC))),
    )
    for words, view in views:
        viewed, path = shadowed(scene, window.path, view)
        changed = viewed.changed(window=Window(path=path, parameter=window.parameter))
        yield Suspect("WINDOW", f"{words} ({window.path})", changed)


def _moved(value: Json, move: Callable[[datetime], datetime]) -> Json:
    at = parse_time(value)
    return None if at is None else move(at).isoformat()
