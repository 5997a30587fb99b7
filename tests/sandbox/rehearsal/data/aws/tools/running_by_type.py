def running_by_type(session: boto3.Session, *, state: str = "running") -> list[dict[str, Any]]:
    """Return how many instances of each type are running."""
    counts: dict[Any, int] = {}
    for instance in _instances(session):
        if _folded(_at(instance, "State", "Name")) == _folded(state):
            counts[instance.get("InstanceType")] = counts.get(instance.get("InstanceType"), 0) + 1
    rows = [{"instance_type": key, "count": count} for key, count in counts.items()]
    return sorted(rows, key=lambda row: row["count"], reverse=True)


def _instances(session: boto3.Session) -> Iterator[dict[str, Any]]:
    for page in session.client("ec2").get_paginator("describe_instances").paginate():
        for reservation in page.get("Reservations", []):
            yield from reservation.get("Instances", [])
