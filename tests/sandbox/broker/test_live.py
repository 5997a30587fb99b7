"""Sending for real: to the checked address only, once, and never without bounds."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sandbox.broker.denials import BudgetSpent, ForbiddenTarget
from sandbox.broker.live import LiveTransport
from sandbox.broker.network import Deadline
from sandbox.broker.pool import Patience
from sandbox.broker.target import Lookup
from sandbox.broker.wire import TransportFailure, WireRequest
from schemas.errors import Misconfigured
from schemas.source import Source
from tests.sandbox.broker.loopback import Loopback, Script, answer, dripping, raw, serving, silent


def _here(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


def _source(base_url: str) -> Source:
    return Source(name="estate", spec_url=base_url, base_url=base_url)


def _transport(server: Loopback, patience: Patience | None = None, lookup: Lookup = _here) -> LiveTransport:
    return LiveTransport(_source(server.base_url), patience, lookup=lookup)


def _get(server: Loopback, path: str = "/hosts") -> WireRequest:
    return WireRequest("GET", server.base_url + path, (("accept", "application/json"),))


def _failure(script: Script, patience: Patience | None = None) -> TransportFailure:
    with serving(script) as server, _transport(server, patience) as transport, pytest.raises(TransportFailure) as failure:
        transport.send(_get(server))
    return failure.value


def test_a_request_arrives_as_it_was_approved_with_our_own_headers() -> None:
    with serving(answer(b'{"items": []}', "X-Total: 7")) as server, _transport(server) as transport:
        response = transport.send(_get(server, "/hosts?limit=5"))

    head = server.requests[0].decode().lower()
    assert head.startswith("get /hosts?limit=5 http/1.1\r\n")
    for line in (f"host: estate.test:{server.port}", "accept: application/json", "accept-encoding: gzip", "user-agent: opswright"):
        assert f"\r\n{line}\r\n" in head
    assert (response.status, response.body) == (200, b'{"items": []}')
    assert ("x-total", "7") in response.headers


def test_a_body_arrives() -> None:
    with serving(answer()) as server, _transport(server) as transport:
        transport.send(WireRequest("POST", f"{server.base_url}/search", (("content-type", "application/json"),), b'{"size":5}'))

    assert server.requests[0].endswith(b'\r\n\r\n{"size":5}')


def test_an_error_status_is_a_response() -> None:
    with serving(answer(b"{}", "Retry-After: 2", status="429 Too Many Requests")) as server, _transport(server) as transport:
        response = transport.send(_get(server))

    assert response.status == 429
    assert ("retry-after", "2") in response.headers


def test_requests_share_a_connection_and_its_checked_address() -> None:
    asked: list[str] = []

    def lookup(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with serving(answer()) as server, _transport(server, lookup=lookup) as transport:
        transport.send(_get(server))
        transport.send(_get(server))

    assert len(server.peers) == 1
    assert asked == ["estate.test"]


def test_a_name_that_leads_elsewhere_on_the_next_connection_is_checked_again() -> None:
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])

    with serving(answer(b"{}", "Connection: close")) as server, _transport(server, lookup=lambda host, port: next(answers)) as transport:
        transport.send(_get(server))
        with pytest.raises(ForbiddenTarget):
            transport.send(_get(server))

    assert len(server.requests) == 1


def test_a_forbidden_address_is_not_connected_to_even_beside_a_good_one() -> None:
    with (
        serving(answer()) as server,
        _transport(server, lookup=lambda host, port: ["127.0.0.1", "169.254.169.254"]) as transport,
        pytest.raises(ForbiddenTarget),
    ):
        transport.send(_get(server))

    assert server.peers == []


def test_the_next_address_is_tried_where_one_does_not_listen() -> None:
    with serving(answer()) as server, _transport(server, lookup=lambda host, port: ["::1", "127.0.0.1"]) as transport:
        assert transport.send(_get(server)).status == 200


@pytest.mark.parametrize(
    "url",
    ["http://evil.test/hosts", "http://estate.test/hosts", "http://estate.test:{port}.evil.test/", "http://estate.test:{port}@evil.test/"],
)
def test_another_origin_is_not_sent_to_whoever_asks(url: str) -> None:
    with serving(answer()) as server, _transport(server) as transport, pytest.raises(ForbiddenTarget):
        transport.send(WireRequest("GET", url.format(port=server.port)))

    assert server.requests == []


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_not_used(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:1")

    with serving(answer()) as server, _transport(server) as transport:
        assert transport.send(_get(server)).status == 200


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("http://169.254.169.254/latest/meta-data", "'http://169.254.169.254'"),
        ("https://ops:hunter2@evil.test/x", "'https://evil.test'"),
        ("/elsewhere", "'the same server'"),
        ("http://[", "'http://['"),
        ("", "'the same server'"),
    ],
)
def test_a_redirect_is_not_followed_and_names_where_it_leads(status: str, location: str, shown: str) -> None:
    failure = _failure(answer(b"", f"Location: {location}", status=status))

    assert failure.kind == "protocol"
    assert f"The server answered {status[:3]} and redirects to {shown}; redirects are not followed." in str(failure)
    assert "hunter2" not in str(failure)


@pytest.mark.parametrize(("size", "passes"), [(1000, True), (1001, False)])
@pytest.mark.parametrize("compressed", [False, True])
def test_a_response_may_be_so_large_and_no_larger(size: int, passes: bool, compressed: bool) -> None:
    body = gzip.compress(b"x" * size) if compressed else b"x" * size
    script = answer(body, *(["Content-Encoding: gzip"] if compressed else []))

    with serving(script) as server, _transport(server, Patience(response_bytes=1000)) as transport:
        if passes:
            assert transport.send(_get(server)).body == b"x" * size
        else:
            with pytest.raises(BudgetSpent, match="larger than 1000 bytes"):
                transport.send(_get(server))


def test_a_decompression_bomb_is_stopped_at_the_limit() -> None:
    bomb = gzip.compress(bytes(64 * 1024 * 1024))

    with (
        serving(answer(bomb, "Content-Encoding: gzip")) as server,
        _transport(server, Patience(response_bytes=1024 * 1024)) as transport,
        pytest.raises(BudgetSpent),
    ):
        transport.send(_get(server))


@pytest.mark.parametrize(
    ("script", "kind", "words"),
    [
        (answer(b"x", "Content-Encoding: br"), "protocol", "compressed as 'br', which was not asked for"),
        (answer(b"x", "Content-Encoding: gzip, gzip"), "protocol", "compressed as 'gzip, gzip'"),
        (answer(b"not gzip", "Content-Encoding: gzip"), "protocol", "not the gzip that it says it is"),
        (answer(gzip.compress(b"x" * 100)[:-4], "Content-Encoding: gzip"), "protocol", "ends in the middle"),
        (answer(b"half", length=8), "protocol", "broke off"),
        (raw(b"SSH-2.0-OpenSSH_9.6\r\n"), "protocol", "broke off"),
        (raw(b""), "protocol", "broke off"),
        (raw(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000), "protocol", "broke off"),
        (silent, "timeout", "did not answer in time"),
    ],
)
def test_an_answer_that_is_none_has_a_kind_and_a_reason(script: Script, kind: str, words: str) -> None:
    failure = _failure(script, Patience(idle_seconds=0.2))

    assert failure.kind == kind
    assert words in str(failure)


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFF\r\n"]
)
def test_a_server_that_drips_for_ever_meets_the_deadline(head: bytes) -> None:
    assert _failure(dripping(head), Patience(seconds=0.2, idle_seconds=5)).kind == "timeout"


@pytest.mark.parametrize("script", [silent, dripping(b"HTTP/1.1 200 OK\r\nX: ")])
def test_no_server_is_waited_for_when_the_run_is_over(script: Script) -> None:
    with serving(script) as server, _transport(server) as transport, pytest.raises(TransportFailure) as failure:
        transport.send(replace(_get(server), ends=time.monotonic() + 0.2))

    assert failure.value.kind == "timeout"


def test_nothing_is_sent_when_the_run_is_over() -> None:
    with serving(answer()) as server, _transport(server) as transport, pytest.raises(TransportFailure):
        transport.send(replace(_get(server), ends=time.monotonic()))

    assert server.requests == []


def test_a_resolver_that_does_not_answer_is_not_waited_for() -> None:
    answered = threading.Event()

    def dead(host: str, port: int) -> list[str]:
        answered.wait()
        return []

    with serving(answer()) as server, _transport(server, Patience(connect_seconds=0.1), dead) as transport:
        with pytest.raises(TransportFailure, match=r"the name estate\.test is not resolved in time") as failure:
            transport.send(_get(server))
        answered.set()

    assert failure.value.kind == "connect"


def test_a_resolver_that_gives_up_by_itself_can_t_resolve() -> None:
    def tired(host: str, port: int) -> list[str]:
        raise TimeoutError("no nameserver")

    with serving(answer()) as server, _transport(server, lookup=tired) as transport, pytest.raises(TransportFailure, match="no nameserver"):
        transport.send(_get(server))


def test_an_empty_compressed_response_is_empty() -> None:
    with serving(answer(b"", "Content-Encoding: gzip")) as server, _transport(server) as transport:
        assert transport.send(_get(server)).body == b""


def test_a_port_where_nobody_listens_is_a_failure_to_connect() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    source = _source(f"http://127.0.0.1:{port}")

    with (
        LiveTransport(source) as transport,
        pytest.raises(TransportFailure, match=f"estate at http://127.0.0.1:{port} can't be reached") as failure,
    ):
        transport.send(WireRequest("GET", f"{source.base_url}/hosts"))

    assert failure.value.kind == "connect"


def test_a_base_url_that_is_no_address_has_no_transport() -> None:
    with pytest.raises(Misconfigured):
        LiveTransport(_source("estate"))


def test_a_wait_ends_with_the_deadline_at_the_latest() -> None:
    now = [100.0]
    deadline = Deadline(lambda: now[0])
    deadline.set(10)

    assert (deadline.bounded(3), deadline.bounded(30), deadline.bounded(None)) == (3, 10, 10)
    deadline.set(10, 104.0)
    assert deadline.seconds_left == 4
    deadline.set(10, 111.0)
    now[0] = 109.5
    assert deadline.bounded(3) == 0.5
    now[0] = 110.0
    with pytest.raises(httpcore.ReadTimeout):
        deadline.bounded(3)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for estate.test that signs itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "estate.test")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("estate.test")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "estate.pem"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize(("host", "trusted"), [("estate.test", True), ("other.test", False)])
def test_tls_verifies_the_name_and_not_the_address(certificate: Path, host: str, trusted: bool) -> None:
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(certificate)
    client_side = ssl.create_default_context(cafile=str(certificate))

    with serving(answer(), server_side) as server:
        source = _source(f"https://{host}:{server.port}")
        with LiveTransport(source, lookup=_here, tls=client_side) as transport:
            if trusted:
                assert transport.send(WireRequest("GET", f"{source.base_url}/hosts")).status == 200
            else:
                with pytest.raises(TransportFailure, match="certificate verify failed") as failure:
                    transport.send(WireRequest("GET", f"{source.base_url}/hosts"))
                assert failure.value.kind == "connect"
