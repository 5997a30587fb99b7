def slow_deployments(client: httpx.Client, *, limit: int = 3) -> list[dict[str, Any]]:
    groups: dict[Any, list[dict[str, Any]]] = {}
    for deployment in _deployments(client):
        groups.setdefault(deployment.get("status"), []).append(deployment)
    rows = []
    for status, members in groups.items():
        seconds = [member["duration_seconds"] for member in members if member.get("duration_seconds") is not None]
        mean = sum(seconds) / len(seconds) if seconds else None
        rows.append({"status": status, "count": len(members), "mean_seconds": mean, "longest_seconds": max(seconds, default=None)})
    return _sorted(rows, lambda row: row["mean_seconds"], descending=True)[:limit]
