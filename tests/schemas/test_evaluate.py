"""The interpreter of the Query, clause by clause."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.evaluate import compare, evaluate, evaluate_places, parse_time
from schemas.query import Aggregate, Call, Column, Grouping, Join, MetricJoin, Order, Predicate, Query, QueryParameter, Window

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOSTS = Call(alias="hosts", operation="estate:list_hosts")
ROTAS = Call(alias="rotas", operation="estate:list_rotas")
NAME = Column(name="name", path="hosts.name")


def names(query: Query, *rows: dict[str, Any], **arguments: Any) -> list[str]:
    return [row["name"] for row in evaluate(query, {"hosts": rows}, arguments, NOW).rows]


def number(name: str, default: float) -> QueryParameter:
    return QueryParameter(name=name, type="number", default=default)


def test_rows_at_the_threshold_are_not_above_it() -> None:
    query = Query(
        call=HOSTS, select=(NAME,), where=(Predicate(path="hosts.cpu", op="gt", parameter="limit"),), parameters=(number("limit", 80),)
    )
    rows: list[dict[str, Any]] = [{"name": "below", "cpu": 79.9}, {"name": "at", "cpu": 80}, {"name": "above", "cpu": 80.1}]
    assert names(query, *rows) == ["above"]
    assert names(query, *rows, limit=79.9) == ["at", "above"]


def test_missing_values_satisfy_no_comparison_and_are_counted() -> None:
    query = Query(call=HOSTS, select=(NAME,), where=(Predicate(path="hosts.cpu", op="ne", parameter="x"),), parameters=(number("x", 80),))
    result = evaluate(query, {"hosts": [{"name": "a"}, {"name": "b", "cpu": None}, {"name": "c", "cpu": 1}]}, {}, NOW)
    assert result.rows == [{"name": "c"}]
    assert result.missing == {"hosts.cpu": 2}
    assert result.lineage == [(("hosts", 2),)]


@pytest.mark.parametrize("empty", [{}, {"owner": None}, {"owner": ""}, {"owner": []}])
def test_every_form_of_nothing_is_empty(empty: dict[str, Any]) -> None:
    query = Query(call=HOSTS, select=(NAME,), where=(Predicate(path="hosts.owner", op="is_empty"),))
    assert names(query, {"name": "x", **empty}, {"name": "y", "owner": "team"}, {"name": "z", "owner": 0}) == ["x"]


def test_a_join_keeps_rows_whose_partners_its_own_predicates_exclude() -> None:
    query = Query(
        call=HOSTS,
        joins=(Join(call=ROTAS, left="hosts.id", right="rotas.host", where=(Predicate(path="rotas.engineer", op="is_not_empty"),)),),
        where=(Predicate(path="rotas.host", op="is_empty"),),
        select=(NAME,),
    )
    hosts = [{"id": 1, "name": "covered"}, {"id": 2, "name": "vacant"}, {"id": 3, "name": "no rota"}, {"name": "no id"}]
    rotas = [{"host": 1, "engineer": None}, {"host": 1, "engineer": "Dana"}, {"host": 2, "engineer": None}, {"host": None}]
    result = evaluate(query, {"hosts": hosts, "rotas": rotas}, {}, NOW)
    assert [row["name"] for row in result.rows] == ["vacant", "no rota", "no id"]


def test_a_window_holds_both_its_ends_and_excludes_the_future() -> None:
    query = Query(
        call=HOSTS, window=Window(path="hosts.at", parameter="window_hours"), select=(NAME,), parameters=(number("window_hours", 24),)
    )
    ages = {"now": 0, "inside": 23, "edge": 24, "outside": 24.001, "future": -1}
    rows: list[dict[str, Any]] = [{"name": name, "at": (NOW - timedelta(hours=hours)).isoformat()} for name, hours in ages.items()]
    assert names(query, *rows, {"name": "unreadable", "at": "yesterday"}, {"name": "absent"}) == ["now", "inside", "edge"]


def test_missing_values_come_last_in_both_directions() -> None:
    rows: list[dict[str, Any]] = [{"name": "none"}, {"name": "low", "cpu": 1}, {"name": "high", "cpu": 9}]
    for descending, expected in ((False, ["low", "high", "none"]), (True, ["high", "low", "none"])):
        query = Query(call=HOSTS, order=(Order(path="hosts.cpu", descending=descending),), select=(NAME,))
        assert names(query, *rows) == expected


def test_limit_cuts_after_the_order() -> None:
    query = Query(
        call=HOSTS,
        order=(Order(path="hosts.cpu", descending=True),),
        limit="limit",
        select=(NAME,),
        parameters=(QueryParameter(name="limit", type="integer", default=1),),
    )
    rows: list[dict[str, Any]] = [{"name": "a", "cpu": 1}, {"name": "b", "cpu": 3}, {"name": "c", "cpu": 2}]
    assert names(query, *rows) == ["b"]
    assert names(query, *rows, limit=2) == ["b", "c"]
    assert names(query, *rows, limit=0) == []


def test_groups_keep_their_order_of_appearance_and_null_is_a_group() -> None:
    group = Grouping(
        by=(Column(name="tier", path="hosts.tier"),),
        aggregates=(Aggregate(name="count", function="count"), Aggregate(name="avg_cpu", function="avg", path="hosts.cpu")),
    )
    rows = [{"tier": "b", "cpu": 2}, {"tier": None}, {"tier": "b", "cpu": 4}, {"tier": "a", "cpu": "n/a"}]
    result = evaluate(Query(call=HOSTS, group=group), {"hosts": rows}, {}, NOW)
    assert result.rows == [
        {"tier": "b", "count": 2, "avg_cpu": 3},
        {"tier": None, "count": 1, "avg_cpu": None},
        {"tier": "a", "count": 1, "avg_cpu": None},
    ]
    assert result.lineage[0] == (("hosts", 0), ("hosts", 2))


def test_counting_nothing_gives_one_row_of_zero() -> None:
    group = Grouping(by=(), aggregates=(Aggregate(name="count", function="count"),))
    assert evaluate(Query(call=HOSTS, group=group), {"hosts": []}, {}, NOW).rows == [{"count": 0}]


@pytest.mark.parametrize(
    ("value", "expected"),
    [("2026-03-01T12:00:00Z", NOW), ("2026-03-01T13:00:00+01:00", NOW), ("2026-03-01T12:00:00", NOW), (NOW.timestamp(), NOW)],
)
def test_times_are_read_as_rfc_3339_or_unix_seconds(value: Any, expected: datetime) -> None:
    assert parse_time(value) == expected


@pytest.mark.parametrize("value", [None, True, "soon", [], {}, 1e300, float("nan")])
def test_what_is_no_time_is_none(value: Any) -> None:
    assert parse_time(value) is None


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5), st.lists(st.integers(), max_size=2)
)


@given(scalars, st.one_of(st.integers(), st.floats(allow_nan=False), st.text(max_size=5)))
def test_strict_and_loose_comparisons_agree(value: Any, constant: Any) -> None:
    if compare("gt", value, constant):
        assert compare("ge", value, constant)
        assert not compare("le", value, constant)
    if compare("eq", value, constant) and not isinstance(value, bool | list):
        assert compare("ge", value, constant)
        assert not compare("ne", value, constant)


@pytest.mark.parametrize(("function", "expected"), [("sum", 1.0), ("avg", 0.1)])
def test_figures_are_rounded_once_so_that_order_and_python_do_not_matter(function: Any, expected: float) -> None:
    group = Grouping(by=(), aggregates=(Aggregate(name="figure", function=function, path="hosts.cpu"),))
    rows = [{"cpu": 0.1}] * 10  # added one by one they make 0.9999999999999999
    assert evaluate(Query(call=HOSTS, group=group), {"hosts": rows}, {}, NOW).rows == [{"figure": expected}]


CPU = MetricJoin(
    call=Call(alias="cpu", operation="estate:get_series"),
    metric="load",
    left="hosts.name",
    statistic="mean",
    period_seconds=60,
    window="window_minutes",
)


def busy(**more: Any) -> Query:
    parts: dict[str, Any] = {
        "call": HOSTS,
        "metric": CPU,
        "where": (Predicate(path="cpu.value", op="gt", parameter="percent"),),
        "select": (NAME, Column(name="cpu", path="cpu.value")),
        "parameters": (number("percent", 80), number("window_minutes", 30)),
    }
    return Query(**(parts | more))


def test_rows_are_judged_by_their_figure_and_named_where_there_is_none() -> None:
    hosts = [{"name": "hot"}, {"name": "cold"}, {"name": "at"}, {"name": "silent"}]
    cpu = [{"key": "cold", "value": 3}, {"key": "hot", "value": 99.5}, {"key": "at", "value": 80}, {"key": "gone", "value": 100}]
    result = evaluate(busy(), {"hosts": hosts, "cpu": cpu}, {}, NOW)
    assert result.rows == [{"name": "hot", "cpu": 99.5}]
    assert result.lineage == [(("hosts", 0), ("cpu", 1))]
    assert result.unknown == ["silent"]


def test_what_another_condition_leaves_out_is_not_unknown() -> None:
    query = busy(
        where=(Predicate(path="cpu.value", op="gt", parameter="percent"), Predicate(path="hosts.state", op="eq", parameter="state")),
        parameters=(*busy().parameters, QueryParameter(name="state", type="string", default="up")),
    )
    hosts = [{"name": "a", "state": "up"}, {"name": "b", "state": "down"}, {"name": "c"}]
    assert evaluate(query, {"hosts": hosts}, {}, NOW).unknown == ["a"]


def test_a_figure_that_is_only_shown_makes_nothing_unknown() -> None:
    result = evaluate(busy(where=()), {"hosts": [{"name": "a"}]}, {}, NOW)
    assert result.rows == [{"name": "a", "cpu": None}]
    assert result.unknown == []


def test_rows_find_their_partners_in_their_own_place_only() -> None:
    query = Query(
        call=HOSTS,
        joins=(Join(call=ROTAS, left="hosts.team", right="rotas.team"),),
        select=(NAME, Column(name="on_call", path="rotas.engineer")),
        order=(Order(path="hosts.name"),),
    )
    here: Any = {"hosts": [{"name": "b", "team": 1}], "rotas": [{"team": 1, "engineer": "Ann"}]}
    there: Any = {"hosts": [{"name": "a", "team": 1}, {"name": "c", "team": 2}], "rotas": [{"team": 2, "engineer": "Bo"}]}
    result = evaluate_places(query, [here, there], {}, NOW)
    assert result.rows == [{"name": "a", "on_call": None}, {"name": "b", "on_call": "Ann"}, {"name": "c", "on_call": "Bo"}]
    assert result.lineage == [(("hosts", 1),), (("hosts", 0), ("rotas", 0)), (("hosts", 2), ("rotas", 1))]


def test_groups_and_limits_range_over_all_places() -> None:
    group = Grouping(by=(Column(name="tier", path="hosts.tier"),), aggregates=(Aggregate(name="count", function="count"),))
    counted = Query(call=HOSTS, group=group)
    places: Any = [{"hosts": [{"name": "d", "tier": 1}]}, {"hosts": [{"name": "b", "tier": 1}, {"name": "a", "tier": 2}]}]
    assert evaluate_places(counted, places, {}, NOW).rows == [{"tier": 1, "count": 2}, {"tier": 2, "count": 1}]
    first = Query(
        call=HOSTS,
        select=(NAME,),
        order=(Order(path="hosts.name"),),
        limit="limit",
        parameters=(QueryParameter(name="limit", type="integer", default=2),),
    )
    assert evaluate_places(first, places, {}, NOW).rows == [{"name": "a"}, {"name": "b"}]
