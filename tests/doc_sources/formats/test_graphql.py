"""GraphQL: fields of the root types become operations that are known and never called."""

from __future__ import annotations

from pathlib import Path

import graphql
import orjson
import pytest

from doc_sources.formats import reading
from doc_sources.formats.graphql_types import MOST_MEMBERS, MOST_TOGETHER, members_of_each
from schemas.base import Json
from schemas.errors import SpecUnusable
from schemas.operation import Effect, Slice
from tests.doc_sources.formats.texts import operations_of, slices_of

SCHEMA = '''
"""The shop's API."""
schema { query: Reads mutation: Changes subscription: Streams }
type Reads {
  "Orders of a customer. Newest first."
  orders(customer: ID!, state: State = OPEN, where: OrderFilter, first: Int = 20): [Order!]!
  ping: String @deprecated(reason: "use health")
}
type Changes { cancelOrder(id: ID!): Order }
type Streams { orderChanged: Order }
enum State { OPEN CLOSED }
input OrderFilter { text: String, and: [OrderFilter!], since: DateTime }
type Order { id: ID!, state: State!, customer: Customer, total: Float @deprecated }
type Customer { id: ID!, orders: [Order!]! }
scalar DateTime
'''


def body(piece: Slice) -> Json:
    return piece.document["paths"][piece.operation.path]["post"]["requestBody"]["content"]["application/json"]["schema"]


def answer(piece: Slice) -> Json:
    return piece.document["paths"][piece.operation.path]["post"]["responses"]["200"]["content"]["application/json"]["schema"]


def test_queries_read_and_all_else_writes() -> None:
    found = operations_of(SCHEMA)
    assert {name: one.effect for name, one in found.items()} == {
        "query.orders": Effect.READ,
        "query.ping": Effect.READ,
        "mutation.cancelOrder": Effect.WRITE,
        "subscription.orderChanged": Effect.WRITE,
    }
    assert "stays open" in found["subscription.orderChanged"].effect_reason


def test_nothing_of_it_can_be_called() -> None:
    assert not any(one.is_callable or one.is_listable for one in operations_of(SCHEMA).values())


def test_a_field_has_its_signature_words_and_arguments() -> None:
    orders = operations_of(SCHEMA)["query.orders"]
    assert (orders.method, orders.path, orders.protocol) == ("POST", "/query/orders", "graphql")
    assert orders.summary == "Orders of a customer."
    assert orders.description.startswith("orders(customer: ID!, state: State, where: OrderFilter, first: Int): [Order!]!")
    assert [(p.name, p.location, p.required) for p in orders.parameters] == [
        ("customer", "body", True),
        ("state", "body", False),
        ("where", "body", False),
        ("first", "body", False),
    ]


def test_arguments_have_types_enums_and_defaults() -> None:
    properties = body(slices_of(SCHEMA)["query.orders"])["properties"]
    assert properties["state"] == {"type": "string", "title": "State", "enum": ["OPEN", "CLOSED"], "default": "OPEN"}
    assert properties["first"] == {"type": "integer", "format": "int32", "default": 20}
    assert properties["where"]["properties"]["since"] == {"type": "string", "format": "date-time"}


def test_what_comes_back_is_the_response_and_its_fields_are_known() -> None:
    orders = slices_of(SCHEMA)["query.orders"]
    assert answer(orders)["items"]["required"] == ["id", "state"]
    assert orders.operation.field("customer.id") is not None


def test_a_deprecated_field_says_what_to_use() -> None:
    ping = slices_of(SCHEMA)["query.ping"]
    assert "Deprecated: use health" in ping.operation.description
    assert ping.document["paths"]["/query/ping"]["post"]["deprecated"] is True


def test_types_that_lead_to_each_other_end_at_a_bound() -> None:
    wide = "".join(f"f{number}: T{(number * 7) % 40} " for number in range(40))
    schema = "type Query { start: T0 }" + "".join(f"type T{number} {{ {wide} }}" for number in range(40))
    described = orjson.dumps(answer(slices_of(schema)["query.start"])).decode()
    assert described.count('"title"') <= MOST_MEMBERS + 1
    assert described.count('"title"') > MOST_MEMBERS - 40


def test_an_introspection_says_the_same() -> None:
    result = graphql.introspection_from_schema(graphql.build_schema(SCHEMA))
    for value in ({"data": result}, result):
        assert operations_of(orjson.dumps(value)).keys() == operations_of(SCHEMA).keys()


def test_a_part_of_a_larger_schema_is_read_as_far_as_it_goes() -> None:
    found = slices_of("extend type Query { order(id: ID!, at: Somewhere): Order @provides }\ntype Order { id: ID! }")
    assert found["query.order"].operation.effect is Effect.READ
    assert body(found["query.order"])["properties"]["at"] == {"title": "Somewhere"}


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ("type Query { ", "Syntax Error"),
        ("type Order { id: ID! }", "no query type"),
        ("type Query { a: " + "[" * 20_000 + "Int" + "]" * 20_000 + " }", "can be read"),
        ('{"__schema": {"types": 7}}', "can be read"),
    ],
)
def test_what_is_no_schema_is_refused(schema: str, words: str) -> None:
    with pytest.raises(SpecUnusable, match=words):
        operations_of(schema)


def test_a_description_that_quotes_a_schema_is_not_taken_for_one() -> None:
    yaml = "openapi: 3.1.0\ninfo:\n  title: T\n  version: '1'\n  description: |\n    type Query {\n      a: Int\n    }\npaths: {}\n"
    assert reading.read(yaml.encode(), "https://docs.example/api.yaml").protocol == "http"


def test_the_address_may_tell_what_the_content_leaves_open(tmp_path: Path) -> None:
    path = tmp_path / "schema.graphqls"
    assert reading.read(b"directive @x on FIELD\ntype Query { a: Int }", str(path)).protocol == "graphql"


def test_what_is_written_out_of_all_fields_together_is_bounded() -> None:
    assert members_of_each(1) == members_of_each(MOST_TOGETHER // MOST_MEMBERS) == MOST_MEMBERS
    assert members_of_each(MOST_TOGETHER) == 1
    wide = "type Query { " + " ".join(f"f{number}: A" for number in range(4_000)) + " }"
    described = reading.read(f"{wide} type A {{ {' '.join(f'g{number}: A' for number in range(190))} }}".encode(), "a.graphql")
    answer = described.root["paths"]["/query/f0"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert len(answer["properties"]) == members_of_each(4_000) == 100
