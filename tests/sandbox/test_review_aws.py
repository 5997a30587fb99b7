"""The review of tools that call AWS: they use the session as it is handed in, let errors out, and don't ask row by row."""

from __future__ import annotations

import pytest

from sandbox.review import review
from tests.sandbox.candidates import AWS_SOURCE, AWS_TESTS, AwsDefect, aws_candidate, aws_defects, blocking, candidate

BATCHED = """
def _more(session: boto3.Session, keys: list[str]) -> Iterator[dict[str, Any]]:
    client = session.client("ec2")
    for batch in _batches(keys):
        yield client.describe_instance_status(InstanceIds=batch)
    for first in range(0, len(keys), BATCH):
        yield client.describe_instance_status(InstanceIds=keys[first : first + BATCH])
    for batch in _batches(keys):
        yield client.get_metric_data(MetricDataQueries=[{"Id": key} for key in batch])
    for page in client.get_paginator("describe_volumes").paginate():
        yield from page.get("Volumes", [])
"""


def test_a_clean_tool_and_its_tests_have_no_findings() -> None:
    assert review(aws_candidate(), "aws") == ()


@pytest.mark.parametrize("defect", aws_defects(), ids=lambda defect: defect.name)
def test_a_defect_is_found_where_it_is(defect: AwsDefect) -> None:
    findings = review(defect.candidate(), "aws")
    assert blocking(findings) == defect.finds
    assert defect.line() in {finding.line for finding in findings}


def test_batches_and_pages_are_no_rows() -> None:
    assert blocking(review(aws_candidate(AWS_SOURCE + BATCHED), "aws")) == []


def test_an_expression_with_a_value_in_it_is_told_and_other_built_text_is_not() -> None:
    built = """
def _lines(session: boto3.Session, group: str, text: str) -> Any:
    logs = session.client("logs")
    return logs.start_query(logGroupName=f"/aws/{group}", queryString=f"filter @message like /{text}/")
"""
    (finding,) = review(aws_candidate(AWS_SOURCE + built), "aws")
    assert (finding.code, finding.severity) == ("S_BUILT_QUERY", "block")
    assert "filter @message" in finding.message


def test_the_signature_to_write_names_the_session() -> None:
    (finding,) = review(aws_candidate(AWS_SOURCE.replace("session: boto3.Session, *, cpu", "session: Any, *, cpu")), "aws")
    assert "write `def busy_instances(session: boto3.Session, *, cpu: float = 80" in finding.message


def test_each_protocol_has_its_own_first_parameter() -> None:
    assert blocking(review(aws_candidate(), "http")) == ["S_SIGNATURE"]
    assert blocking(review(candidate(), "aws")) == ["S_SIGNATURE"]


def test_the_command_line_makes_its_own_session() -> None:
    assert "boto3.Session(profile_name=" in AWS_SOURCE
    assert "boto3.Session(region_name=" in AWS_TESTS
