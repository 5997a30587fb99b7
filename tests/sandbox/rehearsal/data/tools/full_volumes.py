def full_volumes(client: httpx.Client, *, percent: float = 90.0) -> list[dict[str, Any]]:
    return [{"mount": volume.get("mount")} for volume in _volumes(client) if volume["used_percent"] >= percent]
