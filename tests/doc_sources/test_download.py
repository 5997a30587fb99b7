"""Downloads from real servers on loopback. Threats that are about addresses come last."""

from __future__ import annotations

import gzip
import itertools
import socket
import ssl
import subprocess
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from shutil import which

import httpx
import pytest
import stamina

from doc_sources.download import Download, Downloader, Limits
from doc_sources.network import CheckedTransport, Deadline
from schemas.credential import Bearer
from schemas.errors import BackendUnavailable, Denied, Misconfigured, OpswrightError, SpecUnusable
from schemas.source import Validators
from tests.doc_sources.site import Asked, Reply, Site, raw_site, site

DEFAULT = Limits()
SMALL = Limits(document_bytes=1000)
PUBLIC = "93.184.215.14"


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


class Secrets:
    def __init__(self, value: str = "s3cret") -> None:
        self._value = value

    def resolve(self, reference: str) -> str:
        assert reference == "env:TOKEN"
        return self._value


def downloader(limits: Limits = DEFAULT, **more: object) -> Downloader:
    return Downloader(Secrets(), limits=limits, **more)  # type: ignore[arg-type]


def names(hosts: Mapping[str, str]) -> Callable[[str, int], Sequence[str]]:
    """A resolver that knows these hosts and all addresses."""

    def resolve(host: str, port: int) -> Sequence[str]:
        if host in hosts:
            return [hosts[host]]
        if host[0].isdigit():
            return [host]
        raise socket.gaierror("no such host")

    return resolve


def to_loopback(addresses: Sequence[str], deadline: Deadline, tls: ssl.SSLContext | None) -> CheckedTransport:
    """Public addresses can't be served by a test: what would go there comes here."""
    return CheckedTransport(["127.0.0.1"], deadline, tls)


def ok(asked: Asked) -> Reply:
    return Reply(b"openapi: 3.1.0", headers={"ETag": '"7"', "Last-Modified": "Fri, 20 Nov 2026 10:00:00 GMT"})


def test_a_document_comes_with_what_to_ask_with_next_time() -> None:
    with site(ok) as served:
        found = downloader().get(served.url + "/openapi.yaml?v=1")
    assert found == Download(b"openapi: 3.1.0", Validators(etag='"7"', last_modified="Fri, 20 Nov 2026 10:00:00 GMT"))
    assert served.asked[0].path == "/openapi.yaml?v=1"
    assert "Authorization" not in served.asked[0].headers


def test_an_unchanged_document_is_none() -> None:
    with site(lambda asked: Reply(status=304)) as served:
        assert downloader().get(served.url, Validators(etag='"7"', last_modified="yesterday")) is None
    assert served.asked[0].headers["If-None-Match"] == '"7"'
    assert served.asked[0].headers["If-Modified-Since"] == "yesterday"


def test_unchanged_since_nothing_is_no_document() -> None:
    with site(lambda asked: Reply(status=304)) as served, pytest.raises(SpecUnusable, match="answered 304"):
        downloader().get(served.url)
    assert not {"If-None-Match", "If-Modified-Since"} & served.asked[0].headers.keys()


def test_a_validator_that_could_not_be_sent_back_is_forgotten() -> None:
    with site(lambda asked: Reply(headers={"ETag": '"ü"'})) as served:
        found = downloader().get(served.url)
    assert found is not None
    assert found.validators == Validators()


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (404, SpecUnusable, "There is no document at .*Usual places are /openapi.json"),
        (410, SpecUnusable, "There is no document"),
        (400, SpecUnusable, "answered 400 instead of a document"),
        (204, SpecUnusable, "answered 204 instead of a document"),
        (302, SpecUnusable, "answered 302 instead of a document"),
        (401, Misconfigured, "wants another credential"),
        (403, Misconfigured, "wants another credential"),
        (429, BackendUnavailable, "too many requests"),
        (503, BackendUnavailable, "answered 503"),
    ],
)
def test_a_status_without_a_document_is_an_error_of_its_kind(status: int, error: type[OpswrightError], words: str) -> None:
    with site(lambda asked: Reply(status=status)) as served, pytest.raises(error, match=words):
        downloader().get(served.url)
    assert len(served.asked) == (3 if status >= 500 else 1)


def test_a_server_that_stumbles_is_asked_again() -> None:
    answers = iter([Reply(status=500), Reply(status=502), Reply(b"{}")])
    with site(lambda asked: next(answers)) as served:
        assert downloader().get(served.url) == Download(b"{}", Validators())


def test_a_connection_that_breaks_is_made_again() -> None:
    sent = iter([b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"])
    with raw_site(lambda connection: connection.sendall(next(sent))) as served:
        assert downloader().get(served.url) == Download(b"{}", Validators())


def test_a_server_that_is_not_there_may_come_back() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(BackendUnavailable, match=rf"'http://127.0.0.1:{port}/x' can't be reached: .*refused"):
        downloader().get(f"http://127.0.0.1:{port}/x")


def test_a_name_that_is_not_known_may_become_known() -> None:
    with pytest.raises(BackendUnavailable, match=r"The host 'gone\.example' was not found"):
        downloader(resolve=names({})).get("http://gone.example/openapi.json")


def test_the_next_address_is_tried_where_the_first_does_not_answer() -> None:
    with site(ok) as served:
        both = downloader(resolve=lambda host, port: ["127.0.0.2", "127.0.0.1"])
        assert both.get(served.named("api.example")) is not None
    assert served.asked[0].headers["Host"] == f"api.example:{served.port}"


@pytest.mark.parametrize("url", ["ftp://example.com/x", "http://", "javascript:alert(1)", "http://[::1", "http://example.com:port/"])
def test_what_is_not_on_http_is_a_mistake_of_the_operator(url: str) -> None:
    with pytest.raises(Misconfigured):
        downloader().get(url)


def test_messages_show_neither_user_nor_query() -> None:
    with site(lambda asked: Reply(status=404)) as served, pytest.raises(SpecUnusable) as caught:
        downloader().get(served.url.replace("//", "//ann:pa55@") + "/x?token=t0ken")
    assert f"'{served.url}/x?…'" in str(caught.value)
    assert not {"ann", "pa55", "t0ken"} & set(str(caught.value).replace("@", " ").replace(":", " ").split())


# Size, compression and time


@pytest.mark.parametrize("size", [999, 1000])
def test_a_document_may_be_as_large_as_the_bound(size: int) -> None:
    with site(lambda asked: Reply(b"x" * size)) as served:
        found = downloader(SMALL).get(served.url)
    assert found is not None
    assert len(found.content) == size


@pytest.mark.parametrize(
    ("encoding", "content"),
    [("identity", b"x" * 1001), ("gzip", gzip.compress(b"x" * 1001)), ("deflate", zlib.compress(b"x" * 1001))],
)
def test_a_document_is_bounded_after_decompression(encoding: str, content: bytes) -> None:
    with (
        site(lambda asked: Reply(content, headers={"Content-Encoding": encoding})) as served,
        pytest.raises(SpecUnusable, match=r"is larger than 0.001 MB"),
    ):
        downloader(SMALL).get(served.url)


def test_a_compressed_document_is_unpacked() -> None:
    with site(lambda asked: Reply(gzip.compress(b"x" * 1000), headers={"Content-Encoding": "GZIP"})) as served:
        found = downloader(SMALL).get(served.url)
    assert found is not None
    assert found.content == b"x" * 1000


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "gzip,deflate"])
def test_compression_that_was_not_asked_for_is_refused(encoding: str) -> None:
    bomb = gzip.compress(gzip.compress(b"x" * 1_000_000))
    with (
        site(lambda asked: Reply(bomb, headers={"Content-Encoding": encoding})) as served,
        pytest.raises(SpecUnusable, match="was not asked for"),
    ):
        downloader().get(served.url)


def test_a_body_that_is_not_compressed_as_it_says_is_no_document() -> None:
    with (
        site(lambda asked: Reply(b"plain", headers={"Content-Encoding": "gzip"})) as served,
        pytest.raises(SpecUnusable, match="not compressed the way that it says"),
    ):
        downloader().get(served.url)


@pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"])
def test_a_byte_at_a_time_does_not_outlast_the_deadline(beginning: bytes) -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(beginning)
        for _ in range(100_000):
            connection.sendall(b"x")

    # Every look at the clock takes a second, so that the test takes none.
    seconds = itertools.count()
    with raw_site(drip) as served, pytest.raises(BackendUnavailable, match="took too long"):
        downloader(monotonic=lambda: float(next(seconds))).get(served.url)
    assert next(seconds) < 70


# Redirects


def moved(location: str, status: int = 302) -> Reply:
    return Reply(status=status, headers={"Location": location})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_on_the_same_server_is_followed(status: int) -> None:
    with site(lambda asked: ok(asked) if asked.path == "/v2/api.json" else moved("../v2/api.json", status)) as served:
        assert downloader().get(served.url + "/v1/api.json") is not None


def test_as_many_redirects_as_the_bound_are_followed_and_no_more() -> None:
    def count_down(asked: Asked) -> Reply:
        left = int(asked.path[1:])
        return moved(f"/{left - 1}") if left else ok(asked)

    with site(count_down) as served:
        assert downloader().get(served.url + "/5") is not None
        with pytest.raises(SpecUnusable, match="redirects more than 5 times"):
            downloader().get(served.url + "/6")


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://example.com/x", "gopher://127.0.0.1:70/_x"])
def test_a_redirect_never_leaves_http(location: str) -> None:
    with site(lambda asked: moved(location)) as served, pytest.raises(SpecUnusable, match="redirects to"):
        downloader().get(served.url)


def test_a_redirect_to_another_port_of_this_machine_is_denied() -> None:
    with site(ok) as secret, site(lambda asked: moved(secret.url)) as served, pytest.raises(Denied, match=r"'127\.0\.0\.1'.*is not public"):
        downloader().get(served.url)
    assert secret.asked == []


def test_a_redirect_to_a_name_that_leads_inside_is_denied() -> None:
    with site(ok) as secret, site(lambda asked: moved(secret.named("cdn.example"))) as served, pytest.raises(Denied, match=r"cdn\.example"):
        downloader(resolve=names({"cdn.example": "127.0.0.1"})).get(served.url)
    assert secret.asked == []


def test_a_way_outside_and_back_in_is_denied_even_to_where_it_began() -> None:
    hosts = names({"inside.example": "127.0.0.1", "outside.example": PUBLIC})

    def bounce(asked: Asked) -> Reply:
        to = "outside.example" if asked.headers["Host"].startswith("inside") else "inside.example"
        return moved(f"{served.named(to)}/admin")

    with site(bounce) as served, pytest.raises(Denied, match=r"inside\.example"):
        downloader(resolve=hosts, transport=to_loopback).get(served.named("inside.example"))
    assert [asked.headers["Host"].partition(":")[0] for asked in served.asked] == ["inside.example", "outside.example"]


@pytest.mark.parametrize("url", ["http://169.254.169.254/latest", "http://metadata.google.internal/", "http://[fd00:ec2::254]/"])
def test_a_metadata_service_is_denied_even_to_an_operator(url: str) -> None:
    with pytest.raises(Denied, match="metadata service"):
        downloader().get(url)


def test_a_name_for_a_metadata_service_is_denied() -> None:
    with pytest.raises(Denied, match="metadata service"):
        downloader(resolve=names({"docs.example": "169.254.169.254"})).get("http://docs.example/")


def test_a_connection_goes_to_the_address_that_was_checked() -> None:
    answers = iter([["127.0.0.1"], ["127.0.0.9"], ["127.0.0.9"]])
    connected: list[Sequence[str]] = []

    def noting(addresses: Sequence[str], deadline: Deadline, tls: ssl.SSLContext | None) -> httpx.BaseTransport:
        connected.append(addresses)
        return CheckedTransport(addresses, deadline, tls)

    with site(lambda asked: ok(asked) if asked.path == "/b" else moved("/b")) as served:
        assert downloader(resolve=lambda host, port: next(answers), transport=noting).get(served.named("rebinding.example") + "/a")
    assert connected == [["127.0.0.1"], ["127.0.0.1"]]


# Credentials


def authorizations(served: Site) -> list[str | None]:
    return [asked.headers.get("Authorization") for asked in served.asked]


def test_a_credential_is_sent_and_kept_on_the_same_server() -> None:
    with site(lambda asked: ok(asked) if asked.path == "/b" else moved("/b")) as served:
        downloader().get(served.url + "/a", credential=Bearer(secret="env:TOKEN"))
    assert authorizations(served) == ["Bearer s3cret", "Bearer s3cret"]


def test_a_user_in_the_address_is_sent_the_basic_way() -> None:
    with site(ok) as served:
        downloader().get(served.url.replace("//", "//ann:p%40ss@"))
    assert authorizations(served) == ["Basic YW5uOnBAc3M="]


def test_a_credential_is_dropped_at_the_first_step_to_another_server() -> None:
    hosts = names({"outside.example": PUBLIC})
    with (
        site(lambda asked: ok(asked) if asked.path == "/c" else moved("/c")) as other,
        site(lambda asked: moved(other.named("ann:x@outside.example") + "/b")) as served,
    ):
        downloader(resolve=hosts, transport=to_loopback).get(served.url, credential=Bearer(secret="env:TOKEN"))
    assert authorizations(served) == ["Bearer s3cret"]
    assert authorizations(other) == [None, None]


@pytest.mark.parametrize("secret", ["", "two words", "two\nlines", "ünicode"])
def test_a_secret_that_would_break_the_header_is_refused_and_not_shown(secret: str) -> None:
    with pytest.raises(Misconfigured, match="The secret behind 'env:TOKEN' can't be sent") as caught:
        Downloader(Secrets(secret)).get("http://127.0.0.1:1/", credential=Bearer(secret="env:TOKEN"))
    assert not secret or secret not in str(caught.value)


# TLS


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    """A certificate and its key for api.example, in one file."""
    openssl = which("openssl")
    if openssl is None:
        pytest.skip("making a certificate takes the openssl command")
    made = tmp_path / "api.pem"
    new = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    subject = ["-subj", "/CN=api.example", "-addext", "subjectAltName=DNS:api.example"]
    subprocess.run([*new, *subject, "-keyout", str(made), "-out", str(tmp_path / "cert.pem")], check=True, capture_output=True)
    made.write_text(made.read_text() + (tmp_path / "cert.pem").read_text())
    return made


def secure(authority: Path) -> Callable[[socket.socket], None]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority)

    def speak(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as wrapped:
            wrapped.recv(65536)
            wrapped.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    return speak


@pytest.mark.parametrize(
    ("host", "is_known", "problem"),
    [
        ("api.example", True, None),
        ("other.example", True, "other.example.*is not trusted"),
        ("api.example", False, "is not trusted: self.signed"),
    ],
)
def test_a_certificate_is_checked_against_the_name_and_not_the_address(
    authority: Path, host: str, is_known: bool, problem: str | None
) -> None:
    tls = ssl.create_default_context(cafile=str(authority)) if is_known else None
    fetch = downloader(resolve=names({host: "127.0.0.1"}), tls=tls)
    with raw_site(secure(authority), greet=False) as served:
        url = served.named(host).replace("http:", "https:")
        if problem is None:
            assert fetch.get(url) == Download(b"{}", Validators())
        else:
            with pytest.raises(Misconfigured, match=problem):
                fetch.get(url)
