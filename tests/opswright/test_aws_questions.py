"""Questions about a cloud of two regions, each held against plain boto3 on the same account."""

from __future__ import annotations

from collections import Counter
from statistics import fmean
from typing import Any

import httpx
import pytest

from eval.cloud.fleet import REGIONS, fleet
from eval.servers import Cloud
from opswright.wiring import Runtime
from schemas.answer import Answer
from tests.clouds import instances, newest_cpu

BUSY = "list EC2 instances with CPU > 80%"
BUSY_IN_SIMPLIFIED = "列出CPU>80%的EC2实例"
BUSY_IN_TRADITIONAL = "列出CPU使用率超過80%的EC2執行個體"
BY_TYPE = "count running instances by type"

Cpu = dict[tuple[str, str], float | None]
"""By region and instance."""


def ask(wired: Runtime, question: str) -> Answer:
    record = wired.ask(question, on_step=lambda _: None)
    assert record.answer is not None, record
    return record.answer


def column(answer: Answer, name: str) -> list[Any]:
    return [row[answer.columns.index(name)] for row in answer.rows]


@pytest.fixture(scope="module")
def cpu(cloud: Cloud) -> Cpu:
    return {(region, key): percent for region in REGIONS for key, percent in newest_cpu(cloud, region).items()}


@pytest.fixture(scope="module")
def busy(clouded: Runtime) -> Answer:
    return ask(clouded, BUSY)


def test_busy_instances_are_those_that_plain_boto3_finds(busy: Answer, cpu: Cpu) -> None:
    expected = {key: percent for key, percent in cpu.items() if percent is not None and percent > 80}
    found = zip(column(busy, "region"), column(busy, "InstanceId"), strict=True)
    assert dict(zip(found, column(busy, "cpu"), strict=True)) == expected
    assert busy.completeness.complete
    assert busy.completeness.rows_seen >= len(cpu)


def test_instances_without_datapoints_are_named_as_unknown_and_not_listed(busy: Answer, cpu: Cpu) -> None:
    assert sorted(busy.unknown) == sorted(instance for (_, instance), percent in cpu.items() if percent is None)
    assert set(busy.unknown).isdisjoint(column(busy, "InstanceId"))


def test_an_answer_about_a_metric_says_what_its_figures_are(busy: Answer) -> None:
    said = " ".join(busy.caveats)
    for word in ("Average", "300", "datapoint"):
        assert word in said


@pytest.mark.parametrize("question", [BUSY_IN_SIMPLIFIED, BUSY_IN_TRADITIONAL])
def test_asked_in_chinese_the_same_tool_gives_the_same_rows(clouded: Runtime, busy: Answer, question: str) -> None:
    answer = ask(clouded, question)
    assert (answer.tool, answer.reused) == (busy.tool, True)
    assert (answer.rows, sorted(answer.unknown)) == (busy.rows, sorted(busy.unknown))
    assert answer.language == ("zh-Hans" if question == BUSY_IN_SIMPLIFIED else "zh-Hant")


def test_another_threshold_is_a_reuse(clouded: Runtime, busy: Answer, cpu: Cpu) -> None:
    answer = ask(clouded, "EC2 instances with CPU above 90%")
    assert answer.reused
    assert sorted(column(answer, "cpu")) == sorted(percent for percent in cpu.values() if percent is not None and percent > 90)


def test_the_top_is_that_of_both_regions_together(clouded: Runtime, cpu: Cpu) -> None:
    answer = ask(clouded, "top 5 instances by CPU")
    assert column(answer, "cpu") == sorted((percent for percent in cpu.values() if percent is not None), reverse=True)[:5]


def test_the_average_of_a_window_is_that_of_all_its_datapoints(clouded: Runtime) -> None:
    answer = ask(clouded, "EC2 instances with average CPU above 60% in the last 2 hours")
    averages = [fmean(percentages) for launch in fleet(7) for percentages in launch.cpu if percentages]
    assert sorted(column(answer, "cpu")) == pytest.approx(sorted(average for average in averages if average > 60))


def test_running_instances_by_type_are_counted_over_both_regions(clouded: Runtime, cloud: Cloud) -> None:
    answer = ask(clouded, BY_TYPE)
    served = [instance for region in REGIONS for instance in instances(cloud, region)]
    expected = Counter(instance["InstanceType"] for instance in served if instance["State"]["Name"] == "running")
    assert "region" not in answer.columns
    assert {row[0]: row[1] for row in answer.rows} == expected


def test_each_row_rests_on_calls_of_its_own_region(clouded: Runtime, busy: Answer) -> None:
    place_of = {call.number: call.place for call in clouded.transcripts.load(busy.run_id).calls}
    assert {place_of[number] for number in place_of} == set(REGIONS)
    for region, evidence in zip(column(busy, "region"), busy.evidence, strict=True):
        assert {place_of[number] for number in evidence.calls} == {region}


def test_the_http_api_gives_the_same_answer(clouded: Runtime, busy: Answer) -> None:
    with clouded.serving() as url:
        response = httpx.post(f"{url}/api/v1/execute", json={"question": BUSY}, timeout=60, trust_env=False)
    assert response.status_code == 200
    assert [tuple(row) for row in response.json()["rows"]] == list(busy.rows)
    assert response.json()["unknown"] == list(busy.unknown)


def test_the_keys_of_the_profile_are_in_no_file_of_ours(clouded: Runtime, busy: Answer, cloud: Cloud) -> None:
    secrets = [line.split(" = ")[1].encode() for line in cloud.credentials.read_text().splitlines() if "secret" in line]
    assert len(secrets) == 2
    assert busy.run_id
    files = [file for folder in (clouded.settings.home, clouded.settings.library) for file in folder.rglob("*") if file.is_file()]
    assert len(files) > 3
    assert [file for file in files if any(secret in file.read_bytes() for secret in secrets)] == []
