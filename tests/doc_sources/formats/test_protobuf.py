"""gRPC: rpcs become operations that are known and never called."""

from __future__ import annotations

import pytest

from doc_sources.formats.protobuf import MOST_BYTES
from schemas.base import Json
from schemas.errors import SpecUnusable
from schemas.operation import Effect, Slice
from tests.doc_sources.formats.texts import operations_of, slices_of
from tests.doc_sources.specs import published

PROTO = """
// Copyright of nobody.
syntax = "proto3";
package shop.v1;
import "google/protobuf/timestamp.proto";
import "other.proto";

// Orders and what becomes of them.
service Orders {
  // GetOrder gives one order. It must exist.
  rpc GetOrder(GetOrderRequest) returns (Order) {
    option (google.api.http) = { get: "/v1/orders/{id}" additional_bindings { post: "/v1/orders:get" body: "*" } };
  }
  rpc CancelOrder(GetOrderRequest) returns (Order) { option deprecated = true; }
  /* Watch sends every change. */
  rpc Watch(stream GetOrderRequest) returns (stream Order);
}
message GetOrderRequest {
  string id = 1; // its number
  bool deep = 2 [deprecated = true];
}
message Order {
  enum State { OPEN = 0; CLOSED = 1; }
  message Line { string article = 1; int64 pieces = 2; Order of = 3; }
  State state = 1;
  repeated Line lines = 2;
  map<string, Line> by_article = 3;
  oneof paid { string card = 4; bytes token = 5; }
  google.protobuf.Timestamp at = 6;
  other.Thing elsewhere = 7;
}
"""


def schema(piece: Slice, name: str) -> Json:
    return piece.document["components"]["schemas"][f"shop.v1.{name}"]["properties"]


@pytest.fixture(scope="module")
def slices() -> dict[str, Slice]:
    return slices_of(PROTO)


def test_every_rpc_is_an_operation_at_its_path(slices: dict[str, Slice]) -> None:
    assert {name: (one.operation.method, one.operation.path, one.operation.protocol) for name, one in slices.items()} == {
        "shop.v1.Orders/GetOrder": ("POST", "/shop.v1.Orders/GetOrder", "grpc"),
        "shop.v1.Orders/CancelOrder": ("POST", "/shop.v1.Orders/CancelOrder", "grpc"),
        "shop.v1.Orders/Watch": ("POST", "/shop.v1.Orders/Watch", "grpc"),
    }
    assert not any(one.operation.is_callable for one in slices.values())


def test_its_name_says_whether_it_reads_and_the_unknown_writes(slices: dict[str, Slice]) -> None:
    assert slices["shop.v1.Orders/GetOrder"].operation.effect is Effect.READ
    assert slices["shop.v1.Orders/CancelOrder"].operation.effect is Effect.WRITE
    assert slices["shop.v1.Orders/Watch"].operation.effect is Effect.WRITE


def test_comments_streams_and_gateways_are_its_words(slices: dict[str, Slice]) -> None:
    get, watch = slices["shop.v1.Orders/GetOrder"].operation, slices["shop.v1.Orders/Watch"].operation
    assert get.summary == "GetOrder gives one order."
    assert "HTTP: GET /v1/orders/{id}\nHTTP: POST /v1/orders:get" in get.description
    assert watch.description.startswith("Watch(stream GetOrderRequest) returns (stream Order)\n\nWatch sends every change.")
    assert slices["shop.v1.Orders/CancelOrder"].document["paths"]["/shop.v1.Orders/CancelOrder"]["post"]["deprecated"] is True


def test_its_request_is_its_parameters(slices: dict[str, Slice]) -> None:
    parameters = slices["shop.v1.Orders/GetOrder"].operation.parameters
    assert [(p.name, p.location, p.value_schema["type"], p.description) for p in parameters] == [
        ("id", "body", "string", "its number"),
        ("deep", "body", "boolean", ""),
    ]


def test_messages_are_written_as_json_maps_them(slices: dict[str, Slice]) -> None:
    order = schema(slices["shop.v1.Orders/GetOrder"], "Order")
    line = {"$ref": "#/components/schemas/shop.v1.Order.Line"}
    assert order["state"] == {"$ref": "#/components/schemas/shop.v1.Order.State"}
    assert order["lines"] == {"type": "array", "items": line}
    assert order["by_article"] == {"type": "object", "additionalProperties": line}
    assert order["card"] == {"type": "string", "description": "At most one of card, token is set."}
    assert order["token"]["contentEncoding"] == "base64"
    assert order["at"] == {"type": "string", "format": "date-time"}
    assert order["elsewhere"] == {"description": "A other.Thing, which another file describes."}
    assert schema(slices["shop.v1.Orders/GetOrder"], "Order.Line")["pieces"] == {"type": "string", "format": "int64"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('syntax = "proto3"; garbage', "line 1, column 20"),
        ('syntax = "proto3"; message M { string a = 1; }', "declares no rpc"),
        ('syntax = "proto3"; ' + "message A {" * 2_000 + "}" * 2_000, "nested too deeply"),
        ('syntax = "proto3"; //' + "x" * MOST_BYTES, "larger than 1 MB"),
    ],
)
def test_what_is_no_use_is_refused(text: str, words: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SpecUnusable, match=words):
        operations_of(text)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("file", "count", "read"),
    [
        ("etcd.rpc.proto", 42, "etcdserverpb.Auth/UserGet"),
        ("jaeger.api_v2.query.proto", 6, "jaeger.api_v2.QueryService/GetTrace"),
        ("jaeger.api_v3.query_service.proto", 6, "jaeger.api_v3.QueryService/GetServices"),
    ],
)
def test_no_rpc_of_published_files_is_lost(file: str, count: int, read: str) -> None:
    found = operations_of(published(file).read_bytes())
    assert len(found) == count
    assert read in found
