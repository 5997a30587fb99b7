"""The tool that models are shown: what the template library makes of a small Query on an API that does not exist."""

from __future__ import annotations

from datetime import UTC, datetime

from agents.generate import author
from schemas.operation import Effect, Operation, PagePagination, RowField
from schemas.query import Call, Column, Order, Predicate, Query, QueryParameter
from schemas.tool import Candidate

_PRINTERS = Operation(
    id="office:list_printers",
    source="office",
    name="list_printers",
    method="GET",
    path="/printers",
    effect=Effect.READ,
    effect_reason="an example is never called",
    rows_path="items",
    fields=(
        RowField(path="name", type="string", required=True),
        RowField(path="floor", type="integer"),
        RowField(path="pages_today", type="integer", nullable=True),
    ),
    pagination=PagePagination(page_parameter="page", size_parameter="per_page", max_size=100, total_path="total"),
    slice_hash="",
)
_QUERY = Query(
    call=Call(alias="printers", operation=_PRINTERS.id),
    where=(Predicate(path="printers.floor", op="eq", parameter="floor"),),
    order=(Order(path="printers.pages_today", descending=True),),
    limit="limit",
    select=(Column(name="name", path="printers.name"), Column(name="pages_today", path="printers.pages_today")),
    parameters=(QueryParameter(name="floor", type="integer", default=2), QueryParameter(name="limit", type="integer", default=3)),
)


def house_example() -> Candidate:
    """The example, made anew from the templates, so that models are never shown yesterday's style."""
    return author.write(_QUERY, {_PRINTERS.id: _PRINTERS}, datetime(2026, 1, 1, tzinfo=UTC))
