"""Where AWS's answers hold their rows. Over the real services, as their forms are what matters."""

from __future__ import annotations

import pytest

from doc_sources.aws_rows import plain_path
from schemas.base import Json
from tests.doc_sources.aws import operation

LISTED = [
    ("ec2.DescribeInstances", "Reservations[].Instances", "Instance"),  # not the reservations that its pages are made of
    ("ec2.DescribeInstanceStatus", "InstanceStatuses", "InstanceStatus"),
    ("ec2.DescribeVolumes", "Volumes", "Volume"),
    ("rds.DescribeDBInstances", "DBInstances", "DBInstance"),
    ("lambda.ListFunctions", "Functions", "FunctionConfiguration"),
    ("iam.ListUsers", "Users", "User"),
    ("s3.ListBuckets", "Buckets", "Bucket"),
    ("s3.ListObjectsV2", "Contents", "Object"),  # the first of several results
    ("cloudwatch.DescribeAlarms", "MetricAlarms", "MetricAlarm"),
    ("cloudwatch.GetMetricData", "MetricDataResults", "MetricDataResult"),
    ("cloudfront.ListDistributions", "DistributionList.Items", "DistributionSummary"),  # inside one object
    ("kinesis.ListStreams", "StreamSummaries", "StreamSummary"),  # things rather than their names
    ("route53.ListHostedZones", "HostedZones", "HostedZone"),
    ("ecs.DescribeClusters", "clusters", "Cluster"),  # besides a list of failures
    ("elbv2.DescribeTargetHealth", "TargetHealthDescriptions", "TargetHealthDescription"),
]
SINGLE = ["sts.GetCallerIdentity", "iam.GetUser", "eks.DescribeCluster", "s3.GetBucketVersioning"]
NO_ROWS = [
    "sqs.ListQueues",  # plain values
    "dynamodb.ListTables",
    "ecs.ListClusters",
    "events.ListEventBuses",  # has pages, but boto3 has no paginator for them
    "s3.ListObjects",  # the next page's token may be made from its rows
    "kinesis.DescribeStream",  # its next page's token is made from its rows
    "ec2.TerminateInstances",  # a change
]


@pytest.mark.parametrize(("name", "path", "title"), LISTED)
def test_a_list_is_found(name: str, path: str, title: str) -> None:
    found = operation(name)
    assert (found.rows_path, found.row_is_single, found.row_title) == (path, False, title)
    assert found.fields


@pytest.mark.parametrize("name", SINGLE)
def test_an_answer_that_is_one_thing_is_one_row(name: str) -> None:
    found = operation(name)
    assert (found.rows_path, found.row_is_single, found.pagination) == ("", True, None)


@pytest.mark.parametrize("name", NO_ROWS)
def test_what_could_not_be_listed_whole_has_no_rows(name: str) -> None:
    found = operation(name)
    assert (found.rows_path, found.fields, found.pagination, found.is_listable) == (None, (), None, False)


@pytest.mark.parametrize(
    ("expression", "path"),
    [
        ("NextToken", "NextToken"),
        ("DistributionList.NextMarker", "DistributionList.NextMarker"),
        (["NextRecordName", "NextRecordType"], "NextRecordName"),
        ("NextMarker || Contents[-1].Key", ""),
        ("Jobs[-1].JobId", ""),
        ([], ""),
        (None, ""),
    ],
)
def test_of_an_expression_the_first_plain_path_is_taken(expression: Json, path: str) -> None:
    assert plain_path(expression) == path
