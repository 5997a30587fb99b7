"""The tests of a tool that speaks to AWS: botocore's stubs, which hold the sample answers against the service's model."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from agents.generate.aws import method, service
from agents.generate.bodies import body, put
from agents.generate.expressions import literal
from agents.generate.samples import Relations, Samples, nothing
from schemas.base import Json
from schemas.evaluate import evaluate
from schemas.metric import Take
from schemas.operation import CursorPagination, Operation
from schemas.query import Call, Column, Query

_SERIES: dict[Take, tuple[float, ...]] = {"latest": (0.0, 5.0), "mean": (1.0, -1.0), "max": (-1.0, 0.0), "min": (1.0, 0.0)}
"""What to add to a figure for datapoints, newest first, that it stands for."""


def context(query: Query, operations: Mapping[str, Operation], samples: Samples, now: datetime) -> dict[str, Any]:
    """What the template of the tests needs; `operations` by id."""
    stubs = _Stubs(query, operations, samples, now)
    empty = nothing(query, operations, samples.models)
    is_paged = operations[query.call.operation].pagination is not None
    told = {
        "services": ", ".join(literal(service(operations[call.operation])) for call in _of_distinct_services(query, operations)),
        "is_paged": is_paged,
        "has_metric": query.metric is not None,
        "partners": stubs.partners(samples.rows),
        "rows": stubs.rows(samples.rows),
        "figures": stubs.figures(samples.rows, samples.rows[query.metric.call.alias]) if query.metric else "",
        "silence": stubs.figures(samples.rows, []) if query.metric else "",
        "first_page": stubs.first_page() if is_paged else "",
        "nothing": f"[{', '.join(stubs.nothing())}]",
        "refused": stubs.refused(operations[(query.joins[0].call if query.joins else query.call).operation]),
        "expected": stubs.shown(evaluate(query, samples.rows, {}, now).rows),
        "expected_of_silence": stubs.shown(evaluate(query, samples.rows | _unmeasured(query), {}, now).rows),
        "expected_of_nothing": repr(evaluate(query, empty | _unmeasured(query), {}, now).rows),
    }
    return told | {"stamps": [(name, f"{age:g}") for name, (_, age) in samples.told_in(str(told)).items()]}


def _of_distinct_services(query: Query, operations: Mapping[str, Operation]) -> list[Call]:
    return list({service(operations[call.operation]): call for call in query.calls}.values())


def _unmeasured(query: Query) -> Relations:
    return {query.metric.call.alias: []} if query.metric else {}


class _Stubs:
    """Answers as Python source, in the order in which the tool asks. Lives for one writing."""

    def __init__(self, query: Query, operations: Mapping[str, Operation], samples: Samples, now: datetime) -> None:
        self._query = query
        self._operations = operations
        self._names = {moment: name for name, (moment, _) in samples.stamps.items()}
        self._models = samples.models
        self._now = now

    def partners(self, relations: Relations) -> list[str]:
        """The answers to the calls of the joins."""
        return [self._answer(join.call, relations) for join in self._query.joins]

    def rows(self, relations: Relations) -> str:
        """The answer with the rows that the Query is about."""
        return self._answer(self._query.call, relations)

    def nothing(self) -> list[str]:
        """Answers without a single row."""
        return [self._told(self._operations[call.operation], {}) for call in (*(join.call for join in self._query.joins), self._query.call)]

    def figures(self, relations: Relations, found: list[Json]) -> str:
        """The metric's answer about the rows for which it is asked, with these of its figures."""
        assert self._query.metric is not None
        return self._told(self._operations[self._query.metric.call.operation], self._measured(self._asked(relations), found))

    def first_page(self) -> str:
        """A page without rows that says that there are more, as AWS's do where a filter left none."""
        operation = self._operations[self._query.call.operation]
        page: dict[str, Json] = {}
        if isinstance(operation.pagination, CursorPagination):
            put(page, operation.pagination.next_path, "more")
            if operation.pagination.more_path:
                put(page, operation.pagination.more_path, value=True)
        return self._told(operation, page)

    def refused(self, operation: Operation) -> str:
        return f'[({literal(service(operation))}, "{method(operation)}", "AccessDenied")]'

    def shown(self, rows: Json) -> str:
        """Result rows, in which times are text."""
        return _source(rows, {moment: f"{name}.isoformat()" for moment, name in self._names.items()})

    def _answer(self, call: Call, relations: Relations) -> str:
        operation = self._operations[call.operation]
        return self._told(operation, body(operation, relations[call.alias]))

    def _told(self, operation: Operation, answer: Json) -> str:
        model = self._models.get(operation.id)
        whole = model.body(answer) if model else answer
        return f'({literal(service(operation))}, "{method(operation)}", {_source(whole, self._names)})'

    def _asked(self, relations: Relations) -> list[Json]:
        """The keys that the tool asks the metric for: those of the rows that all other conditions let pass."""
        query, metric = self._query, self._query.metric
        assert metric is not None
        only_rows = query.model_copy(
            update={
                "metric": None,
                "where": tuple(predicate for predicate in query.where if predicate.path != metric.path),
                "group": None,
                "order": (),
                "limit": None,
                "select": (Column(name="key", path=metric.left),),
            }
        )
        rows = evaluate(only_rows, relations, {}, self._now).rows
        return list(dict.fromkeys(row["key"] for row in rows if row["key"]))

    def _measured(self, keys: list[Json], figures: list[Json]) -> Json:
        join = self._query.metric
        assert join is not None
        metric = self._operations[join.call.operation].metric(join.metric)
        assert metric is not None
        value_of = {row["key"]: row["value"] for row in figures}
        results: list[Json] = []
        for number, key in enumerate(keys):
            result: dict[str, Json] = {}
            put(result, metric.id_path, f"m{number}")
            put(result, metric.values_path, [value_of[key] + by for by in _SERIES[join.take]] if key in value_of else [])
            results.append(result)
        page: dict[str, Json] = {}
        put(page, metric.results_path, results)
        return page


def _source(value: Json, names: Mapping[str, str]) -> str:
    """JSON as Python source, with names for the texts that have one."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(name)}: {_source(inner, names)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(_source(inner, names) for inner in value)}]"
    return names.get(value, literal(value)) if isinstance(value, str) else repr(value)
