"""Metrics: figures about rows that another operation serves, asked for in batches of keys.

A metric is data from the catalogue. Its request is a template; `fill` writes one batch of it, and `unify` reads one back, so the
same few lines say what a tool asks for, what a rehearsed server answers, and what a recorded answer was about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import fsum
from typing import Literal

from pydantic import Field as Attribute
from pydantic import model_validator

from schemas.base import Frozen, Json, Scalar, lookup

Take = Literal["latest", "mean", "max", "min"]
"""Which figure stands for a window of datapoints."""

Bindings = Mapping[str, Scalar]
"""Values of a template's places, by name."""


class Metric(Frozen):
    """A figure about each row of `subject`, read through the operation that carries this.

    `request` is the body of one call and `item` its part for one key, of which a call has at most `batch`, as a list at
    `items_path`. In both, a text `{name}` stands for a value: `{start}` and `{end}` (RFC 3339), `{period}` (seconds),
    `{statistic}`, and in the item `{key}` and `{id}` (`m0`, `m1`, …: letters and digits, unique in a call). The response lists
    its results at `results_path`, each with the item's id at `id_path` and its datapoints, newest first, at `values_path`.
    A key without datapoints has no result, or one without values: its figure is unknown.
    """

    name: str
    title: str
    subject: str
    """The operation's id, whose rows it is about."""
    key: str
    """The field of those rows that it is joined on."""
    unit: str = ""
    statistic: str
    statistics: tuple[str, ...]
    """All that may be asked for; `statistic` is the usual one."""
    period_seconds: int
    window_minutes: int
    """The usual window: long enough for the newest datapoint to be in it."""
    batch: int = Attribute(ge=1)
    request: dict[str, Json]
    items_path: str
    item: dict[str, Json]
    results_path: str
    id_path: str
    values_path: str
    words: tuple[tuple[str, ...], ...] = ()
    """What people call it, in English and Chinese, each name as its words: `("cpu", "utilization")`."""

    @model_validator(mode="after")
    def _says_what_for(self) -> Metric:
        if missing := {"key", "id"} - _places(self.item):
            raise ValueError(f"metric {self.name!r}: its item has no place {{{missing.pop()}}}")
        if self.statistic not in self.statistics:
            raise ValueError(f"metric {self.name!r}: the usual statistic {self.statistic!r} is none of {', '.join(self.statistics)}")
        return self


def fill(template: Json, bindings: Bindings) -> Json:
    """The template with every `{name}` of the bindings replaced by its value, which keeps its type."""
    if isinstance(template, dict):
        return {name: fill(value, bindings) for name, value in template.items()}
    if isinstance(template, list):
        return [fill(value, bindings) for value in template]
    return bindings.get(place_of(template) or "", template)


def unify(template: Json, value: Json) -> dict[str, Scalar] | None:
    """What the template's places stand for in a value that it covers exactly; None for one that it does not."""
    found: dict[str, Scalar] = {}
    return found if _covers(template, value, found) else None


def datapoints(metric: Metric, request: Json, response: Json, wanted: Bindings) -> list[tuple[str, list[Json]]]:
    """What one call said: each key with its datapoints, newest first. Pages of one call may go on with a key.

    Items that were asked for with other values than `wanted` (a statistic, a period) say nothing about it.
    """
    key_of: dict[str, str] = {}
    for item in _list_at(request, metric.items_path):
        bound = unify(metric.item, item)
        if bound and all(bound.get(name, value) == value for name, value in wanted.items()):
            key_of[str(bound["id"])] = str(bound["key"])
    results = [(str(lookup(result, metric.id_path)), result) for result in _list_at(response, metric.results_path)]
    return [(key_of[id_], _list_at(result, metric.values_path)) for id_, result in results if id_ in key_of]


def _list_at(value: Json, path: str) -> list[Json]:
    found = lookup(value, path)
    return found if isinstance(found, list) else []


def _places(template: Json) -> set[str]:
    if isinstance(template, dict | list):
        parts = template.values() if isinstance(template, dict) else template
        return {place for part in parts for place in _places(part)}
    return {place} if (place := place_of(template)) else set()


def place_of(template: Json) -> str | None:
    """The name of the place that a text stands for: `key` for `{key}`; None for anything else."""
    is_place = isinstance(template, str) and template[:1] == "{" and template[-1:] == "}" and template[1:-1].isidentifier()
    return template[1:-1] if is_place else None


def reduce(datapoints: Sequence[Json], take: Take) -> float | None:
    """The figure that stands for datapoints, newest first; None for none."""
    figures = [float(point) for point in datapoints if isinstance(point, int | float) and not isinstance(point, bool)]
    if not figures:
        return None
    match take:
        case "latest":
            return figures[0]
        case "mean":
            return fsum(figures) / len(figures)
        case "max":
            return max(figures)
        case "min":
            return min(figures)


def _covers(template: Json, value: Json, found: dict[str, Scalar]) -> bool:
    if isinstance(template, dict):
        return (
            isinstance(value, dict) and template.keys() == value.keys() and _cover_all(template.values(), map(value.get, template), found)
        )
    if isinstance(template, list):
        return isinstance(value, list) and len(template) == len(value) and _cover_all(template, value, found)
    if (place := place_of(template)) is None:
        return bool(template == value) and type(template) is type(value)
    if not isinstance(value, str | int | float):
        return False
    return found.setdefault(place, value) == value


def _cover_all(templates: Iterable[Json], values: Iterable[Json], found: dict[str, Scalar]) -> bool:
    for template, value in zip(templates, values, strict=True):  # noqa: SIM110  a request has hundreds of items: a generator takes twice as long
        if not _covers(template, value, found):
            return False
    return True
