"""Slices of AWS's operations, over the real services."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore import xform_name
from botocore.loaders import Loader
from botocore.session import Session
from jsonschema_rs import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from doc_sources.words import split
from schemas.base import Json, digest
from schemas.operation import CursorPagination, Effect
from tests.doc_sources.aws import cut, operation

INSTANCES = "ec2.DescribeInstances"


def test_an_operation_is_named_and_addressed_by_service_and_name() -> None:
    found = operation(INSTANCES)
    assert (found.id, found.name, found.label) == ("aws:ec2.DescribeInstances", INSTANCES, "ec2:DescribeInstances")
    assert (found.protocol, found.method, found.path, found.has_body) == ("aws", "POST", "/ec2/DescribeInstances", False)
    assert found.summary == "Describes the specified instances or all instances"
    assert found.tags[0] == "ec2"
    assert {"aws", "instances", "实例"} <= set(found.tags)
    assert found.is_listable


def test_the_members_of_an_input_are_parameters_in_the_body() -> None:
    by_name = {parameter.name: parameter for parameter in operation("cloudwatch.GetMetricStatistics").parameters}
    assert {parameter.location for parameter in by_name.values()} == {"body"}
    assert [name for name, parameter in by_name.items() if parameter.required] == [
        "Namespace",
        "MetricName",
        "StartTime",
        "EndTime",
        "Period",
    ]
    assert by_name["StartTime"].value_schema == {"type": "string", "format": "date-time"}
    assert not operation("cloudwatch.GetMetricStatistics").is_listable


def test_of_a_change_only_the_names_are_kept() -> None:
    found = operation("ec2.RunInstances")
    assert (found.effect, found.rows_path, found.fields) == (Effect.WRITE, None, ())
    assert all(parameter.value_schema is None for parameter in found.parameters)


def test_the_leaves_of_rows_are_fields() -> None:
    found = operation(INSTANCES)
    launched, state = found.field("LaunchTime"), found.field("State.Name")
    assert launched is not None
    assert state is not None
    assert (launched.type, launched.format) == ("string", "date-time")
    assert (state.enum[:2], state.required) == (("pending", "running"), False)
    assert "<" not in state.description


PAGINATION = [
    ("ec2.DescribeInstances", CursorPagination(cursor_parameter="NextToken", next_path="NextToken", size_parameter="MaxResults")),
    (
        "iam.ListUsers",
        CursorPagination(cursor_parameter="Marker", next_path="Marker", more_path="IsTruncated", size_parameter="MaxItems", max_size=1000),
    ),
    (
        "cloudfront.ListDistributions",
        CursorPagination(
            cursor_parameter="Marker",
            next_path="DistributionList.NextMarker",
            more_path="DistributionList.IsTruncated",
            size_parameter="MaxItems",
        ),
    ),
]


@pytest.mark.parametrize(("name", "pagination"), PAGINATION)
def test_pagination_is_botocores(name: str, pagination: CursorPagination) -> None:
    assert operation(name).pagination == pagination


@pytest.mark.parametrize("service", ["ec2", "cloudwatch", "iam", "s3", "dynamodb", "events"])
def test_what_has_pages_has_a_paginator_in_boto3(service: str) -> None:
    client = boto3.Session(region_name="us-east-1").client(service)
    paged = [piece.operation.name.partition(".")[2] for piece in cut(service).values() if piece.operation.pagination]
    assert paged
    assert all(client.can_paginate(xform_name(name)) for name in paged)


@pytest.mark.parametrize("service", ["ec2", "sts", "s3", "dynamodb", "iam"])
def test_a_slice_is_valid_and_closed_openapi(service: str) -> None:
    pieces = list(cut(service).values())
    for piece in pieces[:: max(1, len(pieces) // 20)]:
        OpenAPIV31SpecValidator(piece.document).validate()
        assert piece.digest == digest(piece.document)


def test_a_slice_judges_the_parameters_of_a_call() -> None:
    document = cut("ec2")[INSTANCES].document
    schema = document["paths"]["/ec2/DescribeInstances"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    validator = Draft202012Validator({**schema, "components": document["components"]})
    assert validator.is_valid({"MaxResults": 5, "Filters": [{"Name": "instance-state-name", "Values": ["running"]}]})
    assert not validator.is_valid({"MaxResults": "5"})


def test_a_call_without_parameters_takes_none() -> None:
    document = cut("sts")["sts.GetCallerIdentity"].document
    body = document["paths"]["/sts/GetCallerIdentity"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert not Draft202012Validator(body).is_valid({"Anything": 1})


def test_boto3_can_call_from_the_part_of_botocore_that_a_slice_carries() -> None:
    part = cut("ec2")[INSTANCES].document["x-aws"]
    assert (part["service"], part["operation"]) == ("ec2", "DescribeInstances")
    assert "documentation" not in _keys_outside_members(part["service-2"])
    session = Session()
    session.register_component("data_loader", _Cut(part))
    client = session.create_client("ec2", "us-east-1", aws_access_key_id="x", aws_secret_access_key="y", endpoint_url="http://127.0.0.1:1")
    assert client.can_paginate("describe_instances")
    assert not hasattr(client, "terminate_instances")
    assert client.meta.service_model.operation_model("DescribeInstances").output_shape.members["Reservations"].type_name == "list"


class _Cut(Loader):  # type: ignore[misc]  # botocore has no types
    """botocore's files, with one service's model replaced."""

    def __init__(self, part: Json) -> None:
        super().__init__()
        self._part = part

    def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> Json:
        return self._part.get(type_name) or super().load_service_model(service_name, type_name, api_version)


def _keys_outside_members(model: Json) -> set[str]:
    operations, shapes = model["operations"].values(), model["shapes"].values()
    return {key for part in (*operations, *shapes) for key in part}


def test_the_metrics_stand_with_the_operation_that_reads_them() -> None:
    piece = cut("cloudwatch")["cloudwatch.GetMetricData"]
    assert piece.document["x-metrics"] == [metric.model_dump(mode="json") for metric in piece.operation.metrics]
    cpu = piece.operation.metric("ec2_cpu")
    assert cpu is not None
    assert (cpu.subject, cpu.key, cpu.unit, cpu.statistic, cpu.period_seconds, cpu.batch) == (
        "aws:ec2.DescribeInstances",
        "InstanceId",
        "percent",
        "Average",
        300,
        500,
    )
    assert [name for name, other in cut("cloudwatch").items() if "x-metrics" in other.document] == ["cloudwatch.GetMetricData"]


@pytest.mark.parametrize(
    ("name", "is_global"),
    [("iam.ListUsers", True), ("s3.ListBuckets", True), ("s3.GetBucketPolicy", False), ("ec2.DescribeInstances", False)],
)
def test_what_answers_the_same_in_every_region_says_so(name: str, is_global: bool) -> None:
    assert operation(name).is_global is is_global


def test_documentation_does_not_swell_a_slice() -> None:
    piece = cut("ec2")[INSTANCES]
    assert len(json.dumps(piece.document)) < 150_000
    assert all(len(split(field.description)) < 60 for field in piece.operation.fields)
