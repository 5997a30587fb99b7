"""What the registry answers at which path."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request, Response, status

from eval.estate import pages
from eval.estate.models import Deployment, Host, Owner, OwnerId, Service, Tier
from eval.estate.refusals import BAD_CURSOR, CONFLICT, UNKNOWN
from eval.estate.store import Estate, Write

Thing = TypeVar("Thing")


def _estate(request: Request) -> Estate:
    estate: Estate = request.app.state.estate
    return estate


Registry = Annotated[Estate, Depends(_estate)]
ServiceIdInPath = Annotated[str, Path(description="The `id` of a service.", examples=["svc-3f9a1c"])]

router = APIRouter()


@router.get("/services", tags=["services"], summary="List services")
async def list_services(
    estate: Registry,
    page: pages.PageNumber = 1,
    per_page: pages.PerPage = 20,
    tier: Annotated[Tier | None, Query(description="Only services of this tier.")] = None,
    owner: Annotated[OwnerId | None, Query(description="Only services of the team with this `id`.")] = None,
) -> pages.ServicePage:
    """Returns the services of the registry by name, one page at a time."""
    found = [service for service in estate.services.values() if tier in (None, service.tier) and owner in (None, service.owner)]
    return pages.ServicePage(items=pages.page_of(found, page, per_page), page=page, per_page=per_page, total=len(found))


@router.get("/services/{service_id}", tags=["services"], summary="Get a service", responses=UNKNOWN)
async def get_service(estate: Registry, service_id: ServiceIdInPath) -> Service:
    """Returns one service."""
    return _known(estate.services, service_id, "service")


@router.delete("/services/{service_id}", tags=["services"], summary="Delete a service", status_code=204, responses=UNKNOWN)
async def delete_service(estate: Registry, service_id: ServiceIdInPath) -> None:
    """Removes a service and its on-call rota from the registry for good. Its deployments and incidents stay in the history."""
    _known(estate.services, service_id, "service")
    estate.delete_service(service_id)


@router.get("/owners", tags=["owners"], summary="List owners")
async def list_owners(estate: Registry) -> list[Owner]:
    """Returns all teams that can own services, in one response."""
    return estate.owners


@router.get("/on-call-rotas", tags=["on-call"], summary="List on-call rotas")
async def list_on_call_rotas(estate: Registry, limit: pages.Limit = 20, offset: pages.Offset = 0) -> pages.OnCallRotaSlice:
    """Returns who is on call for which service, by rota id. A service without a rota is not in the list."""
    shown = estate.rotas[offset : offset + limit]
    return pages.OnCallRotaSlice(items=shown, total=len(estate.rotas), limit=limit, offset=offset)


@router.get("/deployments", tags=["deployments"], summary="List deployments", responses=BAD_CURSOR)
async def list_deployments(estate: Registry, cursor: pages.Cursor = None, limit: pages.Limit = 20) -> pages.DeploymentBatch:
    """Returns the deployments of the last two weeks, newest first."""
    ids = list(estate.deployments)
    first = 0 if cursor is None else _position_after(ids, cursor)
    shown = ids[first : first + limit]
    is_last = first + limit >= len(ids)
    return pages.DeploymentBatch(
        items=[estate.deployments[deployment_id] for deployment_id in shown],
        next_cursor=None if is_last else pages.encode_cursor(shown[-1]),
    )


@router.post("/deployments/{deployment_id}/rollback", tags=["deployments"], summary="Roll back a deployment", responses=UNKNOWN | CONFLICT)
async def rollback_deployment(
    estate: Registry, deployment_id: Annotated[str, Path(description="The `id` of a deployment.", examples=["dep-00171"])]
) -> Deployment:
    """Puts the version before back into service and marks the deployment as `rolled_back`. Only one that succeeded can be rolled back."""
    _known(estate.deployments, deployment_id, "deployment")
    try:
        return estate.roll_back(deployment_id)
    except ValueError as error:
        raise HTTPException(status.HTTP_409_CONFLICT, f"{error}.") from error


@router.get("/hosts", tags=["hosts"], summary="List hosts", responses=pages.LINKED, response_model_exclude_unset=True)
async def list_hosts(
    request: Request, response: Response, estate: Registry, page: pages.PageNumber = 1, page_size: pages.PageSize = 20
) -> list[Host]:
    """Returns the hosts by name, one page at a time. Follow the `Link` header to the next page."""
    hosts = list(estate.hosts.values())
    links = pages.link_header(request.url, page, last_page=math.ceil(len(hosts) / page_size))
    if links:
        response.headers["Link"] = links
    return pages.page_of(hosts, page, page_size)


@router.get("/hosts/{hostname}/reboot", tags=["hosts"], summary="Reboot a host", responses=UNKNOWN, response_model_exclude_unset=True)
async def reboot_host(
    estate: Registry, hostname: Annotated[str, Path(description="The `hostname` of a host.", examples=["app-euw1-03"])]
) -> Host:
    """Reboots the host at once, interrupting every service on it. It is a GET so that it can be triggered from a runbook link."""
    _known(estate.hosts, hostname, "host")
    return estate.reboot(hostname)


@router.get("/incidents", tags=["incidents"], summary="List incidents")
async def list_incidents(estate: Registry, limit: pages.Limit = 20, offset: pages.Offset = 0) -> pages.IncidentSlice:
    """Returns the incidents of the last three weeks, newest first."""
    shown = estate.incidents[offset : offset + limit]
    return pages.IncidentSlice(items=shown, total=len(estate.incidents), limit=limit, offset=offset)


@router.get("/audit/writes", include_in_schema=False)
async def list_writes(estate: Registry) -> list[Write]:
    """Every change that took effect, oldest first: how a test proves that nothing was changed."""
    return estate.writes


def _known(things: Mapping[str, Thing], name: str, noun: str) -> Thing:
    if name not in things:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"There is no {noun} {name!r}.")
    return things[name]


def _position_after(ids: Sequence[str], cursor: str) -> int:
    try:
        return ids.index(pages.decode_cursor(cursor)) + 1
    except ValueError as error:
        raise HTTPException(status.HTTP_400_BAD_REQUEST, "The cursor is not one that this service made.") from error
