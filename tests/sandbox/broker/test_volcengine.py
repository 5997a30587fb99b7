"""Signatures of Volcano Engine, against those that the vendor's own SDKs make."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.broker.authentication import authenticator_of
from sandbox.broker.tokens import Tokens
from sandbox.broker.volcengine import VolcengineSigner
from sandbox.broker.wire import WireRequest
from schemas.base import Json
from schemas.credential import AccessKey, TokenGrant
from schemas.errors import Misconfigured
from schemas.ports import Clock
from schemas.source import Source
from tests.sandbox.broker.estate import SOURCE, Wire, broker, get, response

VECTORS: list[Json] = json.loads((Path(__file__).parents[1] / "data/volcengine_signatures.json").read_text())["requests"]
NOW = datetime(2026, 3, 1, 12, 0, 5, tzinfo=UTC)
KEY = AccessKey(access_key="env:ID", secret_key="env:KEY", region="cn-beijing", service="ecs")
GET = WireRequest("GET", "https://open.volcengineapi.com/?Action=A&Version=1", (("accept", "*/*"),))


class Keys:
    """A `SecretResolver` with two secrets."""

    def __init__(self, key_id: str = "AKLTexample", key: str = "s3cr3t-key") -> None:
        self.secrets = {"env:ID": key_id, "env:KEY": key}

    def resolve(self, reference: str) -> str:
        return self.secrets[reference]


def signer(keys: Keys, key: AccessKey = KEY, clock: Clock = lambda: NOW) -> VolcengineSigner:
    return VolcengineSigner(key, keys, clock)


def authorization(request: WireRequest, keys: Keys | None = None, key: AccessKey = KEY, clock: Clock = lambda: NOW) -> str:
    return dict(signer(keys or Keys(), key, clock)(request).request.headers)["authorization"]


@pytest.mark.parametrize("vector", VECTORS, ids=range(len(VECTORS)))
def test_a_request_is_signed_as_the_vendor_s_sdks_sign_it(vector: Json) -> None:
    headers = (("content-type", vector["content_type"]),) if vector["content_type"] else ()
    request = WireRequest(vector["method"], vector["url"], headers, vector["body"].encode() or None)
    key = KEY.model_copy(update={"region": vector["region"], "service": vector["service"]})
    keys = Keys(vector["access_key"], vector["secret_key"])

    assert authorization(request, keys, key, lambda: datetime.fromisoformat(vector["date"])) == vector["authorization"]


def test_date_and_digest_of_the_body_are_sent_and_the_rest_stays() -> None:
    sent = signer(Keys())(GET).request
    assert (sent.method, sent.url, sent.body) == (GET.method, GET.url, None)
    assert dict(sent.headers) == {
        "accept": "*/*",
        "x-date": "20260301T120005Z",
        "x-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "authorization": authorization(GET),
    }


@pytest.mark.parametrize(
    "other",
    [
        WireRequest("POST", GET.url, GET.headers),
        WireRequest("GET", GET.url.replace("Action=A", "Action=B"), GET.headers),
        WireRequest("GET", GET.url.replace("open.", "shut."), GET.headers),
        WireRequest("GET", GET.url.replace("/?", "/a?"), GET.headers),
        WireRequest("GET", GET.url, GET.headers, b"{}"),
        WireRequest("GET", GET.url, (*GET.headers, ("content-type", "application/json"))),
    ],
)
def test_another_request_has_another_signature(other: WireRequest) -> None:
    assert authorization(other).rpartition("=")[2] != authorization(GET).rpartition("=")[2]


def test_the_order_of_the_query_does_not_matter() -> None:
    swapped = WireRequest("GET", "https://open.volcengineapi.com/?Version=1&Action=A", GET.headers)
    assert authorization(swapped) == authorization(GET)


@pytest.mark.parametrize("name", ["x-date", "x-content-sha256", "authorization"])
def test_what_the_tool_sends_in_place_of_the_signature_gives_way(name: str) -> None:
    forged = WireRequest("GET", GET.url, (*GET.headers, (name, "mine")))
    assert sorted(signer(Keys())(forged).request.headers) == sorted(signer(Keys())(GET).request.headers)


def test_a_rotated_key_is_used_at_once() -> None:
    keys = Keys()
    signing = signer(keys)
    first = signing(GET)
    keys.secrets["env:KEY"] = "another-key"
    assert signing(GET).request != first.request


@pytest.mark.parametrize("broken", ["", "two words", "line\r\nX-Evil: 1", "é"])
@pytest.mark.parametrize("reference", ["env:ID", "env:KEY"])
def test_a_key_that_would_break_the_header_is_the_operators_to_mend(reference: str, broken: str) -> None:
    keys = Keys()
    keys.secrets[reference] = broken
    with pytest.raises(Misconfigured, match=f"'{reference}' can't be sent as an access key") as caught:
        signer(keys)(GET)
    assert not broken or broken not in str(caught.value)


def test_key_and_signature_are_shown_to_nobody() -> None:
    wire = Wire(lambda sent: response({"you_sent": dict(sent.headers), "plain": "s3cr3t-key"}))
    source = SOURCE.model_copy(update={"credential": KEY})

    def never(source: Source, grant: TokenGrant) -> Tokens:
        raise AssertionError(grant)

    signing = broker(wire, authenticate=authenticator_of(source, Keys(), never))
    delivered = signing.exchange(get("/hosts"))
    transcript = signing.transcript(NOW)

    signature = dict(wire.sent[0].headers)["authorization"].rpartition("=")[2]
    assert len(signature) == 64
    for shown in (delivered.body.decode(), transcript.model_dump_json(), repr(signer(Keys())(GET))):
        assert "s3cr3t" not in shown
        assert signature not in shown
