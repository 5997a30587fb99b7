def services_without_staffed_rota(client: httpx.Client) -> list[dict[str, Any]]:
    staffed = {rota.get("service") for rota in _rotas(client) if not _empty(rota.get("on_call_engineer"))}
    services = [service for service in _services(client) if service.get("id") not in staffed]
    return [{"id": service.get("id"), "name": service.get("name")} for service in services]
