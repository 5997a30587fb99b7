"""What gets past the guard: the right key or a loopback name, and a body of bounded size. It fails closed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from opswright.wiring import Runtime
from schemas.errors import Misconfigured
from tests.opswright.api.clients import Serve, problem

KEY = "key-of-the-tests-81f3"
LIMIT = 1024
ADDRESSES = ["/api/v1/runs", "/api/v1/tools", "/api/v1/openapi.json", "/nowhere"]


@pytest.fixture(scope="module")
def keyed(bare: Runtime, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    file = tmp_path_factory.mktemp("key") / "api-key"
    file.write_text(f"{KEY}\n")
    without = bare.settings
    bare.settings = without.model_copy(update={"api_key": f"file:{file}"})
    with bare.serving() as url, httpx.Client(base_url=url, trust_env=False) as client:
        bare.settings = without
        yield client


@pytest.mark.parametrize("address", ADDRESSES[:-1])
def test_the_right_key_gets_past(keyed: httpx.Client, address: str) -> None:
    assert keyed.get(address, headers={"Authorization": f"Bearer {KEY}"}).status_code == 200


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    "header",
    [None, "", KEY, "Bearer", f"Basic {KEY}", f"Bearer {KEY[:-1]}", f"Bearer {KEY}x", f"Bearer {KEY.upper()}", "Bearer \xe9"],
)
def test_a_missing_or_wrong_key_does_not_wherever_it_knocks(keyed: httpx.Client, address: str, header: str | None) -> None:
    response = keyed.get(address, headers=[] if header is None else [(b"Authorization", header.encode("latin-1"))])
    problem(response, 401, "E_DENIED")
    assert response.headers["www-authenticate"] == "Bearer"
    assert KEY not in response.text


def test_a_wrong_key_is_told_before_the_body_is_looked_at(keyed: httpx.Client) -> None:
    problem(keyed.post("/api/v1/execute", content=b"{"), 401, "E_DENIED")


@pytest.mark.parametrize("address", ["/health/live", "/health/ready"])
def test_health_needs_no_key(keyed: httpx.Client, address: str) -> None:
    assert keyed.get(address).status_code in (200, 503)


def test_a_changed_file_is_a_changed_key(serve: Serve, tmp_path: Path) -> None:
    file = tmp_path / "api-key"
    file.write_text(KEY)
    old, new = {"Authorization": f"Bearer {KEY}"}, {"Authorization": "Bearer another"}
    with serve(api_key=f"file:{file}") as client:
        assert client.get("/api/v1/runs", headers=old).status_code == 200
        file.write_text("another")
        problem(client.get("/api/v1/runs", headers=old), 401, "E_DENIED")
        assert client.get("/api/v1/runs", headers=new).status_code == 200
        file.unlink()
        problem(client.get("/api/v1/runs", headers=new), 500, "E_CONFIG")


def test_a_reference_that_leads_nowhere_stops_the_start(serve: Serve) -> None:
    with pytest.raises(Misconfigured, match="NO_SUCH_KEY"), serve(api_key="env:NO_SUCH_KEY"):
        pass


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8600", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:8600"])
def test_without_a_key_a_loopback_name_gets_past(bare_api: httpx.Client, host: str) -> None:
    assert bare_api.get("/api/v1/runs", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8600", "127.0.0.1.evil.example", "localhost.evil.example", "", ":8600", "::1"]
)
def test_without_a_key_another_name_does_not(bare_api: httpx.Client, host: str) -> None:
    problem(bare_api.get("/api/v1/runs", headers={"Host": host}), 421, "E_DENIED")


def padded(size: int) -> bytes:
    """A question of the right shape that nobody works on, in so many bytes."""
    body = b'{"question": ""}'
    return body + b" " * (size - len(body))


def in_pieces(body: bytes) -> Iterator[bytes]:
    """Sent without a length."""
    yield body[: len(body) // 2]
    yield body[len(body) // 2 :]


@pytest.mark.parametrize("send", [bytes, in_pieces], ids=["with its length", "in pieces"])
def test_the_largest_body_is_read_and_one_byte_more_is_not(serve: Serve, send: type[bytes]) -> None:
    with serve(api_body_kib=LIMIT // 1024) as client:
        as_json = {"Content-Type": "application/json"}
        problem(client.post("/api/v1/execute", content=send(padded(LIMIT)), headers=as_json), 422, "E_BAD_QUERY")
        problem(client.post("/api/v1/execute", content=send(padded(LIMIT + 1)), headers=as_json), 413, "E_LIMIT")
        assert client.get("/health/live").status_code == 200


def test_a_body_is_bounded_for_whoever_brings_a_key_too(keyed: httpx.Client, bare: Runtime) -> None:
    large = padded(bare.settings.api_body_kib * 1024 + 1)
    problem(keyed.post("/nowhere", content=large, headers={"Authorization": f"Bearer {KEY}"}), 413, "E_LIMIT")
