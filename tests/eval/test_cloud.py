"""The simulated AWS account: the same for the same seed, full of ways to be wrong about it, and broken on demand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from eval.cloud.faults import Fault
from eval.cloud.fleet import REGIONS, RESERVATIONS, Launch, fleet
from eval.servers import Cloud
from tests.clouds import client, failing, instances, newest_cpu

THROTTLED = Fault(region="eu-west-1", service="ec2", status=503, code="RequestLimitExceeded")


def newest(launches: list[Launch]) -> list[float]:
    return [percentages[0] for launch in launches for percentages in launch.cpu if percentages]


def test_a_fleet_is_the_same_for_the_same_seed_only() -> None:
    assert fleet(7) == fleet(7)
    assert fleet(7) != fleet(8)


@pytest.mark.parametrize("region", REGIONS)
def test_each_region_has_machines_on_both_sides_of_every_boundary(region: str) -> None:
    launches = [launch for launch in fleet(7) if launch.region == region]
    assert len(launches) == RESERVATIONS[region]
    assert {launch.state for launch in launches} == {"running", "stopped", "terminated"}
    assert {len(launch.cpu) for launch in launches} == {1, 2, 3}
    assert sum(percent > 80 for percent in newest(launches)) >= 3
    assert 80.0 in newest(launches)
    running = [percentages for launch in launches if launch.state == "running" for percentages in launch.cpu]
    assert any(percentages and percentages[0] < 80 < max(percentages) for percentages in running)
    assert () in running
    assert not newest([launch for launch in launches if launch.state != "running"])


@pytest.mark.parametrize("region", REGIONS)
def test_what_the_cloud_serves_is_its_fleet(cloud: Cloud, region: str) -> None:
    served = instances(cloud, region)
    launches = [launch for launch in fleet(7) if launch.region == region]
    states = [instance["State"]["Name"] for instance in served]
    assert sorted(states) == sorted(launch.state for launch in launches for _ in launch.cpu)
    assert min(instance["LaunchTime"] for instance in served) < datetime.now(UTC) - timedelta(days=200)
    reported = newest_cpu(cloud, region).values()
    assert sorted(percent for percent in reported if percent is not None) == sorted(newest(launches))


def test_a_fault_is_answered_as_often_as_it_says_and_in_its_region_only(cloud: Cloud) -> None:
    with failing(cloud, THROTTLED.model_copy(update={"times": 1})):
        assert client(cloud, "ec2", "us-east-1").describe_vpcs()["Vpcs"]
        with pytest.raises(ClientError) as refused:
            client(cloud, "ec2", "eu-west-1").describe_vpcs()
        assert client(cloud, "ec2", "eu-west-1").describe_vpcs()["Vpcs"]
    assert refused.value.response["Error"]["Code"] == "RequestLimitExceeded"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503


def test_a_fault_without_an_end_ends_when_it_is_taken_away(cloud: Cloud) -> None:
    with failing(cloud, THROTTLED):
        for _ in range(2):
            with pytest.raises(ClientError, match="RequestLimitExceeded"):
                client(cloud, "ec2", "eu-west-1").describe_vpcs()
    assert client(cloud, "ec2", "eu-west-1").describe_vpcs()["Vpcs"]


def test_a_fault_of_a_service_with_a_json_protocol_is_worded_in_json(cloud: Cloud) -> None:
    fault = Fault(region="us-east-1", service="monitoring", status=400, code="Throttling", message="Rate exceeded")
    with failing(cloud, fault), pytest.raises(ClientError) as refused:
        client(cloud, "cloudwatch", "us-east-1").list_metrics()
    assert refused.value.response["Error"] == {"Code": "Throttling", "Message": "Rate exceeded"}
