"""Tokens: asked for once, kept while they are good, and never shown; what can go wrong says who has to do what."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.broker.pool import Patience, Pool
from sandbox.broker.tokens import PATIENCE, YOUNG_SECONDS, Tokens
from sandbox.broker.wire import TransportFailure
from schemas.credential import ClientCredentials, ServiceAccount, TokenGrant
from schemas.errors import BackendUnavailable, Denied, Misconfigured
from tests.sandbox.broker.token_endpoint import NOW, SCOPE, Endpoint, Reply, key_file, pem, serving

SECRET = "s3cr3t pa$$/wörd"


class Vault:
    """A `SecretResolver` with one secret, which can be rotated."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def resolve(self, reference: str) -> str:
        return self.secret


class Clock:
    """A monotonic clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def google(endpoint: Endpoint) -> ServiceAccount:
    return ServiceAccount(secret="env:KEY", token_url=endpoint.url)


def client(endpoint: Endpoint, **other: object) -> ClientCredentials:
    usual = {"token_url": endpoint.url, "client_id": "app", "secret": "env:SECRET", "scopes": ("read",)}
    return ClientCredentials.model_validate(usual | other)


@contextmanager
def tokens(
    grant: TokenGrant,
    secret: str | Vault,
    *,
    now: Callable[[], datetime] = lambda: NOW,
    monotonic: Callable[[], float] = time.monotonic,
    patience: Patience = PATIENCE,
) -> Iterator[Tokens]:
    vault = Vault(secret) if isinstance(secret, str) else secret
    made = Tokens("cloud", grant, vault, Pool(patience), clock=now, monotonic=monotonic)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving(Endpoint()) as running:
        yield running


def test_a_service_account_s_assertion_is_believed(endpoint: Endpoint) -> None:
    with tokens(google(endpoint), key_file()) as made:
        assert made.current() == "token-1.abcdef"
    assert endpoint.asked[0].keys() == {"grant_type", "assertion"}


@pytest.mark.parametrize("client_auth", ["basic", "post"])
def test_a_client_s_secret_arrives_whatever_characters_it_has(endpoint: Endpoint, client_auth: str) -> None:
    with tokens(client(endpoint, client_auth=client_auth, scopes=("a", "b")), SECRET) as made:
        assert made.current() == "token-1.abcdef"
    assert endpoint.asked[0]["scope"] == "a b"
    assert ("client_secret" in endpoint.asked[0]) == (client_auth == "post")


def test_without_scopes_none_are_asked_for(endpoint: Endpoint) -> None:
    with tokens(client(endpoint, scopes=()), SECRET) as made:
        made.current()
    assert endpoint.asked == [{"grant_type": "client_credentials"}]


@pytest.mark.parametrize(
    ("life", "good_for"), [(3600, 3540.0), ("3599", 3539.0), (60, 45.0), (None, 240.0), (10**9, 86340.0), (240, 180.0)]
)
def test_a_token_is_kept_until_shortly_before_its_end(endpoint: Endpoint, life: object, good_for: float) -> None:
    endpoint.life, clock = life, Clock()
    with tokens(client(endpoint), SECRET, monotonic=clock) as made:
        first = made.current()
        clock.seconds += good_for - 0.001
        assert made.current() == first
        clock.seconds += 0.001
        assert made.current() == "token-2.abcdef"


def test_a_token_of_no_duration_is_used_once(endpoint: Endpoint) -> None:
    endpoint.life = 0
    with tokens(client(endpoint), SECRET) as made:
        assert [made.current(), made.current()] == ["token-1.abcdef", "token-2.abcdef"]


def test_many_threads_get_one_token_for_one_request(endpoint: Endpoint) -> None:
    together = threading.Barrier(20)

    def ask(made: Tokens) -> str:
        together.wait()
        return made.current()

    with tokens(client(endpoint), SECRET) as made, ThreadPoolExecutor(20) as threads:
        assert set(threads.map(ask, [made] * 20)) == {"token-1.abcdef"}
    assert len(endpoint.asked) == 1


def test_many_threads_share_a_failure_and_the_next_one_tries_again(endpoint: Endpoint) -> None:
    asked, everyone_waits = threading.Event(), threading.Event()

    def answer(form: dict[str, str]) -> Reply:
        asked.set()
        everyone_waits.wait()
        return Reply(503)

    endpoint.instead = answer
    with tokens(client(endpoint), SECRET) as made, ThreadPoolExecutor(5) as threads:
        asking = [threads.submit(made.current) for _ in range(5)]
        asked.wait()
        with pytest.raises(TransportFailure):
            made.current(time.monotonic())  # it has no time: it waits for nothing, and takes nothing from the others
        everyone_waits.set()
        assert {type(future.exception()) for future in asking} == {BackendUnavailable}
        endpoint.instead = None
        assert made.current() == "token-1.abcdef"


def test_a_rotated_secret_gets_a_token_of_its_own(endpoint: Endpoint) -> None:
    vault = Vault(SECRET)
    with tokens(client(endpoint), vault) as made:
        first = made.current()
        endpoint.clients["app"] = vault.secret = "another"
        assert made.current() != first
        assert made.current() == "token-2.abcdef"


def test_a_rotated_key_signs_at_once(endpoint: Endpoint) -> None:
    vault = Vault(key_file())
    with tokens(google(endpoint), vault) as made:
        made.current()
        new = rsa.generate_private_key(65537, 2048)
        endpoint.keys = {"key-2": new.public_key()}
        vault.secret = key_file(private_key=pem(new), private_key_id="key-2")
        assert made.current() == "token-2.abcdef"


def test_a_refused_token_is_replaced_once_however_many_were_refused(endpoint: Endpoint) -> None:
    clock = Clock()
    with tokens(client(endpoint), SECRET, monotonic=clock) as made:
        first = made.current()
        clock.seconds += YOUNG_SECONDS
        assert [made.instead_of(first) for _ in range(3)] == ["token-2.abcdef"] * 3
    assert len(endpoint.asked) == 2


def test_a_token_refused_when_it_was_just_given_is_not_replaced(endpoint: Endpoint) -> None:
    clock = Clock()
    with tokens(client(endpoint), SECRET, monotonic=clock) as made:
        first = made.current()
        clock.seconds += YOUNG_SECONDS - 0.001
        assert made.instead_of(first) is None
    assert len(endpoint.asked) == 1


@pytest.mark.parametrize(("off", "words"), [(timedelta(hours=2), "120 minutes ahead of"), (timedelta(minutes=-7), "7 minutes behind")])
def test_a_wrong_clock_is_named_as_what_has_to_be_mended(endpoint: Endpoint, off: timedelta, words: str) -> None:
    with tokens(google(endpoint), key_file(), now=lambda: NOW + off) as made, pytest.raises(Misconfigured) as caught:
        made.current()
    assert caught.value.hint == f"This machine's clock is {words} the server's: set it."


@pytest.mark.parametrize("off", [timedelta(minutes=2), timedelta(minutes=-2)])
def test_a_clock_that_is_a_little_wrong_does_no_harm(endpoint: Endpoint, off: timedelta) -> None:
    with tokens(google(endpoint), key_file(), now=lambda: NOW + off) as made:
        assert made.current() == "token-1.abcdef"


def test_a_dead_key_is_the_operators_to_renew(endpoint: Endpoint) -> None:
    endpoint.keys.clear()
    with tokens(google(endpoint), key_file()) as made, pytest.raises(Misconfigured) as caught:
        made.current()
    origin = endpoint.url.removesuffix("/token")
    assert caught.value.message == (
        f"The token endpoint at {origin} refuses the credential of 'cloud': it answered 400, 'invalid_grant: Invalid JWT header.'."
    )
    assert "env:KEY" in caught.value.hint


def test_a_dead_secret_is_the_operators_to_renew_and_not_repeated(endpoint: Endpoint) -> None:
    for client_auth in ("basic", "post"):
        with tokens(client(endpoint, client_auth=client_auth), "wrong pässword") as made, pytest.raises(Misconfigured) as caught:
            made.current()
        assert "'cloud': it answered 401, 'invalid_client: Invalid client secret provided: [redacted:credential]'" in str(caught.value)
        assert "env:SECRET" in str(caught.value)
        assert "wrong" not in repr(caught.value)


@pytest.mark.parametrize(
    "reply",
    [Reply(500), Reply(503, b"<html>"), Reply(429), Reply(408), Reply(400, b'{"error": "temporarily_unavailable"}')],
    ids=lambda reply: f"{reply.status}",
)
def test_an_endpoint_in_trouble_may_be_asked_later(endpoint: Endpoint, reply: Reply) -> None:
    endpoint.instead = lambda _: reply
    with tokens(client(endpoint), SECRET) as made, pytest.raises(BackendUnavailable, match=f"answered {reply.status}; try again"):
        made.current()


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (Reply(302, headers=(("Location", "http://127.0.0.1:9/steal"),)), "answered 302, and would redirect, which no secret follows"),
        (Reply(200, b"<html>Sign in</html>"), "and no bearer token"),
        (Reply(200, b'{"access_token": "", "token_type": "Bearer"}'), "and no bearer token"),
        (Reply(200, b'{"access_token": "a\\r\\nX: y", "token_type": "Bearer"}'), "and no bearer token"),
        (Reply(200, b'{"access_token": "t0k3n", "token_type": "mac"}'), "and no bearer token"),
        (Reply(200, b'{"access_token": "t0k3n", "token_type": "Bearer", "expires_in": -1}'), "and no bearer token"),
        (Reply(200, b'{"access_token": "t0k3n", "token_type": "Bearer", "expires_in": NaN}'), "and no bearer token"),
        (Reply(200, b" " * (64 * 1024 + 1)), "answered more than 65536 bytes"),
        (Reply(404, b"<html>"), "refuses the credential of 'cloud': it answered 404"),
        (Reply(400, json.dumps({"error": "x", "error_description": "\x1b[31m" + "y" * 500}).encode()), r"'x: \\x1b\[31my+…'"),
    ],
)
def test_what_is_no_token_endpoint_is_the_operators_to_mend(endpoint: Endpoint, reply: Reply, problem: str) -> None:
    endpoint.instead = lambda _: reply
    with tokens(client(endpoint), SECRET) as made, pytest.raises(Misconfigured, match=problem) as caught:
        made.current()
    assert "cloud" in str(caught.value)
    assert "t0k3n" not in repr(caught.value)
    assert "t0k3n" not in repr(caught.value.__cause__)


def test_a_large_answer_within_the_bound_is_read(endpoint: Endpoint) -> None:
    token = b'{"access_token": "t0k3n", "token_type": "bearer"}'
    endpoint.instead = lambda _: Reply(200, token + b" " * (64 * 1024 - len(token)))
    with tokens(client(endpoint), SECRET) as made:
        assert made.current() == "t0k3n"


def test_a_slow_endpoint_is_not_waited_for_longer_than_there_is_time(endpoint: Endpoint) -> None:
    over = threading.Event()

    def answer(form: dict[str, str]) -> Reply:
        over.wait()
        return Reply(200)

    endpoint.instead = answer
    with tokens(client(endpoint), SECRET, patience=Patience(seconds=0.1)) as made:
        with pytest.raises(TransportFailure, match=r"cloud .*did not answer in time"):
            made.current()
        with pytest.raises(TransportFailure, match="cloud did not answer in time"):
            made.current(time.monotonic() + 0.01)
    over.set()


def test_an_endpoint_that_is_away_is_a_backend_that_is_away() -> None:
    away = ClientCredentials(token_url="http://127.0.0.1:9/token", client_id="app", secret="env:SECRET")
    with tokens(away, SECRET) as made, pytest.raises(BackendUnavailable, match=r"the token endpoint of cloud at http://127.0.0.1:9 can't"):
        made.current()


def test_no_secret_goes_to_where_machines_keep_theirs() -> None:
    inside = ClientCredentials(token_url="http://169.254.169.254/token", client_id="app", secret="env:SECRET")
    with tokens(inside, SECRET) as made, pytest.raises(Denied, match=r"169.254.169.254"):
        made.current()


def test_nothing_shows_a_secret(endpoint: Endpoint) -> None:
    with tokens(client(endpoint), SECRET) as made:
        made.current()
        shown = repr(vars(made))
    assert "s3cr3t" not in shown
    assert "token-1" not in shown


def test_the_scope_of_a_service_account_only_reads_unless_another_is_given() -> None:
    assert ServiceAccount(secret="env:KEY").scopes == (SCOPE,)
