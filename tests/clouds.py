"""What tests about AWS share: clients beside the product, and faults for as long as a block lasts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import httpx
from botocore.config import Config

from eval.cloud.access import READER
from eval.cloud.faults import PATH, Fault, Faults
from eval.servers import Cloud


def client(cloud: Cloud, service: str, region: str, profile: str = READER) -> Any:
    """A boto3 client of that profile, which asks once."""
    with cloud.known_to_the_sdk():
        session = boto3.Session(profile_name=profile, region_name=region)
        return session.client(service, endpoint_url=cloud.server.url, config=Config(retries={"total_max_attempts": 1}))


def instances(cloud: Cloud, region: str) -> list[dict[str, Any]]:
    """Every instance of the region, as boto3 has it."""
    pages = client(cloud, "ec2", region).get_paginator("describe_instances").paginate()
    return [instance for page in pages for reservation in page["Reservations"] for instance in reservation["Instances"]]


def newest_cpu(cloud: Cloud, region: str) -> dict[str, float | None]:
    """The newest CPU of each instance in the last half hour by its own timestamp, None where there is none."""
    ids = [instance["InstanceId"] for instance in instances(cloud, region)]
    now = datetime.now(UTC)
    asked = client(cloud, "cloudwatch", region).get_metric_data(
        MetricDataQueries=[_cpu_query(f"q{number}", instance_id) for number, instance_id in enumerate(ids)],
        StartTime=now - timedelta(minutes=30),
        EndTime=now,
    )
    points = {result["Id"]: zip(result["Timestamps"], result["Values"], strict=True) for result in asked["MetricDataResults"]}
    newest = [max(points[f"q{number}"], default=(now, None)) for number in range(len(ids))]
    return {instance_id: percent for instance_id, (_, percent) in zip(ids, newest, strict=True)}


def _cpu_query(name: str, instance_id: str) -> dict[str, Any]:
    metric = {"Namespace": "AWS/EC2", "MetricName": "CPUUtilization", "Dimensions": [{"Name": "InstanceId", "Value": instance_id}]}
    return {"Id": name, "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Maximum"}}


@contextmanager
def failing(cloud: Cloud, *faults: Fault) -> Iterator[None]:
    """The cloud answers with these faults."""
    _put(cloud, *faults)
    try:
        yield
    finally:
        _put(cloud)


def _put(cloud: Cloud, *faults: Fault) -> None:
    httpx.put(f"{cloud.server.url}{PATH}", content=Faults.dump_json(list(faults))).raise_for_status()
