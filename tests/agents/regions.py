"""A question about instances and their CPU in two regions, and transcripts that answer it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import orjson

from schemas.base import Json
from schemas.metric import Metric
from schemas.operation import CursorPagination, Effect, Operation
from schemas.query import Aggregate, Call, Column, Grouping, MetricJoin, Order, Predicate, Query, QueryParameter
from schemas.run import CallRecord, Transcript

NOW = datetime(2026, 3, 1, tzinfo=UTC)
US, EU = "us-east-1", "eu-west-1"
INSTANCES, METRICS = "aws:ec2.DescribeInstances", "aws:cloudwatch.GetMetricData"

CPU = Metric(
    name="ec2_cpu", title="CPU utilization", subject=INSTANCES, key="InstanceId", unit="percent", statistic="Average",
    statistics=("Average", "Maximum"), period_seconds=300, window_minutes=30, batch=500,
    request={"StartTime": "{start}", "EndTime": "{end}", "ScanBy": "TimestampDescending"}, items_path="MetricDataQueries",
    item={"Id": "{id}", "MetricStat": {"Dimension": "{key}", "Period": "{period}", "Stat": "{statistic}"}},
    results_path="MetricDataResults", id_path="Id", values_path="Values",
)  # fmt: skip

BUSY = Query(
    call=Call(alias="instances", operation=INSTANCES),
    metric=MetricJoin(
        call=Call(alias="cpu", operation=METRICS), metric="ec2_cpu", left="instances.InstanceId", statistic="Average",
        period_seconds=300, window="window_minutes",
    ),
    where=(Predicate(path="instances.State.Name", op="eq", parameter="state"), Predicate(path="cpu.value", op="gt", parameter="cpu")),
    order=(Order(path="cpu.value", descending=True),),
    select=(Column(name="InstanceId", path="instances.InstanceId"), Column(name="cpu", path="cpu.value")),
    parameters=(
        QueryParameter(name="state", type="string", default="running"),
        QueryParameter(name="cpu", type="number", default=80.0, unit="percent"),
        QueryParameter(name="window_minutes", type="integer", default=30, unit="minutes"),
    ),
    subject="instances",
)  # fmt: skip

BY_TYPE = Query(
    call=BUSY.call,
    group=Grouping(by=(Column(name="type", path="instances.InstanceType"),), aggregates=(Aggregate(name="count", function="count"),)),
    order=(Order(path="count", descending=True),),
    subject="instances",
)


def _operation(name: str, rows_path: str, pagination: CursorPagination | None, metrics: tuple[Metric, ...] = ()) -> Operation:
    return Operation(
        id=f"aws:{name}", source="aws", name=name, protocol="aws", method="POST", path="/" + name.replace(".", "/"), effect=Effect.READ,
        effect_reason="", rows_path=rows_path, pagination=pagination, metrics=metrics, slice_hash="0",
    )  # fmt: skip


_PAGES = CursorPagination(cursor_parameter="NextToken", next_path="NextToken")
OPERATIONS: Mapping[str, Operation] = {
    INSTANCES: _operation("ec2.DescribeInstances", "Reservations[].Instances", _PAGES),
    METRICS: _operation("cloudwatch.GetMetricData", "MetricDataResults", _PAGES, (CPU,)),
}


def instances(*ids: str, token: str | None = None, state: str = "running", type_: str = "t3") -> Json:
    """One page, a reservation for each instance."""
    rows = [{"InstanceId": name, "State": {"Name": state}, "InstanceType": type_} for name in ids]
    return {"Reservations": [{"Instances": [row]} for row in rows]} | ({"NextToken": token} if token else {})


def asked(*keys: str, minutes: float = 30, statistic: str = "Average", period: int = 300, token: str | None = None) -> Json:
    """What a tool asks for."""
    items = [{"Id": f"m{number}", "MetricStat": {"Dimension": key, "Period": period, "Stat": statistic}} for number, key in enumerate(keys)]
    ends = {"StartTime": (NOW - timedelta(minutes=minutes)).isoformat(), "EndTime": NOW.isoformat(), "ScanBy": "TimestampDescending"}
    return {"MetricDataQueries": items, **ends} | ({"NextToken": token} if token else {})


def measured(*values: Sequence[float], token: str | None = None) -> Json:
    """Datapoints of each item, newest first."""
    return {"MetricDataResults": [{"Id": f"m{number}", "Values": list(points)} for number, points in enumerate(values)]} | (
        {"NextToken": token} if token else {}
    )


def call(place: str, operation: str, response: Json, request: Json = None, status: int = 200) -> CallRecord:
    """A call on record; `transcript` numbers it."""
    url = f"aws://{place}/" + operation.removeprefix("aws:").replace(".", "/")
    return CallRecord(
        number=0, source="aws", place=place, operation=operation, method="POST", url=url, status=status,
        request_body=orjson.dumps(request or {}).decode(), response_body=orjson.dumps(response).decode(),
    )  # fmt: skip


def transcript(*calls: CallRecord) -> Transcript:
    """Calls in order."""
    return Transcript(started_at=NOW, calls=tuple(one.model_copy(update={"number": number}) for number, one in enumerate(calls, 1)))
