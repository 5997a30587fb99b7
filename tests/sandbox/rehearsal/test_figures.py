"""Series come to their figure in the window that is asked for, and to something else for whoever reads them wrongly."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.rehearsal.figures import STALE, Plotter, Series, figure, joins_of
from schemas.metric import Take
from schemas.query import MetricJoin, Query
from tests.sandbox.rehearsal.cloud import queries

QUERY = queries()["busy_instances"]
MINUTES: tuple[dict[str, float], ...] = ({}, {"window_minutes": 61, "cpu": 87.0})
SHORT, LONG = 30 * 60.0, 61 * 60.0


def metric(take: Take = "latest") -> MetricJoin:
    assert QUERY.metric
    return QUERY.metric.model_copy(update={"take": take})


def plotted(take: Take = "latest", **row: Any) -> Series:
    series: Series = Plotter(QUERY, metric(take), MINUTES).plotted({"key": "i-1", **row})["series"]
    return series


@pytest.mark.parametrize("take", ["latest", "mean", "max", "min"])
@pytest.mark.parametrize("value", [79.9, 80.0, 80.1, 0.0])
def test_a_series_comes_to_its_figure_in_the_shortest_window(take: Take, value: float) -> None:
    series = plotted(take, value=value)
    assert figure(series, SHORT, take) == pytest.approx(value)
    assert [age for age, _ in series] == sorted(age for age, _ in series)


@pytest.mark.parametrize("value", [79.9, 80.1])
@pytest.mark.parametrize("take", ["mean", "max", "min"])
def test_whatever_else_is_taken_than_the_newest_is_on_the_other_side_of_the_bound_or_at_least_another(value: float, take: Take) -> None:
    series = plotted(value=value)
    taken = [figure(series, SHORT, take), series[-1][1]]
    assert all(other != value for other in taken if other != max(value, 80.1) and other != min(value, 79.9))
    assert (series[-1][1] > 80) != (value > 80)


@pytest.mark.parametrize(("wrong", "right"), [("latest", "mean"), ("latest", "max"), ("latest", "min"), ("max", "mean"), ("min", "mean")])
def test_a_series_tells_one_way_to_take_it_from_another(wrong: Take, right: Take) -> None:
    series = plotted(right, value=80.0)
    assert figure(series, SHORT, wrong) != figure(series, SHORT, right)


def test_stale_series_lie_behind_each_window_in_turn() -> None:
    plotter = Plotter(QUERY, metric(), MINUTES)
    first, second = (plotter.plotted({"key": "i-1", "value": 90.0, STALE: turn})["series"] for turn in range(2))
    assert (figure(first, SHORT, "latest"), figure(first, LONG, "latest")) == (None, 90.0)
    assert (figure(second, SHORT, "latest"), figure(second, LONG, "latest")) == (None, None)
    assert figure(second, LONG + 300, "latest") == 90.0


def test_a_row_without_a_figure_has_no_datapoint() -> None:
    assert plotted() == []


def test_no_datapoint_lies_at_the_edge_of_a_window() -> None:
    series = plotted(value=90.0)
    assert all(abs(age - edge) >= 60 for age, _ in series for edge in (0, SHORT, LONG))


def test_a_metric_is_joined_last_on_its_key() -> None:
    (join,) = joins_of(QUERY)
    assert (join.left, join.right) == ("instances.InstanceId", "cpu.key")
    assert joins_of(Query.model_validate(QUERY.model_dump() | {"metric": None, "where": (), "order": (), "select": QUERY.select[:1]})) == ()
