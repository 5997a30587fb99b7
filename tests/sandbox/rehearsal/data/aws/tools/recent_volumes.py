def recent_volumes(session: boto3.Session, *, zone: str = "us-east-1a", hours: float = 24) -> list[dict[str, Any]]:
    """Return the volumes of a zone that were made lately, the newest first."""
    now = datetime.now(UTC)
    since = now - timedelta(hours=hours)
    found = []
    for page in session.client("ec2").get_paginator("describe_volumes").paginate():
        for volume in page.get("Volumes", []):
            at = volume.get("CreateTime")
            if at is not None and since <= at <= now and _folded(volume.get("AvailabilityZone")) == _folded(zone):
                found.append({"volume_id": volume.get("VolumeId"), "created": at.isoformat()})
    return sorted(found, key=lambda row: row["created"], reverse=True)
