def alerts_named(client: httpx.Client, *, name: str = "disk-full") -> list[dict[str, Any]]:
    return [{"id": alert["id"]} for alert in _alerts(client) if _folded(alert.get("name")) == _folded(name)]
