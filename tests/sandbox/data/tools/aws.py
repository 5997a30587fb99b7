"""Running instances whose CPU is above `cpu`, the busiest first.

Reads ec2:DescribeInstances and cloudwatch:GetMetricData; changes nothing.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypedDict, TypeVar

import boto3

BATCH = 500

T = TypeVar("T")


class Instance(TypedDict):
    """One row of the answer."""

    instance_id: str | None
    instance_type: str | None
    cpu: float | None


def busy_instances(
    session: boto3.Session, *, cpu: float = 80.0, state: str = "running", window_minutes: int = 30
) -> list[Instance]:
    """Return running instances whose CPU is above `cpu`, the busiest first.

    Args:
        session: Bound to the account and region that are asked.
        cpu: In percent.
        state: The state that is asked for.
        window_minutes: In minutes.

    Raises:
        botocore.exceptions.ClientError: AWS refused, or stayed busy; nothing partial is returned.
    """
    matching = [
        instance for instance in _instances(session) if _folded(_at(instance, "State", "Name")) == _folded(state)
    ]
    cpu_of = _cpu(session, [instance.get("InstanceId") for instance in matching], window_minutes)
    matching = [instance for instance in matching if _above(cpu_of.get(instance.get("InstanceId")), cpu)]
    matching = _sorted(matching, lambda instance: cpu_of.get(instance.get("InstanceId")), descending=True)
    return [
        {
            "instance_id": instance.get("InstanceId"),
            "instance_type": instance.get("InstanceType"),
            "cpu": cpu_of.get(instance.get("InstanceId")),
        }
        for instance in matching
    ]


def _instances(session: boto3.Session) -> Iterator[dict[str, Any]]:
    """Yield every row of ec2:DescribeInstances, page by page."""
    for page in session.client("ec2").get_paginator("describe_instances").paginate():
        for reservation in page.get("Reservations", []):
            yield from reservation.get("Instances", [])


def _cpu(session: boto3.Session, keys: list[Any], window_minutes: float) -> dict[Any, float]:
    """Return the latest CPU utilization of each key that has a datapoint in the window."""
    end = datetime.now(UTC)
    start = end - timedelta(minutes=window_minutes)
    client = session.client("cloudwatch")
    known = list(dict.fromkeys(key for key in keys if key))
    found: dict[Any, list[float]] = {}
    for first in range(0, len(known), BATCH):
        batch = {f"m{number}": key for number, key in enumerate(known[first : first + BATCH])}
        for page in client.get_paginator("get_metric_data").paginate(
            MetricDataQueries=[
                {
                    "Id": name,
                    "MetricStat": {
                        "Metric": {
                            "Namespace": "AWS/EC2",
                            "MetricName": "CPUUtilization",
                            "Dimensions": [{"Name": "InstanceId", "Value": key}],
                        },
                        "Period": 300,
                        "Stat": "Average",
                    },
                }
                for name, key in batch.items()
            ],
            StartTime=start,
            EndTime=end,
            ScanBy="TimestampDescending",
        ):
            for result in page.get("MetricDataResults", []):
                found.setdefault(batch[result["Id"]], []).extend(result.get("Values", []))
    return {key: values[0] for key, values in found.items() if values}


def _at(row: Any, *steps: str) -> Any:
    """The value in nested objects, or None where a step is missing."""
    for step in steps:
        row = row.get(step) if isinstance(row, dict) else None
    return row


def _above(value: Any, bound: float) -> bool:
    """A figure above the bound; a missing one is not."""
    return isinstance(value, int | float) and value > bound


def _folded(value: Any) -> Any:
    """Text without regard to case; anything else as it is."""
    return value.casefold() if isinstance(value, str) else value


def _sorted(rows: list[T], key: Callable[[T], Any], *, descending: bool) -> list[T]:
    """Rows in order of the key; those without one come last."""
    present = [row for row in rows if key(row) is not None]
    absent = [row for row in rows if key(row) is None]
    return sorted(present, key=key, reverse=descending) + absent


def main() -> None:
    """Ask AWS with the credentials of AWS_PROFILE, in the region AWS_REGION, and print JSON."""
    parser = argparse.ArgumentParser(description="Running instances whose CPU is above a bound, the busiest first.")
    parser.add_argument("--cpu", type=float, default=80.0, help="In percent.")
    parser.add_argument("--state", type=str, default="running", help="The state that is asked for.")
    parser.add_argument("--window-minutes", type=int, default=30, help="In minutes.")
    options = parser.parse_args()
    session = boto3.Session(profile_name=os.environ.get("AWS_PROFILE"), region_name=os.environ.get("AWS_REGION"))
    print(json.dumps(busy_instances(session, **vars(options)), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
