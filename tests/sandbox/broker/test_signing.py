"""Step 8: the secret is on the request that leaves, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import pytest

from sandbox.broker.authentication import authenticator_of
from sandbox.broker.budget import Budget
from sandbox.broker.denials import BudgetSpent
from sandbox.broker.pool import Pool
from sandbox.broker.signing import Authenticator, Signer, anonymous
from sandbox.broker.tokens import PATIENCE, YOUNG_SECONDS, Tokens
from sandbox.broker.wire import WireRequest
from schemas.credential import ApiKey, Basic, Bearer, ClientCredentials, Mtls, StandingCredential, TokenGrant
from schemas.errors import BackendUnavailable, Misconfigured
from schemas.source import Source
from tests.sandbox.broker.estate import SOURCE, Wire, broker, get, response
from tests.sandbox.broker.token_endpoint import Endpoint, Reply, serving

_SIGNED = SOURCE.model_copy(update={"credential": Bearer(secret="env:ESTATE_TOKEN")})


class Vault:
    """A `SecretResolver` whose secrets can be rotated."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.asked: list[str] = []

    def resolve(self, reference: str) -> str:
        self.asked.append(reference)
        return self.secret


def _signing(source: Source, vault: Vault) -> Authenticator:
    def never(source: Source, grant: TokenGrant) -> Tokens:
        raise AssertionError(grant)

    return authenticator_of(source, vault, never)


def test_a_request_is_signed_when_it_is_sent() -> None:
    wire, vault = Wire(), Vault("s3cr3t-token")

    broker(wire, authenticate=_signing(_SIGNED, vault)).exchange(get("/hosts"))

    assert ("authorization", "Bearer s3cr3t-token") in wire.sent[0].headers
    assert vault.asked == ["env:ESTATE_TOKEN"]


def test_a_denied_request_does_not_even_fetch_the_secret() -> None:
    vault = Vault("s3cr3t-token")

    with pytest.raises(Exception, match="no operation"):
        broker(Wire(), authenticate=_signing(_SIGNED, vault)).exchange(get("/nothing"))

    assert vault.asked == []


def test_a_rotated_secret_is_used_at_once() -> None:
    wire, vault = Wire(), Vault("first-token")
    signing = broker(wire, authenticate=_signing(_SIGNED, vault))

    signing.exchange(get("/hosts"))
    vault.secret = "second-token"
    signing.exchange(get("/hosts"))

    assert [dict(sent.headers)["authorization"] for sent in wire.sent] == ["Bearer first-token", "Bearer second-token"]


def test_no_representation_shows_the_secret() -> None:
    signed = _signing(_SIGNED, Vault("s3cr3t-token"))(WireRequest("GET", "http://estate.test/", (("authorization", "x"),), b"x"))

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
def test_each_kind_is_put_where_it_belongs(credential: StandingCredential, sent: WireRequest) -> None:
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
    signing = broker(wire, authenticate=_signing(source, Vault("s3cr3t/value")))

    delivered = signing.exchange(get("/hosts"))
    transcript = signing.transcript(datetime(2026, 1, 1, tzinfo=UTC))

    assert wire.sent[0].url.endswith("/hosts?api_key=s3cr3t%2Fvalue")
    assert transcript.calls[0].url.endswith("/hosts")
    for shown in (delivered.body.decode(), transcript.model_dump_json(), repr(wire.sent[0])):
        assert "s3cr3t" not in shown


def test_a_source_without_a_credential_is_called_anonymously() -> None:
    assert _signing(Source(name="x", spec_url="http://x", base_url="http://x"), Vault("x")) is anonymous


def test_a_server_that_echoes_the_credential_shows_it_to_nobody() -> None:
    echoing = Wire(lambda sent: response({"you_sent": dict(sent.headers), "plain": "s3cr3t-token"}, headers=(("x-echo", "s3cr3t-token"),)))
    signing = broker(echoing, authenticate=_signing(_SIGNED, Vault("s3cr3t-token")))

    delivered = signing.exchange(get("/hosts"))
    transcript = signing.transcript(datetime(2026, 1, 1, tzinfo=UTC))

    for shown in (repr(delivered.headers), delivered.body.decode(), transcript.model_dump_json()):
        assert "s3cr3t" not in shown
    assert transcript.calls[0].redactions == 3


class _Clock:
    """A monotonic clock that goes on when it is told to."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@contextmanager
def _tokens(clock: _Clock) -> Iterator[tuple[Source, Endpoint, Callable[[Source, TokenGrant], Tokens]]]:
    """A source whose tokens a loopback endpoint gives."""
    with serving(Endpoint(clients={"app": "s3cr3t-of-the-app"})) as endpoint, closing(Pool(PATIENCE)) as pool:
        grant = ClientCredentials(token_url=endpoint.url, client_id="app", secret="env:SECRET")
        tokens = Tokens("estate", grant, Vault("s3cr3t-of-the-app"), pool, monotonic=clock)
        yield SOURCE.model_copy(update={"credential": grant}), endpoint, lambda *_: tokens


def test_a_token_is_put_on_each_request_and_asked_for_once() -> None:
    wire = Wire()
    with _tokens(_Clock()) as (source, endpoint, tokens_of):
        signing = broker(wire, authenticate=authenticator_of(source, Vault(""), tokens_of))
        signing.exchange(get("/hosts"))
        signing.exchange(get("/hosts?limit=5"))
        assert endpoint.given == ["token-1.abcdef"]
    assert [dict(sent.headers)["authorization"] for sent in wire.sent] == ["Bearer token-1.abcdef"] * 2


def test_a_refused_token_is_replaced_and_the_request_sent_once_more() -> None:
    clock = _Clock()
    wire = Wire(lambda sent: response({"you_sent": dict(sent.headers)}, 401 if "token-1" in repr(sent.headers) else 200))
    with _tokens(clock) as (source, endpoint, tokens_of):
        tokens_of(source, ClientCredentials(token_url="x", client_id="x", secret="env:X")).current()
        clock.seconds += YOUNG_SECONDS
        signing = broker(wire, authenticate=authenticator_of(source, Vault(""), tokens_of))
        delivered = signing.exchange(get("/hosts"))
        assert endpoint.given == ["token-1.abcdef", "token-2.abcdef"]
    assert (delivered.status, len(wire.sent)) == (200, 2)
    transcript = signing.transcript(datetime(2026, 1, 1, tzinfo=UTC))
    for shown in (delivered.body.decode(), transcript.model_dump_json()):
        assert "token-2.abcdef" not in shown
        assert "s3cr3t" not in shown


def test_a_request_that_stays_refused_is_sent_twice_and_delivered_as_it_is() -> None:
    clock, wire = _Clock(), Wire(response({}, 401))
    with _tokens(clock) as (source, endpoint, tokens_of):
        authenticate = authenticator_of(source, Vault(""), tokens_of)
        authenticate(WireRequest("GET", "http://estate.test/"))
        clock.seconds += YOUNG_SECONDS
        signing = broker(wire, authenticate=authenticate)
        assert [signing.exchange(get("/hosts")).status for _ in range(2)] == [401, 401]
        assert len(endpoint.given) == 2
    assert len(wire.sent) == 3  # the token of the second call is young


def test_sending_once_more_is_counted() -> None:
    clock, wire = _Clock(), Wire(response({}, 401))
    with _tokens(clock) as (source, _, tokens_of):
        authenticate = authenticator_of(source, Vault(""), tokens_of)
        authenticate(WireRequest("GET", "http://estate.test/"))
        clock.seconds += YOUNG_SECONDS
        signing = broker(wire, authenticate=authenticate, budget=Budget(requests=1))
        with pytest.raises(BudgetSpent):
            signing.exchange(get("/hosts"))


def test_a_server_that_wants_more_than_a_standing_credential_is_asked_once() -> None:
    wire = Wire(response({}, 401))
    assert broker(wire, authenticate=_signing(_SIGNED, Vault("s3cr3t-token"))).exchange(get("/hosts")).status == 401
    assert len(wire.sent) == 1


def test_a_dead_grant_ends_the_run_and_an_endpoint_that_is_away_does_not() -> None:
    wire = Wire()
    with _tokens(_Clock()) as (source, endpoint, tokens_of):
        signing = broker(wire, authenticate=authenticator_of(source, Vault(""), tokens_of))
        endpoint.clients.clear()
        with pytest.raises(Misconfigured, match=r"'estate'.*env:SECRET"):
            signing.exchange(get("/hosts"))
        endpoint.instead = lambda _: Reply(503)
        with pytest.raises(BackendUnavailable, match="token endpoint of estate"):
            signing.exchange(get("/hosts"))
    refused, failed = signing.transcript(datetime(2026, 1, 1, tzinfo=UTC)).calls
    assert refused.refusal.startswith("E_CONFIG: The token endpoint at ")
    assert failed.failure.startswith("The token endpoint of estate at ")
    assert "s3cr3t" not in repr([refused, failed])
    assert wire.sent == []
