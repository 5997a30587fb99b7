def hosts_above_memory(client: httpx.Client, *, percent: float = 80.0, region: str = "eu-west-1") -> list[dict[str, Any]]:
    rows = []
    for host in _hosts(client):
        used = host.get("memory_used_percent")
        if used is None or used <= percent:
            continue
        if _folded(host.get("region")) == _folded(region):
            rows.append({"hostname": host.get("hostname"), "memory_used_percent": used})
    return rows
