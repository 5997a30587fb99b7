"""Step 8: the secret is on the request that leaves, and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sandbox.broker.signing import Signer, anonymous, authenticator_of
from sandbox.broker.wire import WireRequest
from schemas.credential import ApiKey, Basic, Bearer, Credential, Mtls
from schemas.errors import Misconfigured
from schemas.source import Source
from tests.sandbox.broker.estate import SOURCE, Wire, broker, get, response

_SIGNED = SOURCE.model_copy(update={"credential": Bearer(secret="env:ESTATE_TOKEN")})


class Vault:
    """A `SecretResolver` whose secrets can be rotated."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.asked: list[str] = []

    def resolve(self, reference: str) -> str:
        self.asked.append(reference)
        return self.secret


def test_a_request_is_signed_when_it_is_sent() -> None:
    wire, vault = Wire(), Vault("s3cr3t-token")

    broker(wire, authenticate=authenticator_of(_SIGNED, vault)).exchange(get("/hosts"))

    assert ("authorization", "Bearer s3cr3t-token") in wire.sent[0].headers
    assert vault.asked == ["env:ESTATE_TOKEN"]


def test_a_denied_request_does_not_even_fetch_the_secret() -> None:
    vault = Vault("s3cr3t-token")

    with pytest.raises(Exception, match="no operation"):
        broker(Wire(), authenticate=authenticator_of(_SIGNED, vault)).exchange(get("/nothing"))

    assert vault.asked == []


def test_a_rotated_secret_is_used_at_once() -> None:
    wire, vault = Wire(), Vault("first-token")
    signing = broker(wire, authenticate=authenticator_of(_SIGNED, vault))

    signing.exchange(get("/hosts"))
    vault.secret = "second-token"
    signing.exchange(get("/hosts"))

    assert [dict(sent.headers)["authorization"] for sent in wire.sent] == ["Bearer first-token", "Bearer second-token"]


def test_no_representation_shows_the_secret() -> None:
    signed = authenticator_of(_SIGNED, Vault("s3cr3t-token"))(WireRequest("GET", "http://estate.test/", (("authorization", "x"),), b"x"))

    assert "s3cr3t" not in repr(signed)
    assert "s3cr3t" not in repr(signed.request)


@pytest.mark.parametrize("secret", ["", "two words", "line\nbreak", "line\r\nX-Evil: 1", "tab\t", "nul\x00", "é"])
def test_a_secret_that_would_break_the_header_is_the_operators_to_mend(secret: str) -> None:
    with pytest.raises(Misconfigured) as misconfigured:
        Signer(Bearer(secret="env:ESTATE_TOKEN"), Vault(secret))(WireRequest("GET", "http://estate.test/"))

    assert "'env:ESTATE_TOKEN'" in str(misconfigured.value)
    assert secret == "" or secret not in str(misconfigured.value)


@pytest.mark.parametrize(
    ("credential", "sent"),
    [
        (Bearer(secret="env:T"), WireRequest("GET", "http://estate.test/a?b=c", (("x-a", "1"), ("authorization", "Bearer s3cr3t")))),
        (
            Basic(user="u", secret="env:T"),
            WireRequest("GET", "http://estate.test/a?b=c", (("x-a", "1"), ("authorization", "Basic dTpzM2NyM3Q="))),
        ),
        (ApiKey(header="X-Key", secret="env:T"), WireRequest("GET", "http://estate.test/a?b=c", (("x-a", "1"), ("x-key", "s3cr3t")))),
        (ApiKey(query="key", secret="env:T"), WireRequest("GET", "http://estate.test/a?b=c&key=s3cr3t", (("x-a", "1"),))),
        (Mtls(certificate="file:/c", key="file:/k"), WireRequest("GET", "http://estate.test/a?b=c", (("x-a", "1"),))),
    ],
)
def test_each_kind_is_put_where_it_belongs(credential: Credential, sent: WireRequest) -> None:
    assert Signer(credential, Vault("s3cr3t"))(WireRequest("GET", "http://estate.test/a?b=c", (("x-a", "1"),))).request == sent


@pytest.mark.parametrize("given", ["key=mine", "key=mine&key=too", "%6bey=mine", "key"])
def test_what_the_tool_sends_in_the_key_s_place_gives_way(given: str) -> None:
    asked = WireRequest("GET", f"http://estate.test/a?b=1&{given}&b=2", (("x-key", "mine"), ("x-a", "1"), ("x-key", "too")))
    in_query = Signer(ApiKey(query="key", secret="env:T"), Vault("s3&r=t"))(asked)
    in_header = Signer(ApiKey(header="X-Key", secret="env:T"), Vault("s3cr3t"))(asked)

    assert in_query.request.url == "http://estate.test/a?b=1&b=2&key=s3%26r%3Dt"
    assert in_header.request.headers == (("x-a", "1"), ("x-key", "s3cr3t"))


def test_a_key_in_the_query_is_on_the_wire_and_not_on_record() -> None:
    wire = Wire(lambda sent: response({"you_asked": sent.url}))
    source = SOURCE.model_copy(update={"credential": ApiKey(query="api_key", secret="env:T")})
    signing = broker(wire, authenticate=authenticator_of(source, Vault("s3cr3t/value")))

    delivered = signing.exchange(get("/hosts"))
    transcript = signing.transcript(datetime(2026, 1, 1, tzinfo=UTC))

    assert wire.sent[0].url.endswith("/hosts?api_key=s3cr3t%2Fvalue")
    assert transcript.calls[0].url.endswith("/hosts")
    for shown in (delivered.body.decode(), transcript.model_dump_json(), repr(wire.sent[0])):
        assert "s3cr3t" not in shown


def test_a_source_without_a_credential_is_called_anonymously() -> None:
    assert authenticator_of(Source(name="x", spec_url="http://x", base_url="http://x"), Vault("x")) is anonymous


def test_a_server_that_echoes_the_credential_shows_it_to_nobody() -> None:
    echoing = Wire(lambda sent: response({"you_sent": dict(sent.headers), "plain": "s3cr3t-token"}, headers=(("x-echo", "s3cr3t-token"),)))
    signing = broker(echoing, authenticate=authenticator_of(_SIGNED, Vault("s3cr3t-token")))

    delivered = signing.exchange(get("/hosts"))
    transcript = signing.transcript(datetime(2026, 1, 1, tzinfo=UTC))

    for shown in (repr(delivered.headers), delivered.body.decode(), transcript.model_dump_json()):
        assert "s3cr3t" not in shown
    assert transcript.calls[0].redactions == 3
