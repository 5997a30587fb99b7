def memory_pressure(client: httpx.Client, *, percent: float = 90.0) -> list[dict[str, Any]]:
    memory = _get(client, "/memory").json()
    used = memory.get("used_percent")
    if used is None or used < percent:
        return []
    return [{"total": memory.get("total"), "used_percent": used}]
