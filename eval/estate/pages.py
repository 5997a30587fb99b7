"""The four ways in which the registry hands out long lists: pages, offsets, cursors and `Link` headers."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Final, TypeVar

from fastapi import Query, status
from pydantic import Field
from starlette.datastructures import URL

from eval.estate.models import Deployment, Incident, OnCallRota, Resource, Service
from eval.estate.refusals import Responses

Item = TypeVar("Item")

PageNumber = Annotated[int, Query(ge=1, description="Number of the page, from 1.")]
PerPage = Annotated[int, Query(ge=1, le=50, description="Items on a page.")]
PageSize = Annotated[int, Query(ge=1, le=50, description="Hosts on a page.")]
Limit = Annotated[int, Query(ge=1, le=100, description="Most items to return.")]
Offset = Annotated[int, Query(ge=0, description="Items to skip, in the order of the list.")]
Cursor = Annotated[str | None, Query(description="The `next_cursor` of the response before; leave it out for the first one.")]

Total = Annotated[int, Field(ge=0, description="Items in the whole list, over all its pages.")]

LINKED: Final[Responses] = {
    status.HTTP_200_OK: {
        "headers": {
            "Link": {
                "description": 'Links to the neighbouring pages (RFC 8288), `rel="prev"` and `rel="next"`. No `next` on the last page.',
                "schema": {"type": "string"},
            }
        }
    }
}


class ServicePage(Resource):
    """One page of services. The list ends where `page * per_page` reaches `total`."""

    items: list[Service] = Field(description="The services of this page, by name.")
    page: int = Field(ge=1, description="Number of this page, from 1.")
    per_page: int = Field(ge=1, le=50, description="Most items on a page.")
    total: Total


class OnCallRotaSlice(Resource):
    """A run of on-call rotas. The list ends where `offset` plus the number of items reaches `total`."""

    items: list[OnCallRota] = Field(description="The rotas of this slice, by id.")
    total: Total
    limit: int = Field(ge=1, le=100, description="Most items in this slice.")
    offset: int = Field(ge=0, description="Items skipped before this slice.")


class IncidentSlice(Resource):
    """A run of incidents. The list ends where `offset` plus the number of items reaches `total`."""

    items: list[Incident] = Field(description="The incidents of this slice, newest first.")
    total: Total
    limit: int = Field(ge=1, le=100, description="Most items in this slice.")
    offset: int = Field(ge=0, description="Items skipped before this slice.")


class DeploymentBatch(Resource):
    """A batch of deployments. The list ends where `next_cursor` is null."""

    items: list[Deployment] = Field(description="The deployments of this batch, newest first.")
    next_cursor: str | None = Field(description="Opaque; send it as `cursor` to go on. Null at the end of the list.")


def page_of(items: Sequence[Item], page: int, size: int) -> list[Item]:
    """The items of one page, counted from 1; empty past the end."""
    return list(items[(page - 1) * size : page * size])


def encode_cursor(last_id: str) -> str:
    """An opaque cursor that goes on after the item with this id."""
    return base64.urlsafe_b64encode(last_id.encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> str:
    """The id inside a cursor. Raises ValueError when we did not make it."""
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError("the cursor is not one that this service made") from error


def link_header(url: URL, page: int, last_page: int) -> str:
    """RFC 8288 links to the neighbouring pages of `url`; empty when there is only one page."""
    neighbours = {"prev": page - 1, "next": page + 1}
    return ", ".join(
        f'<{url.include_query_params(page=number)}>; rel="{rel}"' for rel, number in neighbours.items() if 1 <= number <= last_page
    )
