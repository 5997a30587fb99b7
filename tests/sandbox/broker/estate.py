"""A small API with one operation of every kind that the broker tells apart, and the other end of its wire."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sandbox.broker.broker import Broker
from sandbox.broker.budget import Budget
from sandbox.broker.grant import Grant
from sandbox.broker.signing import Authenticator, anonymous
from sandbox.broker.wire import Headers, WireRequest, WireResponse
from schemas.base import Json, digest
from schemas.operation import Effect, Operation, Slice
from schemas.source import Source

BASE = "http://estate.test:8080/api/v1"
SOURCE = Source(name="estate", spec_url=f"{BASE}/openapi.json", base_url=BASE)

_PAGE: Json = {
    "200": {"description": "A page", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Page"}}}},
}
_SCHEMAS: Json = {
    "Page": {"type": "object", "properties": {"items": {"type": "array", "items": {"type": "object"}}, "next": {"type": "string"}}},
    "Status": {"type": "string", "enum": ["up", "down", "draining"]},
    "Range": {"type": "object", "properties": {"gte": {"type": "integer"}, "lt": {"type": "integer"}}},
    "Paged": {"type": "object", "properties": {"size": {"type": "integer", "maximum": 500}, "after": {"type": "string"}}},
    "Filter": {
        "type": "object",
        "required": ["field"],
        "properties": {
            "field": {"type": "string"},
            "equals": {"type": ["string", "number"]},
            "all_of": {"type": "array", "items": {"$ref": "#/components/schemas/Filter"}},
        },
    },
    "Search": {
        "allOf": [
            {"$ref": "#/components/schemas/Paged"},
            {
                "type": "object",
                "properties": {
                    "filter": {"$ref": "#/components/schemas/Filter"},
                    "labels": {"type": "object"},
                    "units": {"type": "object", "additionalProperties": {"type": "integer"}},
                },
            },
        ]
    },
}


def query(name: str, schema: Json, **more: Json) -> Json:
    """A Parameter Object of the query."""
    return {"name": name, "in": "query", "schema": schema, **more}


def body(schema: Json, media_type: str = "application/json", **more: Json) -> Json:
    """A Request Body Object."""
    return {"content": {media_type: {"schema": schema, **more}}, "required": True}


def piece(method: str, path: str, name: str, effect: Effect = Effect.READ, **said: Json) -> Slice:
    """A slice whose Operation Object says this."""
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Estate", "version": "1"},
        "paths": {path: {method.lower(): {"operationId": name, "responses": _PAGE, **said}}},
        "components": {"schemas": _SCHEMAS},
    }
    operation = Operation(
        id=f"estate:{name}",
        source="estate",
        name=name,
        method=method,
        path=path,
        effect=effect,
        effect_reason="for the test",
        has_body="requestBody" in said,
        slice_hash=digest(document),
    )
    return Slice(operation=operation, document=document)


_HOST_ID: Json = {"name": "host_id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^h-[0-9]+$"}}

LIST_HOSTS = piece(
    "GET",
    "/hosts",
    "list_hosts",
    parameters=[
        query("limit", {"type": "integer", "minimum": 1, "maximum": 100}),
        query("cursor", {"type": "string"}),
        query("min_load", {"type": "number"}),
        query("active", {"type": "boolean"}),
        query("status", {"type": "array", "items": {"$ref": "#/components/schemas/Status"}}),
        query("zones", {"type": "array", "items": {"type": "string"}}, explode=False),
        query("racks", {"type": "array", "items": {"type": "integer"}}, style="pipeDelimited", explode=False),
        query("created", {"anyOf": [{"$ref": "#/components/schemas/Range"}, {"type": "integer"}]}, style="deepObject", explode=True),
        query("expand", {"type": "array", "items": {"type": "string"}}, style="deepObject", explode=True),
        query("window", {"$ref": "#/components/schemas/Paged"}),
        query("where", {}, content={"application/json": {"schema": {"$ref": "#/components/schemas/Filter"}}}),
        query("since", {"type": "string", "format": "date-time"}),
        query("verbose", {"type": "boolean"}, allowEmptyValue=True),
        {"name": "X-Tenant", "in": "header", "schema": {"type": "string", "maxLength": 8}},
    ],
)
GET_HOST = piece("GET", "/hosts/{host_id}", "get_host", parameters=[_HOST_ID])
EXPORT_HOSTS = piece("GET", "/hosts/export", "export_hosts", Effect.REVEAL)
REBOOT_HOST = piece("GET", "/hosts/{host_id}/reboot", "reboot_host", Effect.WRITE, parameters=[_HOST_ID])
DELETE_HOST = piece("DELETE", "/hosts/{host_id}", "delete_host", Effect.WRITE, parameters=[_HOST_ID])
LIST_ALERTS = piece(
    "GET",
    "/alerts",
    "list_alerts",
    parameters=[
        query("region", {"type": "string"}, required=True),
        {"name": "X-Scope", "in": "header", "required": True, "schema": {"type": "string"}},
    ],
)
GET_REPORT = piece("GET", "/reports/{name}.{format}", "get_report")
SEARCH_HOSTS = piece("POST", "/hosts/search", "search_hosts", requestBody=body({"$ref": "#/components/schemas/Search"}))
QUERY_LOGS = piece(
    "POST",
    "/logs/query",
    "query_logs",
    requestBody=body(
        {
            "type": "object",
            "required": ["query"],
            "properties": {
                "query": {"type": "string"},
                "limit": {"type": "integer", "maximum": 1000},
                "levels": {"type": "array", "items": {"type": "string"}},
            },
        },
        "application/x-www-form-urlencoded",
    ),
)

ALL: Sequence[Slice] = (
    LIST_HOSTS,
    GET_HOST,
    EXPORT_HOSTS,
    REBOOT_HOST,
    DELETE_HOST,
    LIST_ALERTS,
    GET_REPORT,
    SEARCH_HOSTS,
    QUERY_LOGS,
)
READS: Sequence[Slice] = tuple(slice_ for slice_ in ALL if slice_.operation.effect is Effect.READ)


def grant(capabilities: Sequence[Slice] = READS, source: Source = SOURCE) -> Grant:
    """A grant over the whole estate."""
    return Grant(source, tuple(capabilities), tuple(slice_.operation for slice_ in ALL))


class Wire:
    """A `Transport` that keeps what it was given and answers what it is told."""

    def __init__(self, answer: Callable[[WireRequest], WireResponse] | WireResponse | None = None) -> None:
        self.sent: list[WireRequest] = []
        self._answer = answer or response({"items": []})

    def send(self, request: WireRequest) -> WireResponse:
        self.sent.append(request)
        return self._answer(request) if callable(self._answer) else self._answer


def response(content: Json, status: int = 200, headers: Headers = (("content-type", "application/json"),)) -> WireResponse:
    """A JSON response."""
    return WireResponse(status, headers, json.dumps(content).encode())


def broker(
    wire: Wire,
    capabilities: Sequence[Slice] = READS,
    *,
    budget: Budget | None = None,
    authenticate: Authenticator = anonymous,
    monotonic: Callable[[], float] = lambda: 0.0,
) -> Broker:
    """A broker on a wire, with a clock that stands still."""
    return Broker(grant(capabilities), wire, budget=budget, authenticate=authenticate, monotonic=monotonic, sleep=lambda _: None)


def get(path: str, headers: Mapping[str, str] | None = None, method: str = "GET", content: bytes | None = None) -> WireRequest:
    """A request as httpx makes it."""
    usual = {"host": "estate.test:8080", "accept": "*/*", "accept-encoding": "gzip, deflate", "connection": "keep-alive", "user-agent": "x"}
    return WireRequest(method, BASE + path, tuple((usual | dict(headers or {})).items()), content)


def post(path: str, value: Any, media_type: str = "application/json") -> WireRequest:
    """A request with a body."""
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return get(path, {"content-type": media_type, "content-length": str(len(content))}, "POST", content)
