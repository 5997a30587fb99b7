"""The record answers as the broker did, call by call, and says what is asked otherwise."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from sandbox.broker.broker import Broker
from sandbox.broker.budget import Budget
from sandbox.broker.grant import Grant
from sandbox.broker.wire import TransportFailure, WireRequest, WireResponse
from sandbox.egress import Egress, EgressFailure
from sandbox.replay import CODE, ReplayEgress
from schemas.run import CallRecord
from tests.sandbox.broker.cloud import ALL, DESCRIBE_INSTANCES, aws, call
from tests.sandbox.broker.estate import BASE, Wire, broker, get, post, response

_NOW = datetime(2026, 1, 31, 10, tzinfo=UTC)
_FORM = "application/x-www-form-urlencoded"


def _envelope(request: WireRequest) -> str:
    body = request.body.decode() if request.body is not None else None
    return json.dumps({"method": request.method, "url": request.url, "headers": request.headers, "body": body})


def _heard(egress: Egress, envelopes: Sequence[str]) -> list[str | tuple[str, str, str]]:
    """What the isolate hears of each call."""
    heard: list[str | tuple[str, str, str]] = []
    for envelope in envelopes:
        try:
            heard.append(egress.send(envelope))
        except EgressFailure as failure:
            heard.append((failure.kind, failure.code, failure.message))
    return heard


def _record(requests: Sequence[WireRequest], wire: Wire | None = None) -> tuple[CallRecord, ...]:
    made = broker(wire or Wire())
    _heard(made, [_envelope(request) for request in requests])
    return made.transcript(_NOW).calls


def _answer(request: WireRequest) -> WireResponse:
    if "unreachable" in request.url:
        raise TransportFailure("connect", "estate can't be reached", hint="Is it up?")
    if "slow" in request.url:
        raise TransportFailure("timeout", "estate took too long")
    if "busy" in request.url:
        return response({"detail": "busy"}, 429, (("content-type", "application/json"), ("Retry-After", "2")))
    return response({"items": [{"id": "h-1", "password": "hunter2", "city": "Zürich 上海"}], "asked": request.url})


ASKED = [
    get("/hosts?limit=5"),
    get("/hosts?zones=a,b&status=up&status=down"),
    get("/hosts?cursor=a+b%2Fc%7e&verbose="),
    get("/hosts?cursor=ghp_" + "a" * 36),
    get("/hosts?cursor=unreachable"),
    get("/hosts?cursor=slow"),
    get("/hosts?cursor=busy"),
    get("/hosts/h-1"),
    get("/hosts/%68-1"),
    post("/hosts/search", {"filter": {"field": "name", "equals": "ü"}}),
    post("/hosts/search", b'{ "size": 5.0, "size": 6 }'),
    post("/logs/query", b"query=level+%3D+x&limit=5", _FORM),
    get("/nowhere"),
    get("/hosts?nowhere=1"),
    get("/hosts/h-1", method="DELETE"),
    get("/hosts/export"),
    post("/hosts/search", {"nonsense": "ghp_" + "a" * 36}),
    post("/hosts/search", b'{"labels":{"a":' + b"[" * 300 + b"]" * 300 + b"}}"),
    WireRequest("GET", "http://elsewhere.test/x?" + "a" * 5000),
    WireRequest("GET\x1b[2J", f"{BASE}/hosts/\x9b"),
]


def test_a_record_answers_to_the_byte_what_the_broker_answered() -> None:
    envelopes = [*map(_envelope, ASKED), "no envelope", '{"method": 1}']
    live = broker(Wire(_answer))
    heard = _heard(live, envelopes)
    replay = ReplayEgress(live.transcript(_NOW).calls, BASE)

    assert _heard(replay, envelopes) == heard
    assert replay.difference() == ""
    assert {how[0] for how in heard if isinstance(how, tuple)} == {"connect", "timeout", "denied"}


def test_a_record_of_aws_answers_with_json_as_the_broker_did() -> None:
    source = aws().at("us-east-1")
    live = Broker(
        Grant(source, (DESCRIBE_INSTANCES,), tuple(piece.operation for piece in ALL)), Wire(response({"Reservations": [], "At": "2026"}))
    )
    envelopes = [_envelope(call("ec2/DescribeInstances", {})), _envelope(call("ec2/DescribeInstances", {"Nothing": 1}))]
    heard = _heard(live, envelopes)
    replay = ReplayEgress(live.transcript(_NOW).calls, source.base_url)

    assert _heard(replay, envelopes) == heard
    assert json.loads(str(heard[0]))["json"] == {"Reservations": [], "At": "2026"}


def test_a_spent_budget_is_on_record_as_a_limit() -> None:
    live = broker(Wire(), budget=Budget(requests=1))
    envelopes = [_envelope(get("/hosts"))] * 2
    heard = _heard(live, envelopes)

    assert _heard(ReplayEgress(live.transcript(_NOW).calls, BASE), envelopes) == heard
    assert heard[1][0] == "limit"


@pytest.mark.parametrize(
    ("recorded", "asked"),
    [
        (get("/hosts?limit=5"), WireRequest("GET", "HTTP://ESTATE.test:8080/api/v1/hosts?limit=5".replace("HTTP", "http"))),
        (get("/hosts?cursor=a%20b"), get("/hosts?cursor=a+b")),
        (get("/hosts?limit=5"), get("/hosts?limit=%35&")),
        (post("/hosts/search", b'{"size":5}'), post("/hosts/search", b'{ "size" : 5 }')),
    ],
)
def test_another_spelling_is_the_same_request(recorded: WireRequest, asked: WireRequest) -> None:
    replay = ReplayEgress(_record([recorded]), BASE)
    replay.send(_envelope(asked))
    assert replay.difference() == ""


@pytest.mark.parametrize(
    ("recorded", "asked", "difference"),
    [
        (
            get("/hosts?limit=5"),
            get("/hosts?limit=6"),
            "the URL of call 1 is 'http://estate.test:8080/api/v1/hosts?limit=6', and on record",
        ),
        (get("/hosts?limit=5&cursor=a"), get("/hosts?cursor=a&limit=5"), "the URL of call 1"),
        (get("/hosts"), get("/hosts", method="HEAD"), "the method of call 1 is 'HEAD', and on record it is 'GET'"),
        (post("/hosts/search", {"size": 5}), post("/hosts/search", {"size": 6}), "the body of call 1 is '{\"size\":6}'"),
        (post("/hosts/search", {"size": 5}), post("/hosts/search", b"{"), "none that the broker lets pass"),
        (get("/hosts"), WireRequest("GET", "http://elsewhere.test/"), "none that the broker lets pass"),
        (get("/hosts?nowhere=1"), get("/hosts?nowhere=2"), "the URL of call 1"),
        (WireRequest("GET", "http://elsewhere.test/a"), WireRequest("GET", "http://elsewhere.test/b"), "none that the broker lets pass"),
    ],
)
def test_another_request_is_denied_and_the_first_difference_named(recorded: WireRequest, asked: WireRequest, difference: str) -> None:
    replay = ReplayEgress(_record([recorded]), BASE)
    with pytest.raises(EgressFailure, match="answered from its record") as raised:
        replay.send(_envelope(asked))
    assert (raised.value.kind, raised.value.code) == ("denied", CODE)
    assert difference in raised.value.message
    assert difference in replay.difference()


def test_a_tool_that_goes_on_is_told_that_the_record_is_over() -> None:
    replay = ReplayEgress(_record([get("/hosts")]), BASE)
    replay.send(_envelope(get("/hosts")))
    with pytest.raises(EgressFailure, match="call 2 is one more than there are on record"):
        replay.send(_envelope(get("/hosts")))


def test_calls_that_were_not_made_again_are_a_difference() -> None:
    replay = ReplayEgress(_record([get("/hosts"), get("/hosts?cursor=a")]), BASE)
    replay.send(_envelope(get("/hosts")))
    assert replay.difference() == "1 of the 2 calls on record were not made"


def test_the_first_difference_stays_the_one_that_is_named() -> None:
    replay = ReplayEgress(_record([get("/hosts")]), BASE)
    _heard(replay, [_envelope(get("/hosts?limit=1")), _envelope(get("/hosts?limit=2"))])
    assert "limit=1" in replay.difference()


def test_waiting_takes_no_time() -> None:
    ReplayEgress((), BASE).sleep(3600)
