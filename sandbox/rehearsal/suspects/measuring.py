"""Defects in how figures are asked for, read and reduced."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial
from math import fsum
from typing import Final

from sandbox.rehearsal.api import Served
from sandbox.rehearsal.figures import Series, figured, seconds_of
from sandbox.rehearsal.scene import Scene, place_of, way
from sandbox.rehearsal.suspects.suspect import Suspect
from schemas.base import Json, lookup
from schemas.errors import quoted
from schemas.metric import Take, reduce
from schemas.query import MetricJoin, Query

TAKEN: Final[dict[Take, str]] = {
    "latest": "the newest datapoint of the window",
    "mean": "the mean of the window",
    "max": "the highest datapoint of the window",
    "min": "the lowest datapoint of the window",
}

Reduction = Callable[[list[float]], float | None]

REDUCTIONS: Final[tuple[tuple[str, Reduction], ...]] = (
    ("the oldest datapoint of the window", lambda values: values[-1] if values else None),
    ("the sum of the window", lambda values: fsum(values) if values else None),
    *((words, partial(reduce, take=take)) for take, words in TAKEN.items()),
)

CARRIED: Final = "~figure"
"""Where a row carries its figure, once it is given one."""

UNITS: Final = (("hours", 60.0), ("seconds", 1 / 60), ("days", 24 * 60.0))
"""What a window in minutes is taken for, and how many times longer it is then."""

CLOCK_SLACK_SECONDS: Final = 60.0
"""Whole minutes will do for the end of a window."""


def measuring(scene: Scene) -> Iterator[Suspect]:
    """Every suspect among the figures of the scene."""
    yield from asking(scene)
    if metric := scene.query.metric:
        message = f"no row finds its figure: those of {metric.call.alias} are by the values of {metric.left}"
        yield Suspect("JOIN", message, scene.with_rows(metric.call.alias, ()))
        yield from _reduced(scene, metric)
        yield from _made_up(scene, metric)


def asking(scene: Scene) -> Iterator[Suspect]:
    """Suspects that the record of what was asked for brings up."""
    if metric := scene.query.metric:
        answered = [served for served in scene.served if served.operation == metric.call.operation and served.status == 200]
        yield from _misasked(scene, metric, answered)
        yield from _unasked(scene, metric, answered)
        yield from _unread(scene, metric, answered)
        yield from _windowed(scene, metric, answered)


def _misasked(scene: Scene, metric: MetricJoin, answered: Sequence[Served]) -> Iterator[Suspect]:
    """Items that ask for something else, which the service answers with nothing."""
    items = [item for served in answered for item in served.asked]
    wrong = next((item for item in items if item.complaint), None)
    keys = _keys(scene, metric)
    if wrong is not None:
        right = [item.key for item in items if not item.complaint]
        message = f"what is asked of {_name(scene, metric)} is another figure: {wrong.complaint}"
        yield Suspect("METRIC", message, _only(scene, metric, right))
    if foreign := next((item.key for item in items if item.key not in keys), None):
        message = f"figures are asked for by {quoted(foreign)}, and their keys are the values of {metric.left}"
        yield Suspect("JOIN", message, _only(scene, metric, [item.key for item in items]))


def _unasked(scene: Scene, metric: MetricJoin, answered: Sequence[Served]) -> Iterator[Suspect]:
    asked = {item.key for served in answered for item in served.asked}
    keys = _keys(scene, metric)
    if asked < keys:
        message = f"figures are asked for of {len(asked)} of the {len(keys)} values of {metric.left}: {_batches(scene, metric)}"
        yield Suspect("BATCH", message, _only(scene, metric, asked))
    calls = _calls(answered)
    for call, words in ((calls[0], "first"), (calls[-1], "last")) if len(calls) > 1 else ():
        message = f"only the {words} batch of figures counts: put those of all batches together"
        yield Suspect("BATCH", message, _only(scene, metric, [item.key for item in call[0].asked]))


def _unread(scene: Scene, metric: MetricJoin, answered: Sequence[Served]) -> Iterator[Suspect]:
    asked = {item.key for served in answered for item in served.asked}
    given = {item.key for served in answered for item in _given(served)}
    if given < asked:
        message = f"figures of {len(given)} of {len(asked)} keys were read, in {len(answered)} responses of {_name(scene, metric)}: "
        yield Suspect("PAGES", message + way(scene.operation(metric.call.alias)), _only(scene, metric, given))
    split = {served.asked[served.page.stop - 1].key for served in answered if served.page and served.page.next and _given(served)}
    message = "what a later page adds to a key takes the place of what came before: put the values of one id together"
    yield Suspect("PAGES", message, _only_the_rest(scene, metric, split))
    calls = _calls(answered)
    for pages, words in (([call[0] for call in calls], "first"), ([call[-1] for call in calls], "last")) if calls else ():
        message = f"only the {words} page of {_name(scene, metric)} counts: put the results of all pages together"
        yield Suspect("PAGES", message, _only(scene, metric, [item.key for page in pages for item in _given(page)]))


def _only_the_rest(scene: Scene, metric: MetricJoin, split: Collection[str]) -> Scene:
    """The scene with the newest datapoint of some keys forgotten."""
    alias, seconds = metric.call.alias, _window_seconds(scene, metric)
    values = {row["key"]: [value for age, value in row["series"] if age <= seconds] for row in scene.relations[alias]}
    rest = {key: reduce(values[key][1:], metric.take) for key in split if len(values.get(key, ())) > 1}
    return scene.with_rows(alias, [figured(row, rest[row["key"]]) if row["key"] in rest else row for row in scene.relations[alias]])


def _reduced(scene: Scene, metric: MetricJoin) -> Iterator[Suspect]:
    seconds = _window_seconds(scene, metric)
    for words, reduction in REDUCTIONS:
        message = f"{metric.path} is {words}, and the query asks for {TAKEN[metric.take]}"
        yield Suspect("METRIC", message, _figured(scene, metric, partial(_of, seconds=seconds, reduction=reduction)))


def _of(series: Series, seconds: float, reduction: Reduction) -> float | None:
    return reduction([value for age, value in series if age <= seconds])


def _windowed(scene: Scene, metric: MetricJoin, answered: Sequence[Served]) -> Iterator[Suspect]:
    """Windows other than the one that is asked for, by what was asked of the service."""
    seconds = _window_seconds(scene, metric)
    for oldest, newest in dict.fromkeys(served.reach for served in answered if served.reach):
        changed = _figured(scene, metric, partial(_between, oldest=oldest, newest=newest, take=metric.take))
        if abs(newest) > CLOCK_SLACK_SECONDS:
            yield Suspect("WINDOW", f"the figures asked for end {newest:g} s ago, and the window ends now", changed)
        elif oldest == seconds_of(metric, scene.query.defaults) != seconds:
            message = f"the window of {oldest / 60:g} minutes is baked in; use the parameter {metric.window}"
            yield Suspect("CONSTANT", message, changed)
        else:
            unit = next((f": it is in minutes, and taken for {unit}" for unit, factor in UNITS if oldest == factor * seconds), "")
            asks = f"and the query asks for the last {seconds / 60:g} ({metric.window})"
            yield Suspect("WINDOW", f"figures of the last {oldest / 60:g} minutes are asked for, {asks}{unit}", changed)


def _between(series: Series, oldest: float, newest: float, take: Take) -> float | None:
    return reduce([value for age, value in series if newest < age <= oldest], take)


def _made_up(scene: Scene, metric: MetricJoin) -> Iterator[Suspect]:
    """A figure stands in for one that is unknown."""
    alias, _, rest = metric.left.partition(".")
    known = {row["key"] for row in scene.relations[metric.call.alias] if row.get("value") is not None}
    rows = [row for row in scene.relations[alias] if lookup(row, rest) in known]
    yield Suspect("MISSING", f"rows without {metric.path} are dropped, and the query keeps them", scene.with_rows(alias, rows))
    for stand_in in (0.0, -1.0, 100.0):
        message = f"without a datapoint {metric.path} is taken for {stand_in:g}: it is unknown there, and shown as missing"
        yield Suspect("MISSING", message, _filled(scene, metric, stand_in))


def _filled(scene: Scene, metric: MetricJoin, stand_in: float) -> Scene:
    """The scene in which rows carry their own figure, or what stands in for it."""
    known = {row["key"]: row.get("value", stand_in) for row in scene.relations[metric.call.alias]}
    alias, _, rest = metric.left.partition(".")
    rows = [{**row, CARRIED: known.get(lookup(row, rest), stand_in)} for row in scene.relations[alias]]
    query = Query.model_validate(_repathed(scene.query.model_dump(), metric.path, f"{alias}.{CARRIED}"))
    return replace(scene.with_rows(alias, rows), query=query)


def _repathed(value: Json, old: str, new: str) -> Json:
    if isinstance(value, dict):
        return {name: _repathed(item, old, new) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_repathed(item, old, new) for item in value]
    return new if value == old else value


def _figured(scene: Scene, metric: MetricJoin, view: Callable[[Series], float | None]) -> Scene:
    """The scene with other figures made of the same series."""
    alias = metric.call.alias
    return scene.with_rows(alias, [figured(row, view(row["series"])) for row in scene.relations[alias]])


def _only(scene: Scene, metric: MetricJoin, keys: Sequence[Json] | set[str]) -> Scene:
    """The scene with the figures of these keys, and none of the others."""
    alias, kept = metric.call.alias, set(keys)
    return scene.with_rows(alias, [row for row in scene.relations[alias] if row["key"] in kept])


def _keys(scene: Scene, metric: MetricJoin) -> set[str]:
    alias, _, rest = metric.left.partition(".")
    return {str(key) for row in scene.relations[alias] if (key := lookup(row, rest)) is not None}


def _calls(answered: Sequence[Served]) -> list[list[Served]]:
    """The answers by what they were asked for: the pages of one batch together, in order."""
    calls: dict[tuple[str, ...], list[Served]] = {}
    for served in answered:
        calls.setdefault(tuple(item.key for item in served.asked), []).append(served)
    return list(calls.values())


def _given(served: Served) -> tuple[Json, ...]:
    """The items that a page answers."""
    return served.asked[served.page.start : served.page.stop] if served.page else ()


def _window_seconds(scene: Scene, metric: MetricJoin) -> float:
    return seconds_of(metric, scene.query.defaults | dict(scene.arguments))


def _name(scene: Scene, metric: MetricJoin) -> str:
    return place_of(scene.operation(metric.call.alias))


def _batches(scene: Scene, metric: MetricJoin) -> str:
    found = scene.operation(metric.call.alias).metric(metric.metric)
    return f"ask for all, at most {found.batch} in a call" if found else "ask for all"
