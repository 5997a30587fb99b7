"""Tests of busy_instances: plain asserts, for pytest and for the isolate alike."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from tool import busy_instances

Answer = tuple[str, str, Any]
"""Service, method, and what is answered: a text is an error's code."""

SERVICES = (
    "ec2",
    "cloudwatch",
)
ROWS: list[Answer] = [
    (
        "ec2",
        "describe_instances",
        {
            "Reservations": [
                {
                    "Instances": [
                        {"InstanceId": "InstanceId-1", "InstanceType": "a1.medium", "State": {"Name": "running"}},
                        {"InstanceId": "InstanceId-2", "InstanceType": "a1.medium", "State": {"Name": "pending"}},
                        {"InstanceId": "InstanceId-5", "InstanceType": "a1.medium", "State": {"Name": "running"}},
                        {"InstanceId": "InstanceId-6", "InstanceType": "a1.medium", "State": {"Name": "running"}},
                    ]
                }
            ]
        },
    )
]
FIGURES: list[Answer] = [
    (
        "cloudwatch",
        "get_metric_data",
        {
            "MetricDataResults": [
                {"Id": "m0", "Values": [81.0, 86.0]},
                {"Id": "m1", "Values": [80.0, 85.0]},
                {"Id": "m2", "Values": []},
            ]
        },
    )
]
NO_FIGURES: list[Answer] = [
    (
        "cloudwatch",
        "get_metric_data",
        {"MetricDataResults": [{"Id": "m0", "Values": []}, {"Id": "m1", "Values": []}, {"Id": "m2", "Values": []}]},
    )
]
FIRST_PAGE: list[Answer] = [("ec2", "describe_instances", {"Reservations": [{"Instances": []}], "NextToken": "more"})]


def session_of(answers: list[Answer]) -> Any:
    """A session whose clients give these answers in turn, each to a call of its service."""
    session: Any = boto3.Session(region_name="us-east-1")
    clients = {service: session.client(service) for service in SERVICES}
    stubs = {service: Stubber(client) for service, client in clients.items()}
    for service, method, answer in answers:
        if isinstance(answer, str):
            stubs[service].add_client_error(method, answer)
        else:
            stubs[service].add_response(method, answer)
    for stub in stubs.values():
        stub.activate()
    session.client = lambda service: clients[service]
    return session


def test_rows_that_match_are_returned_and_the_others_are_not() -> None:
    assert busy_instances(session_of([*ROWS, *FIGURES])) == [
        {"instance_id": "InstanceId-1", "instance_type": "a1.medium", "cpu": 81}
    ]


def test_nothing_there_is_no_error() -> None:
    assert (
        busy_instances(
            session_of([("ec2", "describe_instances", {"Reservations": [{"Instances": []}]})])
        )
        == []
    )


def test_a_refusal_is_raised() -> None:
    try:
        busy_instances(session_of([("ec2", "describe_instances", "AccessDenied")]))
    except ClientError as refused:
        assert refused.response["Error"]["Code"] == "AccessDenied"
    else:
        raise AssertionError("a refusal went unnoticed")


def test_a_page_without_rows_is_not_the_last() -> None:
    assert busy_instances(session_of([*FIRST_PAGE, *ROWS, *FIGURES])) == [
        {"instance_id": "InstanceId-1", "instance_type": "a1.medium", "cpu": 81}
    ]


def test_without_datapoints_nothing_is_made_up() -> None:
    assert busy_instances(session_of([*ROWS, *NO_FIGURES])) == []
