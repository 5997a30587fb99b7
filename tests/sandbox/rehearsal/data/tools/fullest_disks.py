def fullest_disks(client: httpx.Client, *, limit: int = 5) -> list[dict[str, Any]]:
    disks = _get(client, "/disks").json()
    disks = _sorted(disks, lambda disk: disk.get("used_percent"), descending=True)
    return [{"mount": d.get("mount"), "used_percent": d.get("used_percent"), "label": d.get("label")} for d in disks[:limit]]
