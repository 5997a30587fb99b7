"""Step 1: whatever a URL tries, it reaches the base URL and what lies below, or nothing."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import httpx
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from sandbox.broker.connection import MAX_URL_LENGTH, Connection
from sandbox.broker.denials import ForeignAddress, UnknownOperation
from sandbox.broker.wire import WireRequest
from schemas.errors import Misconfigured
from schemas.source import Source
from tests.sandbox.broker.estate import BASE, SOURCE, Wire, broker, get

_ATTACKS: dict[str, list[str]] = yaml.safe_load((Path(__file__).parents[1] / "data" / "urls.yaml").read_text(encoding="utf-8"))
_ESTATE = Connection.of(SOURCE)


def _connection(base_url: str) -> Connection:
    return Connection.of(Source(name="estate", spec_url="http://x", base_url=base_url))


@pytest.mark.parametrize("url", [url for urls in _ATTACKS.values() for url in urls], ids=lambda url: url[:60])
def test_an_attack_by_url_is_denied_and_nothing_is_sent(url: str) -> None:
    wire = Wire()

    with pytest.raises((ForeignAddress, UnknownOperation)):
        broker(wire).exchange(WireRequest("GET", url))

    assert wire.sent == []


def test_the_url_of_a_client_with_that_base_url_is_located() -> None:
    client = httpx.Client(base_url=BASE)

    request = client.build_request("GET", "/hosts/h 1é", params={"q": "a b&c", "zone": ["x", "y"]})

    assert _ESTATE.locate(str(request.url)).segments == ("hosts", "h 1é")


def test_a_host_name_has_no_case() -> None:
    assert _ESTATE.locate("http://ESTATE.Test:8080/api/v1/hosts").segments == ("hosts",)


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("https://api.test", "https://api.test:443/hosts"),
        ("https://api.test:443", "https://api.test/hosts"),
        ("http://[::1]:9000/", "http://[::1]:9000/hosts"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000/hosts"),
        ("https://bücher.test", "https://xn--bcher-kva.test/hosts"),
    ],
)
def test_spellings_of_the_configured_address_are_one(base_url: str, url: str) -> None:
    assert _connection(base_url).locate(url).segments == ("hosts",)


@pytest.mark.parametrize(("length", "allowed"), [(MAX_URL_LENGTH, True), (MAX_URL_LENGTH + 1, False)])
def test_a_url_may_be_so_long_and_no_longer(length: int, allowed: bool) -> None:
    url = f"{BASE}/hosts?q=".ljust(length, "x")

    if allowed:
        assert _ESTATE.locate(url).query.startswith("q=x")
    else:
        with pytest.raises(ForeignAddress, match=r"longer than the 8192"):
            _ESTATE.locate(url)


def test_a_denial_names_the_connection_and_the_way_out_but_no_password() -> None:
    with pytest.raises(ForeignAddress) as denied:
        _ESTATE.locate("http://ops:hunter2@evil.test/x")

    assert str(denied.value).startswith(
        "This run is bound to estate at http://estate.test:8080/api/v1: 'http://evil.test' is another address."
    )
    assert "client.get(" in denied.value.hint
    assert "hunter2" not in str(denied.value)


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "estate",
        "ftp://estate.test",
        "http://",
        "http://ops:pw@estate.test",
        "http://estate.test?x=1",
        "http://estate.test/#x",
        "http://[::1",
    ],
)
def test_a_base_url_that_is_no_plain_address_is_the_operators_to_mend(base_url: str) -> None:
    with pytest.raises(Misconfigured, match="base URL"):
        _connection(base_url)


def test_what_is_sent_is_put_together_from_what_was_judged() -> None:
    assert _ESTATE.address(("hosts", "a b;c?d#e/f"), "q=1") == f"{BASE}/hosts/a%20b%3Bc%3Fd%23e%2Ff?q=1"


_PIECES = st.sampled_from(
    "http: https: // / \\ @ : 8080 ? # %2f %2e %25 .. . ; [ ] ::1 127.0.0.1 estate.test estate.test:8080 evil.test api v1 hosts h-1 reboot "
    "é ／ %c0%ae a=b \t \r\n \x00".split(" ")
)
_URLS = (
    st.lists(_PIECES, max_size=12).map("".join)
    | st.lists(_PIECES, max_size=8).map(lambda pieces: BASE + "".join(pieces))
    | st.text(max_size=40)
)


@given(_URLS)
@example(f"{BASE}/hosts")
@example("http://estate.test:8080@evil.test/api/v1/hosts")
def test_whatever_passes_has_our_origin_and_base_path_for_other_parsers_too(url: str) -> None:
    try:
        location = _ESTATE.locate(url)
    except ForeignAddress:
        return
    sent = _ESTATE.address(location.segments, "")
    for text in (url, sent):
        split = urlsplit(text)
        assert (split.scheme, split.hostname, split.port, split.username) == ("http", "estate.test", 8080, None)
        other = httpx.URL(text)
        assert (other.scheme, other.host, other.port, other.userinfo) == ("http", "estate.test", 8080, b"")
        assert httpx.URL(text).path.startswith("/api/v1")
        path = split.path
        for _ in range(4):
            path = unquote(path)
            assert ".." not in path.split("/")


@given(st.text(max_size=30).filter(lambda text: text.strip(".") != ""))
def test_an_identifier_that_passes_arrives_as_it_was(identifier: str) -> None:
    try:
        location = _ESTATE.locate(f"{BASE}/hosts/{quote(identifier, safe='')}")
    except ForeignAddress:
        return
    sent = urlsplit(_ESTATE.address(location.segments, "")).path
    assert [unquote(segment) for segment in sent.split("/")[1:]] == ["api", "v1", "hosts", identifier]


_SEGMENTS = st.lists(
    st.sampled_from(["hosts", "h-1", "export", "reboot", "search", "alerts", "reports", "a.json", "x", "", "%20", "logs"]), max_size=4
)


@given(_SEGMENTS, st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "get", "TRACE", "CONNECT", "X"]))
def test_only_the_methods_and_paths_of_reads_leave(segments: list[str], method: str) -> None:
    wire = Wire()
    request = get("".join(f"/{segment}" for segment in segments), method=method)

    try:
        broker(wire).exchange(request)
    except Exception:  # noqa: BLE001  # whatever it is, it did not leave
        assert wire.sent == []
    else:
        assert method == "GET"
        assert segments in (["hosts"], ["reports", "a.json"]) or (segments[0] == "hosts" and segments[1:] == ["h-1"])


def test_a_base_url_with_a_password_is_refused_without_repeating_it() -> None:
    source = Source(name="estate", spec_url="http://estate.test", base_url="http://ada:s3cr3t@estate.test/v1")
    with pytest.raises(Misconfigured, match="may not hold a user") as refused:
        Connection.of(source)
    assert "s3cr3t" not in str(refused.value)
