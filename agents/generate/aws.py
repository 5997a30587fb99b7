"""How a tool fetches a relation, and a metric about its rows, with boto3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore import xform_name

from agents.generate.expressions import holders, literal, prose
from schemas.base import Json
from schemas.metric import Metric, place_of
from schemas.operation import Operation
from schemas.query import Call, MetricJoin

_OWN_NAMES = frozenset({"session", "page"})
_FIGURES = {"latest": "values[0]", "mean": "math.fsum(values) / len(values)", "max": "max(values)", "min": "min(values)"}
"""What stands for a key's values, newest first, that are not empty."""
_WORDS = {"latest": "latest", "mean": "mean", "max": "highest", "min": "lowest"}


def relation(call: Call, operation: Operation) -> dict[str, Any]:
    """What the template says of one AWS operation: lists within lists are gone through by loops, `rows` is an expression."""
    *outer, last = (operation.rows_path or "").split("[].")
    loops, holder = [], "page"
    for name, path in zip(holders(outer, _OWN_NAMES), outer, strict=True):
        loops.append({"variable": name, "lists": _gently(holder, path, "[]")})
        holder = name
    return _calling(operation) | {
        "alias": call.alias,
        "loops": loops,
        "single": operation.row_is_single,
        "rows": _gently(holder, last, "{}" if operation.row_is_single else "[]"),
    }


def metric(join: MetricJoin, operation: Operation) -> dict[str, Any]:
    """What the template says of a metric: its request with the places of the template as expressions."""
    found = operation.metric(join.metric)
    assert found is not None, f"{operation.id} has no metric {join.metric}"
    places = {"start": "start", "end": "end", "period": str(join.period_seconds), "statistic": literal(join.statistic)}
    items = f"[{_code(found.item, places | {'id': 'name', 'key': 'key'})} for name, key in batch.items()]"
    return _calling(operation) | {
        "alias": join.call.alias,
        "words": prose(f"the {_WORDS[join.take]} {found.title}"),
        "request": ", ".join(f"{name}={value}" for name, value in _request(found, items, places).items()),
        "batch": found.batch,
        "window": join.window,
        "results": _gently("page", found.results_path, "[]"),
        "id": f"result{_subscripts(found.id_path)}",
        "points": _gently("result", found.values_path, "[]"),
        "figure": _FIGURES[join.take],
    }


def method(operation: Operation) -> str:
    """boto3's name of it: `describe_instances`."""
    return str(xform_name(operation.name.partition(".")[2]))


def service(operation: Operation) -> str:
    """boto3's name of its service: `ec2`."""
    return operation.name.partition(".")[0]


def _calling(operation: Operation) -> dict[str, Any]:
    return {
        "service": literal(service(operation)),
        "method": method(operation),
        "label": prose(operation.label),
        "is_paged": operation.pagination is not None,
    }


def _request(found: Metric, items: str, places: Mapping[str, str]) -> dict[str, str]:
    """The arguments of one call; the items stand where the metric says."""
    top, *steps = found.items_path.split(".")
    for step in reversed(steps):
        items = f"{{{literal(step)}: {items}}}"
    return {top: items} | {name: _code(value, places) for name, value in found.request.items() if name != top}


def _code(template: Json, places: Mapping[str, str]) -> str:
    """A template as a Python expression."""
    if isinstance(template, dict):
        return "{" + ", ".join(f"{literal(name)}: {_code(value, places)}" for name, value in template.items()) + "}"
    if isinstance(template, list):
        return f"[{', '.join(_code(value, places) for value in template)}]"
    place = place_of(template)
    if place is not None and place in places:
        return places[place]
    return literal(template) if isinstance(template, str) else repr(template)


def _subscripts(path: str) -> str:
    return "".join(f"[{literal(step)}]" for step in path.split("."))


def _gently(holder: str, path: str, default: str) -> str:
    """A lookup through nested objects, any of which an answer may leave out."""
    *steps, last = path.split(".")
    if not last:
        return holder
    return holder + "".join(f".get({literal(step)}, {{}})" for step in steps) + f".get({literal(last)}, {default})"
