"""A Query refuses what does not hang together, and knows what it shares with another."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from schemas.query import Aggregate, Call, Column, Grouping, MetricJoin, Order, Predicate, Query, QueryParameter


def top_hosts(alias: str = "hosts", parameter: str = "limit", default: int = 5, path: str = "cpu", **extra: Any) -> Query:
    return Query(
        call=Call(alias=alias, operation="estate:list_hosts"),
        order=(Order(path=f"{alias}.{path}", descending=True),),
        limit=parameter,
        select=(Column(name="name", path=f"{alias}.name"),),
        parameters=(QueryParameter(name=parameter, type="integer", default=default),),
        **extra,
    )


def test_queries_that_differ_in_constants_words_and_local_names_have_one_shape() -> None:
    other = top_hosts(alias="machines", parameter="n", default=3, subject="machines", assumptions=("…",))
    assert other.shape_digest == top_hosts().shape_digest


@pytest.mark.parametrize(
    "other",
    [
        top_hosts(path="memory"),
        top_hosts(where=(Predicate(path="hosts.tier", op="is_empty"),)),
        top_hosts().model_copy(update={"order": (Order(path="hosts.cpu"),)}),
        top_hosts().model_copy(update={"select": (Column(name="id", path="hosts.id"),)}),
        top_hosts().model_copy(update={"call": Call(alias="hosts", operation="estate:list_servers")}),
    ],
)
def test_a_near_miss_is_another_shape(other: Query) -> None:
    assert other.shape_digest != top_hosts().shape_digest


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"limit": "n"}, "parameter 'n' is used but not defined; defined: none"),
        ({"order": [{"path": "pods.cpu"}]}, "path 'pods.cpu' does not start with an alias"),
        ({"select": []}, "selects columns or groups rows"),
        ({"select": [{"name": "a", "path": "h.a"}, {"name": "a", "path": "h.b"}]}, "column 'a' is defined twice"),
        ({"where": [{"path": "h.a", "op": "gt"}]}, "comparisons need a parameter"),
        ({"where": [{"path": "h.a", "op": "is_empty", "parameter": "x"}]}, "emptiness tests take none"),
    ],
)
def test_a_query_that_does_not_hang_together_is_refused(change: dict[str, Any], message: str) -> None:
    base: dict[str, Any] = {"call": {"alias": "h", "operation": "s:o"}, "select": [{"name": "a", "path": "h.a"}]}
    with pytest.raises(ValidationError, match=message):
        Query.model_validate(base | change)


def test_a_grouped_query_is_ordered_by_its_columns_only() -> None:
    group = Grouping(by=(Column(name="tier", path="h.tier"),), aggregates=(Aggregate(name="count", function="count"),))
    call = Call(alias="h", operation="s:o")
    assert Query(call=call, group=group, order=(Order(path="count"),)).column_names == ("tier", "count")
    with pytest.raises(ValidationError, match=r"'h\.tier' is none of tier, count"):
        Query(call=call, group=group, order=(Order(path="h.tier"),))


def test_count_takes_no_path_and_the_others_need_one() -> None:
    with pytest.raises(ValidationError, match="sum needs a path"):
        Aggregate(name="x", function="sum")
    with pytest.raises(ValidationError, match="count takes no path"):
        Aggregate(name="x", function="count", path="h.a")


def with_cpu(alias: str = "cpu", window: str = "minutes", **metric: Any) -> Query:
    parts: dict[str, Any] = {"metric": "load", "left": "hosts.name", "statistic": "mean", "period_seconds": 60, "window": window}
    return Query(
        call=Call(alias="hosts", operation="estate:list_hosts"),
        metric=MetricJoin(call=Call(alias=alias, operation="estate:get_series"), **(parts | metric)),
        where=(Predicate(path=f"{alias}.value", op="gt", parameter="percent"),),
        select=(Column(name="name", path="hosts.name"),),
        parameters=(
            QueryParameter(name="percent", type="number", default=80),
            QueryParameter(name=window, type="integer", default=30),
        ),
    )


def test_a_metric_is_part_of_the_shape_and_its_local_names_are_not() -> None:
    assert with_cpu(alias="busy", window="w").shape_digest == with_cpu().shape_digest
    for other in (with_cpu(statistic="max"), with_cpu(take="mean"), with_cpu(period_seconds=300), with_cpu(metric="memory")):
        assert other.shape_digest != with_cpu().shape_digest


def test_a_query_without_a_metric_has_the_shape_that_it_had_before_there_were_metrics() -> None:
    assert "metric" not in top_hosts().shape()


def test_a_metric_needs_its_key_and_its_window_defined() -> None:
    assert [call.alias for call in with_cpu().calls] == ["hosts", "cpu"]
    assert [call.alias for call in with_cpu().relations] == ["hosts"]
    with pytest.raises(ValidationError, match=r"path 'pods\.name' does not start with an alias"):
        with_cpu(left="pods.name")
    with pytest.raises(ValidationError, match="alias 'hosts' is defined twice"):
        with_cpu(alias="hosts")
