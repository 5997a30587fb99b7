"""`catalogue/aws.yaml`: mistakes in it, and that what it says of AWS is so."""

from __future__ import annotations

from pathlib import Path

import pytest

from doc_sources.aws_catalogue import AwsProvider
from doc_sources.aws_services import ServiceModels
from doc_sources.catalogue import load_catalogue
from schemas.base import Scalar
from schemas.errors import Misconfigured
from schemas.metric import Metric, fill, unify
from tests.doc_sources.aws import cut, operation

GOOD = """\
title: AWS
words: [aws]
services:
  ec2: [instances]
metrics:
  - through: cloudwatch.GetMetricData
    statistics: [Average]
    period_seconds: 300
    window_minutes: 30
    batch: 500
    request: {StartTime: "{start}", EndTime: "{end}"}
    items_path: Queries
    item: {Id: "{id}", Of: ["{namespace}", "{metric}", "{dimension}", "{key}"], Every: "{period}", As: "{statistic}"}
    results_path: Results
    id_path: Id
    values_path: Values
    subjects:
      - operation: ec2.DescribeInstances
        key: InstanceId
        namespace: AWS/EC2
        dimension: InstanceId
        figures:
          - {name: ec2_cpu, metric: CPUUtilization, title: CPU, unit: percent, statistic: Average, words: [cpu usage, CPU 使用率]}
"""


def loaded(folder: Path, text: str) -> AwsProvider:
    (folder / "aws.yaml").write_text(text)
    found = load_catalogue(folder).aws
    assert found is not None
    return found


def ours() -> AwsProvider:
    found = load_catalogue().aws
    assert found is not None
    return found


def metrics() -> list[Metric]:
    return [metric for found in ours().metrics_through("aws").values() for metric in found]


def test_a_figure_is_a_metric_with_its_places_left_open(tmp_path: Path) -> None:
    (metric,) = loaded(tmp_path, GOOD).metrics_through("prod")["cloudwatch.GetMetricData"]
    assert (metric.subject, metric.words) == ("prod:ec2.DescribeInstances", (("cpu", "usage"), ("cpu", "使用率")))
    assert metric.item["Of"] == ["AWS/EC2", "CPUUtilization", "InstanceId", "{key}"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("words: [aws]\n", "", "line 1: words: Field required"),
        ("  ec2: [instances]", "  ec2: instances", "line 4: services.ec2: Input should be a valid tuple"),
        ("through: cloudwatch.GetMetricData", "through: GetMetricData", "line 6: metrics.0.through: String should match pattern"),
        ("batch: 500", "batch: 0", "line 10: metrics.0.batch: Input should be greater than or equal to 1"),
        (', As: "{statistic}"', "", "line 6: metrics.0: the templates have no place for statistic"),
        (
            "unit: percent, statistic: Average",
            "unit: percent, statistic: Mean",
            "line 6: metrics.0: ec2_cpu has the statistic Mean",
        ),
        ("words: [cpu usage, CPU 使用率]", "words: []", "line 23: metrics.0.subjects.0.figures.0.words: Tuple should have at least 1 item"),
        ("        key: InstanceId\n", "", "line 18: metrics.0.subjects.0.key: Field required"),
    ],
)
def test_a_mistake_is_reported_with_file_and_line(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert old in GOOD
    with pytest.raises(Misconfigured, match=f"aws.yaml, {problem}"):
        loaded(tmp_path, GOOD.replace(old, new))


def test_a_figure_is_named_once(tmp_path: Path) -> None:
    figure = GOOD.splitlines(keepends=True)[-1]
    with pytest.raises(Misconfigured, match="several figures have the name ec2_cpu"):
        loaded(tmp_path, GOOD + figure)


def test_the_usual_services_exist() -> None:
    assert set(ours().services) <= set(ServiceModels().names)


def test_a_service_has_its_own_words_and_those_of_aws() -> None:
    words = ours().words_of("ec2")
    assert words[0] == "ec2"
    assert {"instances", "实例", "執行個體", "aws", "亚马逊"} <= set(words)
    assert ours().words_of("braket")[:2] == ("braket", "aws")


def test_what_an_answer_needs_is_required_and_exists() -> None:
    for name, needs in ours().needs.items():
        found = operation(name)
        assert found.effect == "read", name
        assert set(needs) <= {parameter.name for parameter in found.parameters if parameter.required}, name
        assert not found.is_listable


def test_what_answers_the_same_everywhere_exists() -> None:
    services = set(ServiceModels().names)
    named = [name for group in ours().everywhere_the_same for name in group]
    assert {name for name in named if "." not in name} <= services
    assert all(operation(name).is_global for name in named if "." in name)


def test_each_place_of_rows_is_one() -> None:
    for name, path in ours().rows.items():
        assert operation(name).rows_path == path


def test_each_metric_is_of_rows_that_have_its_key() -> None:
    for metric in metrics():
        subject = operation(metric.subject.partition(":")[2])
        field = subject.field(metric.key)
        assert field is not None, metric.name
        assert (field.type, subject.effect) == ("string", "read")


def test_each_metric_is_read_by_a_call_that_its_operation_allows() -> None:
    found = metrics()
    assert len({metric.name for metric in found}) == len(found) > 30
    reading = cut("cloudwatch")["cloudwatch.GetMetricData"].operation
    (queries,) = [parameter for parameter in reading.parameters if parameter.name == found[0].items_path]
    names = queries.value_schema["items"]["properties"]
    assert all(set(metric.item) <= set(names) for metric in found)
    assert {*found[0].request, found[0].items_path} <= {parameter.name for parameter in reading.parameters}
    assert reading.rows_path == found[0].results_path


def test_no_metric_reads_the_request_of_another() -> None:
    bound: dict[str, Scalar] = {"id": "m0", "key": "i-1", "period": 300, "statistic": "Average"}
    found = metrics()
    for metric in found:
        item = fill(metric.item, bound)
        assert [other.name for other in found if unify(other.item, item)] == [metric.name]
