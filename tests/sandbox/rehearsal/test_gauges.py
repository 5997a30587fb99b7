"""The rehearsed metrics operation gives figures for what is asked rightly, nothing for what is not, and refuses what AWS refuses."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from sandbox.rehearsal.figures import FigureMaker
from sandbox.rehearsal.gauges import BadInput, Gauge
from sandbox.rehearsal.lenient import lenient
from sandbox.rehearsal.pages import Page
from sandbox.rehearsal.stage import NOW
from tests.sandbox.rehearsal.cloud import queries, slices

METRIC = queries()["busy_instances"].metric
SERIES = {"i-1": [[150.0, 91.0], [450.0, 70.0], [4000.0, 60.0]], "i-22": [], "i-3": [[4000.0, 99.0]]}


@pytest.fixture
def gauge() -> Gauge:
    assert METRIC
    slice_ = lenient(slices()[METRIC.call.operation])
    return Gauge(slice_, FigureMaker(slice_, Random(1), NOW), METRIC, NOW)


def item(key: str, id_: str = "m0", **stat: Any) -> dict[str, Any]:
    dimensions = [{"Name": "InstanceId", "Value": key}]
    metric = {"Namespace": "AWS/EC2", "MetricName": "CPUUtilization", "Dimensions": dimensions}
    return {"Id": id_, "MetricStat": {"Metric": metric, "Period": 300, "Stat": "Average", **stat}}


def request(*items: dict[str, Any], minutes: float = 30, **more: Any) -> dict[str, Any]:
    start = (NOW - timedelta(minutes=minutes)).isoformat()
    return {"MetricDataQueries": [*items], "StartTime": start, "EndTime": NOW.isoformat(), "ScanBy": "TimestampDescending", **more}


def answered(gauge: Gauge, members: dict[str, Any]) -> dict[str, Any]:
    asked = gauge.asked(members)
    body = gauge.body(members, asked, SERIES, Page(0, len(asked), len(asked), len(asked)))
    return {result["Id"]: result for result in body["MetricDataResults"]}


def test_a_right_item_gets_its_datapoints_newest_first_with_their_times(gauge: Gauge) -> None:
    (result,) = answered(gauge, request(item("i-1"))).values()
    assert result["Values"] == [91.0, 70.0]
    assert result["Timestamps"] == [(NOW - timedelta(seconds=age)).isoformat() for age in (150, 450)]
    assert result["StatusCode"] == "Complete"


def test_a_wider_window_gives_older_ones_too_and_one_that_ended_long_ago_gives_only_them(gauge: Gauge) -> None:
    assert answered(gauge, request(item("i-1"), minutes=120))["m0"]["Values"] == [91.0, 70.0, 60.0]
    ended = (NOW - timedelta(minutes=30)).isoformat()
    assert answered(gauge, request(item("i-1"), minutes=120, EndTime=ended))["m0"]["Values"] == [60.0]


def test_oldest_first_is_as_asked(gauge: Gauge) -> None:
    assert answered(gauge, request(item("i-1"), ScanBy="TimestampAscending"))["m0"]["Values"] == [70.0, 91.0]


def test_without_datapoints_there_is_an_empty_result_or_none(gauge: Gauge) -> None:
    results = answered(gauge, request(item("i-22"), item("i-3", "m1"), item("i-nobody", "m2")))
    assert all(result["Values"] == [] for result in results.values())
    assert results.keys() == {"m0", "m2"}


def test_pages_without_a_row_between_them_go_on_with_a_key(gauge: Gauge) -> None:
    members = request(item("i-1"), item("i-1", "m1"))
    asked = gauge.asked(members)
    first, second = (
        gauge.body(members, asked, SERIES, page)["MetricDataResults"] for page in (Page(0, 1, 2, 1, {"NextToken": "on"}), Page(1, 2, 2, 1))
    )
    assert [(result["Id"], result["Values"], result["StatusCode"]) for result in (*first, *second)] == [
        (asked[0].id, [91.0], "PartialData"),
        (asked[0].id, [70.0], "PartialData"),
        (asked[1].id, [91.0, 70.0], "Complete"),
    ]


def test_results_come_in_another_order_than_asked(gauge: Gauge) -> None:
    ids = [f"m{number}" for number in range(9)]
    assert [asked.id for asked in gauge.asked(request(*(item("i-1", id_) for id_ in ids)))] != ids


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"Stat": "Maximum"}, "MetricStat.Stat is 'Maximum', and it should be 'Average'"),
        ({"Period": 60}, "MetricStat.Period is 60, and it should be 300"),
        ({"Unit": "Percent"}, "MetricStat.Unit is more than an item has"),
    ],
)
def test_a_wrong_item_gets_no_values_and_is_complained_of(gauge: Gauge, changed: dict[str, Any], complaint: str) -> None:
    members = request(item("i-1", **changed), item("i-1", "m1"))
    assert {asked.id: asked.complaint for asked in gauge.asked(members)} == {"m0": complaint, "m1": ""}
    results = answered(gauge, members)
    assert results["m1"]["Values"] == [91.0, 70.0]
    assert results.get("m0", {}).get("Values", []) == []


def test_a_whole_batch_is_answered_and_one_more_is_refused(gauge: Gauge) -> None:
    whole = [item("i-1", f"m{number}") for number in range(500)]
    assert len(gauge.asked(request(*whole))) == 500
    with pytest.raises(BadInput, match="501 items, and a call may have at most 500"):
        gauge.asked(request(*whole, item("i-1", "more")))


@pytest.mark.parametrize("ids", [("m0", "m0"), ("M0",), ("i-1",), ("",)])
def test_ids_that_cloudwatch_refuses_are_refused(gauge: Gauge, ids: tuple[str, ...]) -> None:
    with pytest.raises(BadInput, match="not unique"):
        gauge.asked(request(*(item("i-1", id_) for id_ in ids)))


def test_a_request_for_nothing_is_refused(gauge: Gauge) -> None:
    with pytest.raises(BadInput, match="at least one item"):
        gauge.asked(request())
