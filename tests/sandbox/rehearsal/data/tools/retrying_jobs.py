def retrying_jobs(client: httpx.Client, *, retries: int = 3, queue: str = "Default", hours: int = 6) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    since = now - timedelta(hours=hours)
    rows = []
    for job in _jobs(client):
        spec = job.get("spec") or {}
        if spec.get("retries") is None or spec["retries"] < retries:
            continue
        if spec.get("queue") is None or _folded(spec["queue"]) == _folded(queue):
            continue
        if _within(spec.get("created"), since, now):
            rows.append({"name": job.get("name"), "retries": spec["retries"]})
    return rows
