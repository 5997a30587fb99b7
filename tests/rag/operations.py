"""Ten operations of a small estate, as a specification would give them, and what is built from them."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.base import digest
from schemas.operation import Effect, Operation, RowField, Slice
from schemas.source import FetchedSpec, Source, Validators

ESTATE = Source(name="estate", spec_url="http://estate.test/openapi.json", base_url="http://estate.test")


def operation(
    name: str,
    path: str = "/things",
    summary: str = "",
    *,
    source: str = "estate",
    effect: Effect = Effect.READ,
    fields: Sequence[str] = (),
    tags: Sequence[str] = (),
) -> Operation:
    return Operation(
        id=f"{source}:{name}",
        source=source,
        name=name,
        method="GET",
        path=path,
        summary=summary,
        effect=effect,
        effect_reason="for the test",
        fields=tuple(RowField(path=field, type="string") for field in fields),
        tags=tuple(tags),
        slice_hash=digest([source, name, path, summary, list(fields)]),
    )


TEN = (
    operation("listHosts", "/api/v1/hosts", "List the hosts of the fleet", fields=["name", "cpu_percent", "memory_used_percent"]),
    operation("getHost", "/api/v1/hosts/{id}", "Show one host", fields=["name", "cpu_percent", "memory_used_percent"]),
    operation("listServices", "/api/v1/services", "List the services of the registry", fields=["name", "tier", "owner"]),
    operation("listOwners", "/api/v1/owners", "List the teams that own services", fields=["name", "email"]),
    operation("listOnCallRotas", "/api/v1/on-call-rotas", "List who is on call for which service", fields=["service", "primary"]),
    operation("listDeployments", "/api/v1/deployments", "List the deployments of the last two weeks", fields=["service", "status"]),
    operation("listIncidents", "/api/v1/incidents", "List the incidents, newest first", fields=["service", "severity"]),
    operation("listAlerts", "/api/v1/alerts", "List the alerts that are firing", fields=["host", "severity"]),
    operation(
        "listCertificates", "/api/v1/certificates", "List the TLS certificates and when they expire", fields=["domain", "expires_at"]
    ),
    operation("listBackups", "/api/v1/backups", "List the backups of databases", fields=["database", "finished_at"]),
)


def piece(made: Operation) -> Slice:
    return Slice(operation=made, document={"openapi": "3.1.0", "paths": {made.path: {"get": {"operationId": made.name}}}})


def fetched(operations: Sequence[Operation] = TEN, *, etag: str = '"1"', version: str = "1.0", warnings: Sequence[str] = ()) -> FetchedSpec:
    return FetchedSpec(
        title="The estate",
        version=version,
        base_url="http://estate.test/api",
        validators=Validators(etag=etag),
        slices=tuple(piece(made) for made in operations),
        warnings=tuple(warnings),
    )
