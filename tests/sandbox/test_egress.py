"""httpx inside the isolate, against a host that answers."""

from __future__ import annotations

import base64
import json
import math

import pytest

from sandbox.egress import EgressFailure, EgressKind, NoNetwork
from sandbox.jobs import Limits
from sandbox.supervisor import WorkerPool
from tests.sandbox.isolates import BASE_URL, Answer, Host, call_job, ok, run_body


class Failing(Host):
    """A host that has no response, and refuses sleeps as well."""

    def __init__(self, kind: EgressKind) -> None:
        super().__init__()
        self.failure = EgressFailure(kind, "E_TEST", f"the host says {kind}")

    def send(self, request: str, ends: float = math.inf) -> str:
        raise self.failure

    def sleep(self, seconds: float) -> None:
        raise self.failure


def test_a_request_crosses_as_an_envelope_and_its_response_comes_back(pool: WorkerPool) -> None:
    host = Host(lambda _: ok({"items": ["张"]}, 200, etag="x"))
    outcome = run_body(
        pool,
        "response = client.get('/services', params={'page': 2, 'q': 'a b'}, headers={'x-note': 'yes'})\n"
        "response.raise_for_status()\n"
        "return [response.json(), response.headers['etag'], str(response.url)]",
        host,
    )
    assert outcome.value == [{"items": ["张"]}, "x", f"{BASE_URL}/services?page=2&q=a+b"]
    (request,) = host.requests
    assert (request["method"], request["url"], request["body"]) == ("GET", f"{BASE_URL}/services?page=2&q=a+b", None)
    assert ["x-note", "yes"] in request["headers"]
    assert outcome.usage.calls == 1


@pytest.mark.parametrize(
    ("argument", "expected"),
    [("json={'a': '张'}", {"body": '{"a":"张"}'}), ("content=b'\\xff\\x00'", {"body_base64": base64.b64encode(b"\xff\x00").decode()})],
)
def test_bodies_cross_as_text_and_as_base64_where_they_are_none(pool: WorkerPool, argument: str, expected: Answer) -> None:
    host = Host()
    run_body(pool, f"client.post('/x', {argument})\nreturn []", host)
    assert {name: value for name, value in host.requests[0].items() if name.startswith("body")} == expected


def test_a_binary_response_comes_as_base64(pool: WorkerPool) -> None:
    host = Host(lambda _: {"status": 200, "headers": [], "body_base64": base64.b64encode(bytes(range(256))).decode()})
    assert run_body(pool, "return list(client.get('/x').content)", host).value == list(range(256))


@pytest.mark.parametrize("status", [204, 301, 404, 429, 500])
def test_every_status_is_the_tool_s_to_handle(pool: WorkerPool, status: int) -> None:
    host = Host(lambda _: ok(None, status, **{"retry-after": "2"}))
    body = "response = client.get('/x')\nreturn [response.status_code, response.headers.get('retry-after')]"
    assert run_body(pool, body, host).value == [status, "2"]


def test_an_error_status_raises_httpx_s_own_error(pool: WorkerPool) -> None:
    outcome = run_body(pool, "client.get('/x').raise_for_status()", Host(lambda _: ok({}, 503)))
    assert outcome.error is not None
    assert (outcome.error.type, outcome.error.line) == ("httpx.HTTPStatusError", 2)


def test_repeated_headers_stay_repeated(pool: WorkerPool) -> None:
    host = Host(lambda _: {"status": 200, "headers": [["link", "<a>"], ["link", "<b>"]], "body": ""})
    assert run_body(pool, "return client.get('/x').headers.get_list('link')", host).value == ["<a>", "<b>"]


@pytest.mark.parametrize(
    ("kind", "raised"),
    [("connect", "httpx.ConnectError"), ("timeout", "httpx.ReadTimeout"), ("protocol", "httpx.RemoteProtocolError")],
)
def test_the_backend_s_failures_are_httpx_s_own(pool: WorkerPool, kind: EgressKind, raised: str) -> None:
    outcome = run_body(pool, "client.get('/x')", Failing(kind))
    assert outcome.error is not None
    assert (outcome.status, outcome.finding) == ("raised", None)
    assert (outcome.error.type, outcome.error.message, outcome.error.code) == (raised, f"the host says {kind}", "")
    handled = pool.run(
        call_job(
            "import httpx\ndef tool(client):\n    try:\n        client.get('/x')\n    except httpx.TransportError:\n        return ['handled']"
        ),
        Failing(kind),
    )
    assert handled.value == ["handled"]


@pytest.mark.parametrize("kind", ["denied", "limit"])
@pytest.mark.parametrize("caught", ["httpx.HTTPError", "OSError", "Exception"])
def test_a_refusal_cannot_be_swallowed(pool: WorkerPool, kind: EgressKind, caught: str) -> None:
    source = f"import httpx\ndef tool(client):\n    try:\n        client.get('/x')\n    except {caught}:\n        return ['swallowed']"
    outcome = pool.run(call_job(source), Failing(kind))
    assert (outcome.status, outcome.finding) == ("raised", "F_DENIED")
    assert outcome.error is not None
    assert (outcome.error.type, outcome.error.message, outcome.error.code) == ("EgressDenied", f"the host says {kind}", "E_TEST")
    assert outcome.error.line == 4


def test_a_refused_sleep_ends_the_run_as_well(pool: WorkerPool) -> None:
    outcome = run_body(pool, "import time\ntime.sleep(1)", Failing("denied"))
    assert (outcome.status, outcome.finding) == ("raised", "F_DENIED")


@pytest.mark.parametrize(
    "call",
    [
        "httpx.get('http://other.test/x')",
        "httpx.Client(verify=False).get('http://other.test/x')",
        "httpx.Client(http2=False).get('http://other.test/x')",
    ],
)
def test_a_client_of_the_tool_s_own_goes_the_same_way(pool: WorkerPool, call: str) -> None:
    host = Host(lambda _: ok(["seen"]))
    outcome = pool.run(call_job(f"import httpx\ndef tool(client):\n    return {call}.json()"), host)
    assert outcome.value == ["seen"]
    assert host.requests[0]["url"] == "http://other.test/x"


def test_a_host_that_takes_too_long_ends_the_run_when_it_answers(pool: WorkerPool) -> None:
    import threading

    class Slow(Host):
        def send(self, request: str, ends: float = math.inf) -> str:
            threading.Event().wait(0.3)
            return super().send(request, ends)

    outcome = run_body(pool, "while True:\n    client.get('/x')", Slow(), Limits(wall_seconds=0.2))
    assert (outcome.status, outcome.finding, outcome.usage.calls) == ("trapped", "F_WALL", 1)


def test_an_answer_that_is_no_envelope_is_an_error_of_the_run(pool: WorkerPool) -> None:
    class Odd(Host):
        def send(self, request: str, ends: float = math.inf) -> str:
            return json.dumps({"status": 200})

    assert run_body(pool, "client.get('/x')", Odd()).status == "raised"


def test_without_a_network_calls_are_denied_and_waiting_takes_no_time() -> None:
    with pytest.raises(EgressFailure) as refused:
        NoNetwork().send("{}")
    assert (refused.value.kind, refused.value.code) == ("denied", "E_DENIED")
    NoNetwork().sleep(3600.0)
