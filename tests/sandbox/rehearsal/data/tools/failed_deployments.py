def failed_deployments(client: httpx.Client, *, status: str = "failed", hours: float = 24) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    since = now - timedelta(hours=hours)
    found = []
    for deployment in _deployments(client):
        if _folded(deployment.get("status")) != _folded(status):
            continue
        if _within(deployment.get("started_at"), since, now):
            found.append({name: deployment.get(name) for name in ("id", "service", "started_at")})
    return _sorted(found, lambda row: row["started_at"], descending=True)
