BATCH = 500


def busy_instances(
    session: boto3.Session, *, cpu: float = 80, state: str = "running", window_minutes: int = 30
) -> list[dict[str, Any]]:
    """Return running instances whose CPU utilisation is above the bound."""
    instances = [i for i in _instances(session) if _folded(_at(i, "State", "Name")) == _folded(state)]
    figures = _cpu(session, [i.get("InstanceId") for i in instances], window_minutes)
    rows = []
    for instance in instances:
        value = figures.get(instance.get("InstanceId"))
        if value is None or value <= cpu:
            continue
        rows.append({"instance_id": instance.get("InstanceId"), "instance_type": instance.get("InstanceType"), "cpu": value})
    return sorted(rows, key=lambda row: row["cpu"], reverse=True)


def _instances(session: boto3.Session) -> Iterator[dict[str, Any]]:
    for page in session.client("ec2").get_paginator("describe_instances").paginate():
        for reservation in page.get("Reservations", []):
            yield from reservation.get("Instances", [])


def _cpu(session: boto3.Session, keys: list[Any], window_minutes: float) -> dict[Any, float]:
    end = datetime.now(UTC)
    start = end - timedelta(minutes=window_minutes)
    client = session.client("cloudwatch")
    known = list(dict.fromkeys(key for key in keys if key))
    found: dict[Any, list[float]] = {}
    for first in range(0, len(known), BATCH):
        batch = {f"m{number}": key for number, key in enumerate(known[first : first + BATCH])}
        queries = [_query(name, key) for name, key in batch.items()]
        pages = client.get_paginator("get_metric_data").paginate(
            MetricDataQueries=queries, StartTime=start, EndTime=end, ScanBy="TimestampDescending"
        )
        for page in pages:
            for result in page.get("MetricDataResults", []):
                found.setdefault(batch[result["Id"]], []).extend(result.get("Values", []))
    return {key: values[0] for key, values in found.items() if values}


def _query(name: str, key: str) -> dict[str, Any]:
    dimensions = [{"Name": "InstanceId", "Value": key}]
    metric = {"Namespace": "AWS/EC2", "MetricName": "CPUUtilization", "Dimensions": dimensions}
    return {"Id": name, "MetricStat": {"Metric": metric, "Period": 300, "Stat": "Average"}}
