"""Queries that a model may write, and what is said of those that can't be used."""

from __future__ import annotations

from typing import Any

import pytest

from agents.knowledge import Reading
from agents.plan_check import problems
from schemas.metric import Metric
from schemas.operation import Operation, RowField
from schemas.query import Call, Column, Join, MetricJoin, Predicate, Query, QueryParameter, Window
from tests.agents.test_material import operation

FIELDS = (
    RowField(path="id", type="string"),
    RowField(path="size", type="integer"),
    RowField(path="tags", type="object"),
    RowField(path="owner.name", type="string"),
)
LISTED = operation("list").model_copy(update={"fields": FIELDS})
SHOWN: dict[str, Operation] = {LISTED.id: LISTED, "other:list": LISTED.model_copy(update={"id": "other:list", "source": "other"})}


def query(**changes: Any) -> Query:
    made: dict[str, Any] = {
        "call": Call(alias="things", operation="s:list"),
        "where": (Predicate(path="things.size", op="gt", parameter="least"),),
        "select": (Column(name="id", path="things.id"),),
        "parameters": (QueryParameter(name="least", type="integer", default=3),),
    }
    return Query.model_validate(made | changes)


def parameter(**changes: Any) -> dict[str, Any]:
    return {"parameters": (QueryParameter.model_validate({"name": "least", "type": "integer", "default": 3} | changes),)}


def test_a_query_that_holds_to_what_there_is_has_no_problems() -> None:
    assert problems(query(), SHOWN) == ()


@pytest.mark.parametrize("path", ["things.owner.name", "things.tags.team", "things.tags.team.lead"])
def test_nested_fields_and_the_inside_of_an_open_object_may_be_read(path: str) -> None:
    assert problems(query(select=(Column(name="id", path=path),)), SHOWN) == ()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"call": Call(alias="things", operation="s:lists")}, "'s:lists' is not among those listed: s:list, other:list"),
        ({"select": (Column(name="id", path="things.idd"),)}, "s:list has no field 'idd'; the nearest: id"),
        ({"select": (Column(name="id", path="things.id.part"),)}, "s:list has no field 'id.part'"),
        ({"select": (Column(name="id", path="things."),)}, "s:list has no field ''"),
        ({"call": Call(alias="import", operation="s:list"), "where": (Predicate(path="import.size", op="gt", parameter="least"),),
          "select": (Column(name="id", path="import.id"),)}, "'import' is no name"),
        ({"select": (Column(name="id') + evil(", path="things.id"),)}, "is no name"),
        ({"where": (Predicate(path="things.size", op="gt", parameter="client"),), **parameter(name="client")}, "must not be called client"),
        (parameter(default="three"), "'three', is no integer"),
        (parameter(default=True), "'True', is no integer"),
        (parameter(type="boolean", default=1), "'1', is no boolean"),
        ({"where": ()}, "parameter least is not used"),
        ({"limit": "least", **parameter(type="number", default=3.0)}, "limit least is not an integer"),
        ({"window": Window(path="things.id", parameter="least"), "where": (), **parameter(type="string", default="3")}, "not a number of hours"),
        ({"joins": (Join(call=Call(alias="others", operation="other:list"), left="things.id", right="others.id"),)}, "several sources, s and other"),
    ],
)  # fmt: skip
def test_a_problem_is_told_so_that_it_can_be_mended(changes: dict[str, Any], problem: str) -> None:
    assert problem in "\n".join(problems(query(**changes), SHOWN))


GAUGE = Metric(
    name="load", title="Load", subject="s:list", key="id", unit="percent", statistic="Average", statistics=("Average", "Maximum"),
    period_seconds=300, window_minutes=30, batch=2, request={}, items_path="items", item={"id": "{id}", "key": "{key}"},
    results_path="results", id_path="id", values_path="values",
)  # fmt: skip
READINGS = {LISTED.id: (Reading(GAUGE, operation("read").model_copy(update={"metrics": (GAUGE,)})),)}


def measured(path: str = "load.value", **changes: Any) -> Query:
    join = {"call": Call(alias="load", operation="s:read"), "metric": "load", "left": "things.id", "statistic": "Average"}
    parameters = tuple(QueryParameter(name=name, type="integer", default=30) for name in ("least", "minutes"))
    where = (Predicate(path=path, op="gt", parameter="least"),)
    metric = MetricJoin.model_validate(join | {"period_seconds": 300, "window": "minutes"} | changes)
    return query(metric=metric, where=where, parameters=parameters)


def test_a_metric_that_was_shown_can_be_used() -> None:
    assert problems(measured(), SHOWN, READINGS) == ()


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (measured(metric="temperature"), "s:list has no metric 'temperature'; it has: load"),
        (measured(call=Call(alias="load", operation="s:list")), "metric load is read through s:read"),
        (measured(left="things.size"), "metric load is joined on things.id"),
        (measured(statistic="p99"), "metric load has no statistic 'p99'; it has: Average, Maximum"),
        (measured(period_seconds=60), "the period of metric load is 300 seconds"),
        (measured(path="load.key"), "there is load.value only, not 'load.key'"),
    ],
)
def test_a_metric_that_was_not_is_told(wrong: Query, problem: str) -> None:
    [told] = problems(wrong, SHOWN, READINGS)
    assert problem in told


def test_a_metric_of_nothing_that_was_shown_is_none() -> None:
    assert problems(measured(), SHOWN) == ("s:list has no metric 'load'; it has: none",)
