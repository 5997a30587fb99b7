"""The rehearsal API as AWS: JSON in, rows spread over groups, lists left out, and errors of AWS's own form."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from sandbox.broker.wire import WireRequest, WireResponse
from sandbox.rehearsal.api import RehearsalApi, base_url, listings
from sandbox.rehearsal.aws import AWS_URL, denied_code, throttled_code, with_offsets
from sandbox.rehearsal.faults import Fault
from sandbox.rehearsal.lenient import lenient
from sandbox.rehearsal.rows import RowMaker
from sandbox.rehearsal.stage import NOW
from sandbox.rehearsal.world import World
from schemas.operation import rows_of
from tests.sandbox.rehearsal.cloud import slices

COUNT = 10


def api(name: str, count: int = COUNT, **faults: Any) -> RehearsalApi:
    slice_ = lenient(slices()[f"aws:{name}"])
    maker = RowMaker(slice_, Random(1), NOW)
    world = World({slice_.operation.id: tuple(maker.row({}) for _ in range(count))}, {})
    return RehearsalApi(listings([slice_], {slice_.operation.id: maker}), world, seed=1, **faults)


def call(server: RehearsalApi, name: str, **members: Any) -> WireResponse:
    return server.send(WireRequest("POST", f"{AWS_URL}/{name.replace('.', '/')}", (), json.dumps(members).encode()))


def pages(server: RehearsalApi, name: str, cursor: str = "NextToken", following: str = "NextToken") -> list[dict[str, Any]]:
    found = [json.loads(call(server, name).body)]
    while token := found[-1].get(following):
        found.append(json.loads(call(server, name, **{cursor: token}).body))
    return found


def test_rows_lie_in_groups_of_several_and_following_the_tokens_finds_them_all() -> None:
    server, name = api("ec2.DescribeInstances"), "ec2.DescribeInstances"
    found = pages(server, name)
    assert sum(len(rows_of(slices()[f"aws:{name}"].operation, page)) for page in found) == COUNT
    assert [len(group["Instances"]) for group in found[0]["Reservations"]] == [2, 1]
    assert all("ReservationId" in group for group in found[0]["Reservations"])


def test_one_page_in_between_has_no_list_at_all() -> None:
    found = pages(api("ec2.DescribeVolumes"), "ec2.DescribeVolumes")
    assert ["Volumes" in page for page in found] == [True, True, False, True, True]


def test_an_empty_listing_is_one_page_without_its_list() -> None:
    (page,) = pages(api("ec2.DescribeInstances", 0), "ec2.DescribeInstances")
    assert not page.get("NextToken")
    assert "Reservations" not in page


def test_a_listing_that_says_whether_there_is_more_says_it_right() -> None:
    found = pages(api("iam.ListPolicies"), "iam.ListPolicies", "Marker", "Marker")
    assert [page["IsTruncated"] for page in found] == [True] * (len(found) - 1) + [False]
    assert sum(len(page.get("Policies", [])) for page in found) == COUNT


def test_a_token_that_was_never_given_is_refused() -> None:
    response = call(api("ec2.DescribeVolumes"), "ec2.DescribeVolumes", NextToken="made-up")
    assert response.status == 400
    assert json.loads(response.body)["Error"]["Code"] == "InvalidParameterValue"


def test_a_fault_has_awss_own_form() -> None:
    fault = Fault("aws:ec2.DescribeVolumes", 1, 403, None, code="UnauthorizedOperation")
    response = call(api("ec2.DescribeVolumes", faults=[fault]), "ec2.DescribeVolumes")
    said = json.loads(response.body)
    assert (response.status, said["Error"]["Code"], said["ResponseMetadata"]["HTTPStatusCode"]) == (403, "UnauthorizedOperation", 403)


@pytest.mark.parametrize(
    ("name", "denied", "throttled"),
    [
        ("ec2.DescribeVolumes", "UnauthorizedOperation", "RequestLimitExceeded"),
        ("iam.ListPolicies", "AccessDenied", "Throttling"),
        ("cloudwatch.GetMetricData", "AccessDenied", "ThrottlingException"),
    ],
)
def test_a_service_has_its_own_words(name: str, denied: str, throttled: str) -> None:
    operation = slices()[f"aws:{name}"].operation
    assert (denied_code(operation), throttled_code(operation)) == (denied, throttled)


def test_times_arrive_as_python_writes_them() -> None:
    made = {"at": "2028-03-01T00:30:00Z", "in": ["2028-03-01T00:30:00Z", "Z", 1]}
    assert with_offsets(made) == {"at": "2028-03-01T00:30:00+00:00", "in": ["2028-03-01T00:30:00+00:00", "Z", 1]}


def test_a_rehearsal_of_aws_is_in_a_region_that_exists() -> None:
    assert base_url("aws") == "aws://us-east-1"
