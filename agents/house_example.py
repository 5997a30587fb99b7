"""The tool that models are shown: what the template library makes of a small Query on an API that does not exist."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from agents.generate import author
from schemas.metric import Metric
from schemas.operation import CursorPagination, Effect, Operation, PagePagination, Protocol, RowField
from schemas.query import Call, Column, MetricJoin, Order, Predicate, Query, QueryParameter
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


_GAUGES = Metric(
    name="toner",
    title="Toner level",
    subject="cloud:office.ListPrinters",
    key="PrinterId",
    unit="percent",
    statistic="Average",
    statistics=("Average",),
    period_seconds=300,
    window_minutes=30,
    batch=100,
    request={"Start": "{start}", "End": "{end}"},
    items_path="Queries",
    item={"Id": "{id}", "Printer": "{key}", "Gauge": "Toner", "Period": "{period}", "Statistic": "{statistic}"},
    results_path="Results",
    id_path="Id",
    values_path="Values",
)


def _in_cloud(name: str, **described: Any) -> Operation:
    return Operation(
        id=f"cloud:office.{name}",
        source="cloud",
        name=f"office.{name}",
        protocol="aws",
        method="POST",
        path=f"/office/{name}",
        effect=Effect.READ,
        effect_reason="an example is never called",
        pagination=CursorPagination(cursor_parameter="NextToken", next_path="NextToken"),
        slice_hash="",
        **described,
    )


_CLOUD_PRINTERS = _in_cloud(
    "ListPrinters",
    rows_path="Floors[].Printers",
    fields=(RowField(path="PrinterId", type="string"), RowField(path="InstalledAt", type="string", format="date-time")),
)
_READINGS = _in_cloud("GetReadings", metrics=(_GAUGES,))
_CLOUD_QUERY = Query(
    call=Call(alias="printers", operation=_CLOUD_PRINTERS.id),
    metric=MetricJoin(
        call=Call(alias="toner", operation=_READINGS.id),
        metric=_GAUGES.name,
        left="printers.PrinterId",
        statistic="Average",
        period_seconds=300,
        window="window_minutes",
    ),
    where=(Predicate(path="toner.value", op="lt", parameter="threshold_percent"),),
    select=(
        Column(name="PrinterId", path="printers.PrinterId"),
        Column(name="InstalledAt", path="printers.InstalledAt"),
        Column(name="toner", path="toner.value"),
    ),
    parameters=(
        QueryParameter(name="threshold_percent", type="number", default=10.0, unit="percent"),
        QueryParameter(name="window_minutes", type="integer", default=30, unit="minutes"),
    ),
)


def house_example(protocol: Protocol = "http") -> Candidate:
    """The example, made anew from the templates, so that models are never shown yesterday's style."""
    query = _QUERY if protocol == "http" else _CLOUD_QUERY
    operations = {operation.id: operation for operation in (_PRINTERS, _CLOUD_PRINTERS, _READINGS)}
    return author.write(query, {call.operation: operations[call.operation] for call in query.calls}, datetime(2026, 1, 1, tzinfo=UTC))
