"""Grounding over regions: each is held against its own calls, and a figure that nobody has is unknown rather than small."""

from __future__ import annotations

from typing import Any

import pytest

from agents.answering import MOST_NAMED, Grounds, Returned, ground_rows, sentence
from agents.speech.voice import Voice
from schemas.answer import Language
from schemas.evaluate import Row
from schemas.query import Order, QueryParameter
from schemas.run import Transcript
from tests.agents.regions import (
    BUSY,
    BY_TYPE,
    EU,
    INSTANCES,
    METRICS,
    OPERATIONS,
    US,
    asked,
    call,
    instances,
    measured,
    transcript,
)

HEARD = transcript(
    call(US, INSTANCES, instances("i-1", "i-2", token="t")),
    call(US, INSTANCES, instances("i-3", "i-4", type_="m5"), {"NextToken": "t"}),
    call(US, METRICS, measured([81.0, 10.0], [80.0, 99.0], [], [97.5]), asked("i-1", "i-2", "i-3", "i-4")),
    call(EU, INSTANCES, instances("i-5", type_="m5")),
    call(EU, METRICS, measured([90.0]), asked("i-5")),
)
IN_US: list[Row] = [{"InstanceId": "i-4", "cpu": 97.5}, {"InstanceId": "i-1", "cpu": 81.0}]
IN_EU: list[Row] = [{"InstanceId": "i-5", "cpu": 90.0}]


def grounded(us: list[Row] = IN_US, eu: list[Row] | None = IN_EU, heard: Transcript = HEARD, language: Language = "en") -> Grounds:
    returned = Returned({US: us} | ({EU: eu} if eu is not None else {}))
    return ground_rows(BUSY, OPERATIONS, {}, returned, heard, Voice(language))


def test_rows_of_all_regions_stand_in_the_querys_order_with_their_region_and_their_calls() -> None:
    grounds = grounded()
    assert grounds.columns == ("region", "InstanceId", "cpu")
    assert grounds.rows == ((US, "i-4", 97.5), (EU, "i-5", 90.0), (US, "i-1", 81.0))
    assert [evidence.calls for evidence in grounds.evidence] == [(2, 3), (4, 5), (1, 3)]
    assert grounds.completeness.complete
    assert (grounds.completeness.calls, grounds.completeness.rows_seen) == (5, 5)


def test_one_region_alone_needs_no_column() -> None:
    grounds = grounded(eu=None)
    assert grounds.columns == ("InstanceId", "cpu")
    assert grounds.rows == (("i-4", 97.5), ("i-1", 81.0))


def test_what_has_no_datapoint_is_unknown_and_the_basis_is_said() -> None:
    grounds = grounded()
    assert grounds.unknown == ("i-3",)
    assert grounds.caveats == (
        "CPU utilization: the newest datapoint of the last 30 minutes, Average over 300 s, in percent",
        "no datapoint of CPU utilization: 1 unknown: i-3",
    )


@pytest.mark.parametrize(("language", "said"), [("zh-Hans", "没有 CPU utilization 的数据点"), ("zh-Hant", "沒有 CPU utilization 的")])
def test_the_unknown_is_said_in_the_questions_language(language: Language, said: str) -> None:
    assert said in grounded(language=language).caveats[1]


@pytest.mark.parametrize(("count", "more"), [(MOST_NAMED, ""), (MOST_NAMED + 1, "…")])
def test_no_more_than_twenty_unknown_are_named(count: int, more: str) -> None:
    ids = [f"i-{number}" for number in range(count)]
    heard = transcript(call(US, INSTANCES, instances(*ids)), call(US, METRICS, measured(), asked(*ids)))
    grounds = grounded([], None, heard)
    assert len(grounds.unknown) == count
    assert grounds.caveats[1].endswith(f"i-{MOST_NAMED - 1}{more}")


def test_a_row_is_supported_only_by_its_own_region() -> None:
    grounds = grounded(IN_US + IN_EU, [])
    assert grounds.rows == ((US, "i-4", 97.5), (US, "i-1", 81.0))
    assert grounds.completeness.gaps == (
        "1 row that no recorded response supports removed",
        "1 row that the responses support missing from the tool's result",
    )


def test_a_region_that_failed_is_a_gap_and_the_others_still_say_where() -> None:
    grounds = ground_rows(BUSY, OPERATIONS, {}, Returned({US: IN_US}, {EU: "AWS does not allow ec2:DescribeInstances."}), HEARD)
    assert grounds.columns[0] == "region"
    assert [row[0] for row in grounds.rows] == [US, US]
    assert grounds.completeness.gaps == ("eu-west-1 is not in it: AWS does not allow ec2:DescribeInstances.",)
    assert sentence(BUSY, BUSY.defaults, grounds).endswith("2 rows, from partial data.")


def test_groups_go_through_all_regions() -> None:
    us: list[Row] = [{"type": "t3", "count": 2}, {"type": "m5", "count": 2}]
    grounds = ground_rows(BY_TYPE, OPERATIONS, {}, Returned({US: us, EU: [{"type": "m5", "count": 1}]}), HEARD)
    assert (grounds.columns, grounds.rows) == (("type", "count"), (("m5", 3), ("t3", 2)))
    assert [evidence.calls for evidence in grounds.evidence] == [(2, 4), (1,)]


def test_a_limit_counts_through_all_regions() -> None:
    limit = QueryParameter(name="limit", type="integer", default=2)
    query = BUSY.model_copy(update={"limit": "limit", "parameters": (*BUSY.parameters, limit)})
    grounds = ground_rows(query, OPERATIONS, {}, Returned({US: IN_US, EU: IN_EU}), HEARD)
    assert [row[1] for row in grounds.rows] == ["i-4", "i-5"]
    assert grounds.completeness.complete


@pytest.mark.parametrize(
    "wrong", [asked("i-1", minutes=60), asked("i-1", statistic="Maximum"), asked("i-1", period=60), {**asked("i-1"), "ScanBy": "Ascending"}]
)
def test_a_figure_about_something_else_is_none_and_makes_the_answer_partial(wrong: Any) -> None:
    heard = transcript(call(US, INSTANCES, instances("i-1")), call(US, METRICS, measured([99.0]), wrong))
    grounds = grounded([{"InstanceId": "i-1", "cpu": 99.0}], None, heard)
    assert grounds.rows == ()
    assert "the figure of 1 row was never asked for" in grounds.completeness.gaps


@pytest.mark.parametrize(("minutes", "is_heard"), [(25, True), (35, True), (24.9, False), (35.1, False)])
def test_a_window_may_be_rounded_to_whole_periods(minutes: float, is_heard: bool) -> None:
    heard = transcript(call(US, INSTANCES, instances("i-1")), call(US, METRICS, measured([99.0]), asked("i-1", minutes=minutes)))
    assert bool(grounded([{"InstanceId": "i-1", "cpu": 99.0}], None, heard).rows) is is_heard


def test_only_rows_that_the_figure_decides_have_to_be_asked_about() -> None:
    stopped = transcript(call(US, INSTANCES, instances("i-1", state="stopped")))
    assert grounded([], None, stopped).completeness.complete
    running = transcript(call(US, INSTANCES, instances("i-1", "i-2")), call(US, METRICS, measured([1.0]), asked("i-1")))
    assert grounded([], None, running).completeness.gaps == ("the figure of 1 row was never asked for",)


def test_pages_of_one_batch_go_on_with_a_key() -> None:
    pages = [
        call(US, METRICS, measured([], token="t"), asked("i-1")),
        call(US, METRICS, measured([95.0]), asked("i-1", token="t")),
    ]
    grounds = grounded([{"InstanceId": "i-1", "cpu": 95.0}], None, transcript(call(US, INSTANCES, instances("i-1")), *pages))
    assert grounds.rows == (("i-1", 95.0),)
    assert grounds.evidence[0].calls == (1, 2, 3)
    assert grounds.completeness.complete


def test_a_page_left_unread_is_noticed_although_other_calls_came_after_it() -> None:
    calls = [
        call(US, INSTANCES, instances("i-1", "i-2")),
        call(US, METRICS, measured([95.0], token="left"), asked("i-1")),
        call(US, METRICS, measured([96.0]), asked("i-2")),
    ]
    grounds = grounded([{"InstanceId": "i-2", "cpu": 96.0}, {"InstanceId": "i-1", "cpu": 95.0}], None, transcript(*calls))
    assert grounds.completeness.gaps == ("cloudwatch:GetMetricData (us-east-1): a next page was offered and not read",)


def test_a_listing_that_was_never_asked_is_a_gap_and_metrics_of_nothing_are_not() -> None:
    assert grounded([], None, transcript()).completeness.gaps == ("ec2:DescribeInstances (us-east-1) was never asked",)
    assert grounded([], None, transcript(call(US, INSTANCES, instances()))).completeness.complete


def test_without_a_condition_on_it_a_missing_figure_is_a_caveat() -> None:
    query = BUSY.model_copy(update={"where": BUSY.where[:1], "order": (Order(path="cpu.value", descending=True),)})
    rows: list[Row] = [*IN_US, {"InstanceId": "i-2", "cpu": 80.0}, {"InstanceId": "i-3", "cpu": None}]
    grounds = ground_rows(query, OPERATIONS, {}, Returned({US: sorted(rows, key=lambda row: -(row["cpu"] or 0))}), HEARD)
    assert grounds.rows[-1] == ("i-3", None)
    assert grounds.unknown == ()
    assert "1 row has no datapoint of CPU utilization" in grounds.caveats
