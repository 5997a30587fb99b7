def services_by_lifecycle(client: httpx.Client) -> list[dict[str, Any]]:
    counts: dict[Any, int] = {}
    for service in _services(client):
        key = service.get("lifecycle")
        counts[key] = counts.get(key, 0) + 1
    rows = [{"lifecycle": key, "count": count} for key, count in counts.items()]
    return _sorted(rows, lambda row: row["count"], descending=True)
