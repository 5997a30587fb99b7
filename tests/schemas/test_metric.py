"""Templates of metric requests, written and read back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.metric import Metric, datapoints, fill, place_of, reduce, unify

METRIC = Metric(
    name="load",
    title="Load",
    subject="estate:list_hosts",
    key="name",
    statistic="mean",
    statistics=("mean", "max"),
    period_seconds=60,
    window_minutes=10,
    batch=2,
    request={"from": "{start}", "to": "{end}"},
    items_path="wanted.series",
    item={"id": "{id}", "host": ["{key}"], "of": "load", "every": "{period}", "as": "{statistic}"},
    results_path="series",
    id_path="meta.id",
    values_path="values",
)
BOUND: dict[str, Any] = {"id": "m0", "key": "web-1", "period": 60, "statistic": "mean"}


def item(**changed: Any) -> Any:
    return fill(METRIC.item, BOUND | changed)


def test_what_is_filled_in_is_read_back() -> None:
    assert item() == {"id": "m0", "host": ["web-1"], "of": "load", "every": 60, "as": "mean"}
    assert unify(METRIC.item, item()) == BOUND


@given(st.dictionaries(st.sampled_from(["id", "key", "period", "statistic"]), st.text() | st.integers(), min_size=4, max_size=4))
def test_any_values_are_read_back(bindings: dict[str, Any]) -> None:
    assert unify(METRIC.item, fill(METRIC.item, bindings)) == bindings


@pytest.mark.parametrize(
    "other",
    [
        item() | {"of": "memory"},
        item() | {"more": 1},
        {name: value for name, value in item().items() if name != "of"},
        item() | {"host": ["web-1", "web-2"]},
        item() | {"host": "web-1"},
        item() | {"every": None},
        item() | {"every": {"seconds": 60}},
        "m0",
        None,
    ],
)
def test_what_the_template_does_not_cover_is_not_read(other: Any) -> None:
    assert unify(METRIC.item, other) is None


def test_a_place_that_comes_twice_stands_for_one_value() -> None:
    assert unify(["{key}", "{key}"], ["a", "a"]) == {"key": "a"}
    assert unify(["{key}", "{key}"], ["a", "b"]) is None


def test_a_constant_is_not_another_type_that_equals_it() -> None:
    assert unify({"on": True}, {"on": 1}) is None
    assert unify({"on": 1}, {"on": 1}) == {}


@pytest.mark.parametrize(("text", "name"), [("{key}", "key"), ("{}", None), ("{a b}", None), ("a{key}", None), ("{key", None), (7, None)])
def test_only_a_whole_name_in_braces_is_a_place(text: Any, name: str | None) -> None:
    assert place_of(text) == name


def test_results_in_any_order_go_to_the_keys_that_were_asked_for() -> None:
    request = {"wanted": {"series": [item(id="m0", key="web-1"), item(id="m1", key="web-2")]}}
    response = {"series": [{"meta": {"id": "m1"}, "values": [2]}, {"meta": {"id": "m0"}, "values": [1, 9]}]}
    assert datapoints(METRIC, request, response, {}) == [("web-2", [2]), ("web-1", [1, 9])]


def test_items_with_another_statistic_say_nothing() -> None:
    request = {"wanted": {"series": [item(statistic="max")]}}
    response = {"series": [{"meta": {"id": "m0"}, "values": [1]}]}
    assert datapoints(METRIC, request, response, {"statistic": "mean", "period": 60}) == []
    assert datapoints(METRIC, request, response, {"statistic": "max", "period": 60}) == [("web-1", [1])]


@pytest.mark.parametrize("response", [None, [], {}, {"series": None}, {"series": [None, 1, {"meta": {"id": ["m0"]}}, {"values": [1]}]}])
def test_a_response_of_another_shape_has_no_datapoints(response: Any) -> None:
    assert datapoints(METRIC, {"wanted": {"series": [item()]}}, response, {}) == []


def test_one_figure_stands_for_a_window() -> None:
    points = [4.0, 1, 7]
    assert [reduce(points, take) for take in ("latest", "mean", "max", "min")] == [4.0, 4.0, 7.0, 1.0]


@pytest.mark.parametrize("points", [[], [None], ["9"], [True]])
def test_without_a_figure_there_is_none(points: list[Any]) -> None:
    assert reduce(points, "latest") is None
    assert reduce(points, "mean") is None


def test_a_metric_whose_item_does_not_say_for_what_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no place \{key\}"):
        Metric.model_validate(METRIC.model_dump() | {"item": {"id": "{id}"}})
    with pytest.raises(ValueError, match="usual statistic 'p99' is none of mean, max"):
        Metric.model_validate(METRIC.model_dump() | {"statistic": "p99"})
