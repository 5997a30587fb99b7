"""Fills moto with the fleet, in moto's own process: three hundred calls over HTTP would take longer than the whole demo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import boto3
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends

from eval.cloud.fleet import NETWORKS, Launch

IMAGE: Final = "ami-12c6146b"
NAMESPACE: Final = "AWS/EC2"
METRIC: Final = "CPUUtilization"
NEWEST_DATAPOINT: Final = timedelta(minutes=1)
DATAPOINT_EVERY: Final = timedelta(minutes=5)
DATAPOINTS_A_CALL: Final = 1000

Client = Any
"""boto3 makes its clients while it runs: there is no class to name."""


@dataclass(frozen=True)
class _Launched:
    instance_ids: tuple[str, ...]
    launch: Launch


def seed_cloud(launches: Sequence[Launch], now: datetime) -> None:
    """Launch everything and report its CPU as of `now` (aware). Calls whatever boto3 reaches: for moto's in-process mode only."""
    for region in NETWORKS:
        session = boto3.Session("seed", "seed", region_name=region)
        _seed_region(session, region, [launch for launch in launches if launch.region == region], now)


def _seed_region(session: boto3.Session, region: str, launches: Sequence[Launch], now: datetime) -> None:
    ec2 = session.client("ec2")
    subnets = {name: _network(ec2, region, name, block) for name, block in NETWORKS[region].items()}
    launched = [_Launched(_launch(ec2, launch, subnets[launch.environment]), launch) for launch in launches]
    ec2.stop_instances(InstanceIds=_ids_of(launched, "stopped"))
    ec2.terminate_instances(InstanceIds=_ids_of(launched, "terminated"))
    _backdate(region, launched, now)
    datapoints = [datapoint for one in launched for datapoint in _datapoints(one, now)]
    cloudwatch = session.client("cloudwatch")
    for start in range(0, len(datapoints), DATAPOINTS_A_CALL):
        cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=datapoints[start : start + DATAPOINTS_A_CALL])


def _network(ec2: Client, region: str, name: str, block: str) -> str:
    """A VPC of one subnet; the subnet's id."""
    vpc = ec2.create_vpc(CidrBlock=block, TagSpecifications=[_tags("vpc", Name=name)])["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=block.replace("/16", "/20"), AvailabilityZone=f"{region}a")
    return str(subnet["Subnet"]["SubnetId"])


def _launch(ec2: Client, launch: Launch, subnet: str) -> tuple[str, ...]:
    started = ec2.run_instances(
        ImageId=IMAGE,
        InstanceType=launch.instance_type,
        MinCount=len(launch.cpu),
        MaxCount=len(launch.cpu),
        SubnetId=subnet,
        TagSpecifications=[_tags("instance", Name=launch.name, env=launch.environment, team=launch.team)],
    )
    return tuple(instance["InstanceId"] for instance in started["Instances"])


def _tags(resource: str, **tags: str) -> dict[str, Any]:
    return {"ResourceType": resource, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def _backdate(region: str, launched: Sequence[_Launched], now: datetime) -> None:
    """When they were launched, which no call of AWS's can say: moto keeps it as UTC without an offset."""
    backend = ec2_backends[DEFAULT_ACCOUNT_ID][region]
    for one in launched:
        launch_time = (now - timedelta(hours=one.launch.age_hours)).astimezone(UTC).replace(tzinfo=None, microsecond=0)
        for instance_id in one.instance_ids:
            backend.get_instance(instance_id).launch_time = launch_time


def _ids_of(launched: Sequence[_Launched], state: str) -> list[str]:
    return [instance_id for one in launched if one.launch.state == state for instance_id in one.instance_ids]


def _datapoints(launched: _Launched, now: datetime) -> Iterator[dict[str, Any]]:
    for instance_id, percentages in zip(launched.instance_ids, launched.launch.cpu, strict=True):
        for age, percent in enumerate(percentages):
            yield {
                "MetricName": METRIC,
                "Dimensions": [{"Name": "InstanceId", "Value": instance_id}],
                "Timestamp": now - NEWEST_DATAPOINT - age * DATAPOINT_EVERY,
                "Value": percent,
                "Unit": "Percent",
            }
