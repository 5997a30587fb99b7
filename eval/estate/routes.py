"""What the registry answers at which path."""

from __future__ import annotations

from itertools import dropwhile, islice
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request, Response, status

from eval.estate import pages
from eval.estate.models import Deployment, Host, OwnerId, Owner, Problem, Service, Tier
from eval.estate.store import Estate, Write


def _estate(request: Request) -> Estate:
    estate: Estate = request.app.state.estate
    return estate


Registry = Annotated[Estate, Depends(_estate)]
ServiceIdInPath = Annotated[str, Path(description="The `id` of a service.", examples=["svc-3f9a1c"])]

UNKNOWN = {status.HTTP_404_NOT_FOUND: {"model": Problem, "description": "There is nothing under that name."}}
CONFLICT = {status.HTTP_409_CONFLICT: {"model": Problem, "description": "Its present state does not allow that."}}
BAD_CURSOR = {status.HTTP_400_BAD_REQUEST: {"model": Problem, "description": "The cursor is not one that this service made."}}
LINKED = {
    status.HTTP_200_OK: {
        "headers": {
            "Link": {
                "description": 'Links to the neighbouring pages (RFC 8288), `rel="prev"` and `rel="next"`. No `next` on the last page.',
                "schema": {"type": "string"},
            }
        }
    }
}

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
    if service_id not in estate.services:
        raise _unknown("service")
    return estate.services[service_id]


@router.delete("/services/{service_id}", tags=["services"], summary="Delete a service", status_code=204, responses=UNKNOWN)
async def delete_service(estate: Registry, service_id: ServiceIdInPath) -> None:
    """Removes a service and its on-call rota from the registry for good. Its deployments and incidents stay in the history."""
    try:
        estate.delete_service(service_id)
    except KeyError as error:
        raise _unknown("service") from error


@router.get("/owners", tags=["owners"], summary="List owners")
async def list_owners(estate: Registry) -> list[Owner]:
    """Returns all teams that can own services, in one response."""
    return estate.owners


@router.get("/on-call-rotas", tags=["on-call"], summary="List on-call rotas")
async def list_on_call_rotas(estate: Registry, limit: pages.Limit = 20, offset: pages.Offset = 0) -> pages.OnCallRotaSlice:
    """Returns who is on call for which service. A service without a rota is not in the list."""
    shown = estate.rotas[offset : offset + limit]
    return pages.OnCallRotaSlice(items=shown, total=len(estate.rotas), limit=limit, offset=offset)


@router.get("/deployments", tags=["deployments"], summary="List deployments", responses=BAD_CURSOR)
async def list_deployments(estate: Registry, cursor: pages.Cursor = None, limit: pages.Limit = 20) -> pages.DeploymentBatch:
    """Returns the deployments of the last two weeks, newest first."""
    shown = list(islice(_deployments_after(estate, cursor), limit + 1))
    more = len(shown) > limit
    return pages.DeploymentBatch(items=shown[:limit], next_cursor=pages.encode_cursor(shown[limit - 1].id) if more else None)


@router.post("/deployments/{deployment_id}/rollback", tags=["deployments"], summary="Roll back a deployment", responses=UNKNOWN | CONFLICT)
async def rollback_deployment(
    estate: Registry, deployment_id: Annotated[str, Path(description="The `id` of a deployment.", examples=["dep-00171"])]
) -> Deployment:
    """Puts the version before back into service and marks the deployment as `rolled_back`. Only one that succeeded can be rolled back."""
    try:
        return estate.roll_back(deployment_id)
    except KeyError as error:
        raise _unknown("deployment") from error
    except ValueError as error:
        raise HTTPException(status.HTTP_409_CONFLICT, f"{error}.") from error
