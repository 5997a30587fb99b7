"""Step 5, names and values: nothing leaves that the slice does not declare."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.broker.contract import contract_of
from sandbox.broker.denials import UndeclaredShape
from schemas.base import Json
from schemas.errors import SpecUnusable
from schemas.operation import Slice
from tests.sandbox.broker.estate import GET_HOST, LIST_ALERTS, LIST_HOSTS, Wire, broker, get, piece, query


def _sent(path: str, **headers: str) -> list[tuple[str, str]]:
    """The query that leaves for a request."""
    wire = Wire()
    broker(wire).exchange(get(path, headers))
    return parse_qsl(urlsplit(wire.sent[0].url).query, keep_blank_values=True)


def _refusal(path: str, **headers: str) -> str:
    wire = Wire()
    with pytest.raises(UndeclaredShape) as denied:
        broker(wire).exchange(get(path, headers))
    assert wire.sent == []
    return str(denied.value)


@pytest.mark.parametrize(
    "text",
    [
        "limit=1",
        "limit=100",
        "min_load=0.5",
        "min_load=3",
        "min_load=1e3",
        "active=true",
        "active=false",
        "status=up",
        "status=up&status=draining",
        "zones=a%2Cb",
        "racks=1%7C2",
        "created=5",
        "created%5Bgte%5D=1&created%5Blt%5D=2",
        "expand%5B%5D=disks&expand%5B%5D=tags",
        "expand%5B0%5D=disks&expand%5B1%5D=tags",
        "size=10&after=x",
        "where=%7B%22field%22%3A%22zone%22%7D",
        "verbose=",
        "since=2026-01-31T10%3A00%3A00Z",
        "since=2026-01-31T10%3A00%3A00.5%2B08%3A00",
        "cursor=eyJpZCI6NDJ9%3D%3D",
        "cursor=",
    ],
)
def test_declared_names_with_allowed_values_pass(text: str) -> None:
    assert _sent(f"/hosts?{text}") == parse_qsl(text, keep_blank_values=True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("limit=0", "query parameter 'limit' is '0': it is less than the minimum of 1"),
        ("limit=101", "query parameter 'limit' is '101': it is greater than the maximum of 100"),
        ("limit=ten", "query parameter 'limit' is 'ten': it is not integer"),
        ("limit=1.5", "it is not integer"),
        ("limit=0x10", "it is not integer"),
        ("limit=", "it is not integer"),
        ("limit=1&limit=2", "query parameter 'limit' is given more than once ('1, 2')"),
        ("min_load=nan", "it is not number"),
        ("min_load=Infinity", "it is not number"),
        ("active=True", "it is not boolean"),
        ("active=1", "it is not boolean"),
        ("status=sideways", "query parameter 'status' is 'sideways': it is not one of"),
        ("status=up&status=sideways", "it is not one of"),
        ("racks=1%7Cx", "query parameter 'racks' is '1|x': it is not of type"),
        ("created%5Bgte%5D=soon", "query parameter 'created' is 'gte=soon'"),
        ("created%5Bgte%5D=1&created%5Bgte%5D=2", "given more than once"),
        ("created=5&created%5Bgte%5D=1", "given more than once"),
        ("size=501", "it is greater than the maximum of 500"),
        ("where=%7B%7D", "query parameter 'where' is '{}': \"field\" is a required property"),
        ("where=%7B%22field%22%3A%22a%22%2C%22x%22%3A1%7D", "query parameter 'where'"),
        ("where=nonsense", "query parameter 'where' is 'nonsense'"),
        ("since=yesterday", "query parameter 'since' is 'yesterday': it is not a \"date-time\""),
        ("since=2026-01-31T10%3A00%3A00", 'it is not a "date-time"'),
        ("cursor=%zz", "the query is malformed: '%zz' holds a '%' that is no escape"),
        ("cursor=%ff", "the query is malformed: '%ff' is not UTF-8"),
    ],
)
def test_a_value_that_the_schema_forbids_is_named_with_the_rule(text: str, words: str) -> None:
    assert words in _refusal(f"/hosts?{text}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("limt=5", "query parameter 'limt' is not declared, the nearest is 'limit'"),
        ("Limit=5", "query parameter 'Limit' is not declared, the nearest is 'limit'"),
        ("limit%00=5", "not declared"),
        ("statuses=up", "the nearest is 'status'"),
        ("status%5B%5D=up", "query parameter 'status[]' is not declared, the nearest is 'status'"),
        ("created%5Bgt%5D=1", "query parameter 'created[gt]' is not declared, the nearest are 'created[gte]', 'created[lt]'"),
        ("created%5Bgte%5D%5Bx%5D=1", "not declared"),
        ("expand%5Bx%5D=1", "not declared"),
        ("_method=DELETE", "query parameter '_method' is not declared, declared are 'limit', 'cursor'"),
        ("api_key=x", "not declared"),
        ("=5", "not declared"),
        ("&&x", "query parameter 'x' is not declared"),
        ("limit=5;admin=true", "query parameter 'limit' is '5;admin=true'"),
        ("limit=5%26admin=true", "query parameter 'limit' is '5&admin=true'"),
    ],
)
def test_an_undeclared_name_is_told_the_nearest(text: str, words: str) -> None:
    assert words in _refusal(f"/hosts?{text}")


def test_an_operation_without_parameters_says_so() -> None:
    assert "query parameter 'x' is not declared, none is" in _refusal("/hosts/h-1?x=1")


@pytest.mark.parametrize("many", [5, 6])
def test_five_problems_are_told_at_once_and_of_more_that_there_are(many: int) -> None:
    words = _refusal("/hosts?" + "&".join(f"wrong{number}=1" for number in range(many)))

    assert words.startswith("list_hosts (GET /hosts): query parameter 'wrong0' is not declared")
    assert "'wrong4'" in words
    assert "'wrong5'" not in words
    assert words.endswith("; and more.") == (many > 5)


def test_a_required_parameter_and_header_must_be_there() -> None:
    words = _refusal("/alerts")

    assert "query parameter 'region' is required and missing" in words
    assert "header 'X-Scope' is required and missing" in words


def test_a_path_parameter_is_held_against_its_schema() -> None:
    assert "path parameter 'host_id' is 'h-x': it does not match" in _refusal("/hosts/h-x")


@pytest.mark.parametrize("separator", [";", "&", "#", "%26", "%3B"])
def test_what_leaves_holds_no_separator_that_was_not_judged_as_one(separator: str) -> None:
    text = f"/hosts?cursor=a{separator.replace('&', '%26').replace('#', '%23')}limit=9"
    wire = Wire()
    broker(wire).exchange(get(text))

    assert urlsplit(wire.sent[0].url).query.count("&") == 0
    assert ";" not in wire.sent[0].url


@pytest.mark.parametrize("name", ["Authorization", "cookie", "Proxy-Authorization"])
def test_a_credential_set_by_the_tool_is_denied(name: str) -> None:
    assert f"header '{name.lower()}' is the broker's: it signs each request" in _refusal("/hosts", **{name: "Bearer x"})


@pytest.mark.parametrize(
    "name", ["X-Tenent", "X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "Range", "If-None-Match", "X-Api-Key", "Upgrade", "Expect"]
)
def test_an_undeclared_header_is_denied(name: str) -> None:
    words = _refusal("/hosts", **{name: "x"})

    assert f"header '{name.lower()}' is not declared, " in words
    assert "'X-Tenant'" in words


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\x00b", "é", "a\x7f"])
def test_a_header_that_would_end_early_is_denied(value: str) -> None:
    assert "holds characters that no header may have" in _refusal("/hosts", **{"X-Tenant": value})


@pytest.mark.parametrize("name", ["X Tenant", "X-Tenant:", "X-Ten\r\nant", "", "X-Ténant"])
def test_a_header_name_that_is_no_token_is_denied(name: str) -> None:
    assert "holds characters that no header may have" in _refusal("/hosts", **{name: "x"})


@pytest.mark.parametrize(("value", "passes"), [("12345678", True), ("123456789", False)])
def test_a_declared_header_is_held_against_its_schema(value: str, passes: bool) -> None:
    if passes:
        assert _sent("/hosts", **{"X-Tenant": value}) == []
    else:
        assert "header 'X-Tenant' is '123456789': it is longer than 8 characters" in _refusal("/hosts", **{"X-Tenant": value})


def test_the_clients_own_headers_are_replaced_by_ours() -> None:
    wire = Wire()

    broker(wire).exchange(
        get("/hosts", {"X-Tenant": "t1", "accept": "text/html", "user-agent": "evil", "te": "trailers", "Transfer-Encoding": "chunked"})
    )

    assert wire.sent[0].headers == (("accept", "application/json"), ("x-tenant", "t1"))


def test_a_tool_may_choose_among_the_declared_media_types() -> None:
    both: Json = {"200": {"description": "", "content": {"text/plain": {}, "application/json": {}}}}
    metrics = piece("GET", "/metrics", "metrics", responses=both)
    contract = contract_of(metrics)

    assert dict(contract.judge({}, "", (("accept", "*/*"),), None).headers)["accept"] == "text/plain, application/json"
    assert dict(contract.judge({}, "", (("accept", "application/json"),), None).headers)["accept"] == "application/json"


def test_a_media_type_that_would_end_its_header_is_left_out() -> None:
    odd: Json = {"200": {"description": "", "content": {"text/plain\r\nX-Evil: 1": {}, "té/xt": {}, "text/csv; header=present": {}}}}
    contract = contract_of(piece("GET", "/metrics", "metrics", responses=odd))

    assert contract.judge({}, "", (), None).headers == (("accept", "text/csv; header=present"),)


@pytest.mark.parametrize(
    "parameter",
    [
        query("q", {"$ref": "#/components/schemas/Absent"}),
        query("q", {"$ref": "http://evil.test/schema.json"}),
        query("q", {"not": {"$ref": "http://evil.test/schema.json"}}),
        query("q", {"type": "string", "pattern": "("}),
        {"name": "q", "in": "query", "schema": 7},
        query("q", {"type": "object", "properties": []}),
    ],
)
def test_a_slice_that_cannot_be_compiled_lets_nothing_pass(parameter: Any) -> None:
    with pytest.raises(SpecUnusable):
        contract_of(piece("GET", "/hosts", "list_hosts", parameters=[parameter])).judge({}, "q=1", (), None)


def test_a_slice_of_another_path_is_not_taken_for_this_operations() -> None:
    crossed = Slice(operation=GET_HOST.operation, document=LIST_HOSTS.document)

    with pytest.raises(SpecUnusable, match="does not describe GET"):
        contract_of(crossed)


def test_a_parameter_of_the_operation_replaces_the_paths() -> None:
    slice_ = piece("GET", "/hosts", "list_hosts", parameters=[query("n", {"type": "integer"})])
    slice_.document["paths"]["/hosts"]["parameters"] = [query("n", {"type": "string"}), query("m", {"type": "string"})]
    contract = contract_of(Slice(operation=slice_.operation, document=slice_.document))

    assert contract.judge({}, "n=1&m=x", (), None).query == "n=1&m=x"
    with pytest.raises(UndeclaredShape):
        contract.judge({}, "n=x", (), None)


_NAMES = [
    "limit",
    "cursor",
    "status",
    "created",
    "created[gte]",
    "expand[]",
    "size",
    "X-Tenant",
    "limt",
    "",
    "created[",
    "active",
    "é",
    "a&b",
    "a=b",
]


@given(st.lists(st.tuples(st.sampled_from(_NAMES), st.sampled_from(["1", "up", "", "true", "x", "101", "a&b", "é", ";"])), max_size=4))
def test_whatever_passes_arrives_with_declared_names_only(pairs: list[tuple[str, str]]) -> None:
    try:
        judged = contract_of(LIST_HOSTS).judge({}, urlencode(pairs), (), None)
    except UndeclaredShape:
        return
    assert parse_qsl(judged.query, keep_blank_values=True) == pairs
    assert {name for name, _ in pairs} <= {"limit", "cursor", "status", "created", "created[gte]", "expand[]", "size", "active"}


def test_alerts_with_everything_pass() -> None:
    wire = Wire()
    broker(wire, [LIST_ALERTS]).exchange(get("/alerts?region=eu", {"X-Scope": "all"}))

    assert wire.sent[0].headers[-1] == ("x-scope", "all")
