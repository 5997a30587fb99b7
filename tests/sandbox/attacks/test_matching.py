"""Properties of what the broker lets out, whatever the tool asked for: tried with made-up URLs, headers, methods and envelopes."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from urllib.parse import unquote, urlsplit

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sandbox.broker.wire import WireRequest
from sandbox.egress import EgressFailure
from schemas.errors import Denied
from tests.sandbox.broker.estate import BASE, LIST_HOSTS, READS, Wire, broker

_TRIES = settings(max_examples=300, deadline=None)

_PIECES = st.sampled_from(
    [
        *("/", "//", ".", "..", ";", "\\", "@", ":", "?", "#", "&", "=", "%", "%2f", "%2e", "%252e", "%00", "%0d%0a", "[", "]", " "),
        *("hosts", "h-1", "export", "reboot", "search", "logs", "query", "alerts", "reports", "a.json", "admin", "api", "v1"),
        *("http:", "https:", "estate.test", "estate.test:8080", "evil.test", "127.0.0.1", "169.254.169.254", "limit=5", "\uff0f", "\u2024"),
    ]
)
_TAILS = st.lists(_PIECES | st.text(max_size=3), max_size=8).map("".join)
_URLS = _TAILS.map(lambda tail: BASE + tail) | _TAILS.map(lambda tail: f"{BASE}/hosts/{tail}") | _TAILS | st.text(max_size=60)
_METHODS = st.sampled_from(["GET", "get", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "GET "]) | st.text(max_size=6)
_NAMES = st.sampled_from(["X-Tenant", "x-tenant", "Host", "Accept", "Authorization", "X-HTTP-Method-Override", "Content-Type", "Cookie"])
_HEADERS = st.lists(st.tuples(_NAMES | st.text(max_size=12), st.text(max_size=12)), max_size=4).map(tuple)
_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10)
_JSON = st.recursive(_SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3))

_READ = [
    (slice_.operation.method, re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape("/api/v1" + slice_.operation.path)))) for slice_ in READS
]


def _sent(request: WireRequest) -> list[WireRequest]:
    """What leaves, if anything does; the broker may refuse and nothing else."""
    wire = Wire()
    try:
        broker(wire).exchange(request)
    except Denied:
        assert wire.sent == []
    return wire.sent


@_TRIES
@given(_METHODS, _URLS)
@example("GET", f"{BASE}/hosts/h-1%2f..")
@example("GET", "http://estate.test:8080@evil.test/api/v1/hosts")
def test_what_leaves_is_a_granted_read_at_the_base_url_to_every_reader(method: str, url: str) -> None:
    for sent in _sent(WireRequest(method, url)):
        standard, ours = urlsplit(sent.url), httpx.URL(sent.url)
        assert (standard.scheme, standard.netloc, standard.fragment) == ("http", "estate.test:8080", "")
        assert (ours.host, ours.port, ours.userinfo, ours.fragment) == ("estate.test", 8080, b"", "")
        assert sent.url.isascii()
        assert not {".", ".."} & {segment.partition(";")[0] for segment in unquote(unquote(standard.path)).split("/")}
        assert any(sent.method == known and pattern.fullmatch(standard.path) for known, pattern in _READ)


@_TRIES
@given(_HEADERS)
@example((("X-Tenant", "a\r\nX-Admin: yes"),))
@example((("X-Tenant: a\r\nX-Admin", "yes"),))
def test_only_declared_headers_leave_and_none_of_them_holds_another(headers: tuple[tuple[str, str], ...]) -> None:
    for sent in _sent(WireRequest("GET", f"{BASE}/hosts", headers)):
        assert {name for name, _ in sent.headers} <= {"accept", "x-tenant"}
        assert all(re.fullmatch(r"[\t -~]*", value) for _, value in sent.headers)


@_TRIES
@given(st.text(max_size=40))
def test_only_declared_parameters_leave(query: str) -> None:
    declared = {said["name"] for said in LIST_HOSTS.document["paths"]["/hosts"]["get"]["parameters"]} | {"size", "after"}
    for sent in _sent(WireRequest("GET", f"{BASE}/hosts?{query}")):
        pairs = httpx.QueryParams(urlsplit(sent.url).query).multi_items()
        assert {name.partition("[")[0] for name, _ in pairs} <= declared


@_TRIES
@given(st.text(max_size=60) | _JSON.map(json.dumps))
@example('{"method": "GET", "url": "\\ud800", "headers": []}')
@example('{"method": "GET", "url": "x", "headers": [["a", "\\udfff"]]}')
def test_what_is_no_envelope_is_a_denial(envelope: str) -> None:
    wire = Wire()
    with pytest.raises(EgressFailure) as failure:
        broker(wire).send(envelope)
    assert (failure.value.kind, wire.sent) == ("denied", [])


@_TRIES
@given(_JSON, st.sampled_from(["application/json", "application/x-www-form-urlencoded", "text/plain", "application/merge+json"]))
def test_every_body_has_an_answer_or_a_denial(value: object, media_type: str) -> None:
    headers = (("content-type", media_type),)
    content = json.dumps(value).encode()
    for path in ("/hosts/search", "/logs/query"):
        with suppress(Denied):
            broker(Wire()).exchange(WireRequest("POST", BASE + path, headers, content))
