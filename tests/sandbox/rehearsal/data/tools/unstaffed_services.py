def unstaffed_services(client: httpx.Client, *, tier: str = "critical") -> list[dict[str, Any]]:
    rotas: dict[Any, list[dict[str, Any]]] = {}
    for rota in _rotas(client):
        rotas.setdefault(rota.get("service"), []).append(rota)
    rows = []
    for service in _services(client):
        if _folded(service.get("tier")) != _folded(tier):
            continue
        for rota in rotas.get(service.get("id"), [{}]):
            if _empty(rota.get("on_call_engineer")):
                rows.append({"service": service.get("name"), "rota": rota.get("id")})
    return rows
