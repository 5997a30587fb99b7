"""Keys of Google service accounts: what they sign, where that goes, and which are none."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from google.auth.crypt import RSASigner

from sandbox.broker.service_account import TOKEN_HOSTS, assertion, read_key, token_url_of
from schemas.credential import ServiceAccount
from schemas.errors import Misconfigured
from tests.sandbox.broker.token_endpoint import EMAIL, NOW, RFC_7515, SCOPE, key_file, pem, rfc_key, unbase64

GRANT = ServiceAccount(secret="file:/run/key.json")


def test_the_library_signs_as_rfc_7515_does() -> None:
    signature = RSASigner(rfc_key()).sign(RFC_7515["signing_input"])  # type: ignore[no-untyped-call]
    assert base64.urlsafe_b64encode(signature).rstrip(b"=").decode() == RFC_7515["signature"]


def test_an_assertion_says_who_asks_whom_for_what_and_until_when() -> None:
    head, claims, _ = assertion(read_key(key_file(), GRANT.secret), GRANT, "https://oauth2.googleapis.com/token", NOW).split(".")
    assert json.loads(unbase64(head)) == {"alg": "RS256", "typ": "JWT", "kid": "key-1"}
    seconds = int(NOW.timestamp())
    assert json.loads(unbase64(claims)) == {
        "iss": EMAIL,
        "aud": "https://oauth2.googleapis.com/token",
        "scope": SCOPE,
        "iat": seconds,
        "exp": seconds + 3600,
    }


@pytest.mark.parametrize("host", sorted(TOKEN_HOSTS))
def test_a_key_may_name_any_of_google_s_hosts(host: str) -> None:
    key = read_key(key_file(token_uri=f"https://{host}/o/oauth2/token"), GRANT.secret)
    assert token_url_of(key, GRANT) == f"https://{host}/o/oauth2/token"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/token",
        "http://oauth2.googleapis.com/token",
        "https://oauth2.googleapis.com.evil.example/token",
        "https://oauth2.googleapis.com@evil.example/token",
        "https://oauth2.googleapis.com:8443/token",
        "https://evil.example/oauth2.googleapis.com",
        "",
    ],
)
def test_a_key_that_names_another_place_signs_nothing_unless_the_operator_trusts_it(url: str) -> None:
    key = read_key(key_file(token_uri=url), GRANT.secret)
    with pytest.raises(Misconfigured, match=r"'file:/run/key.json' gets its tokens at .*, which is not Google's") as caught:
        token_url_of(key, GRANT)
    assert "token_url in connections.yaml" in caught.value.hint

    trusting = GRANT.model_copy(update={"token_url": "https://tokens.example/token"})
    assert token_url_of(key, trusting) == "https://tokens.example/token"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("hunter2", ": it is not a JSON object"),
        ('["hunter2"]', ": it is not a JSON object"),
        ('{"hunter2": 1}', "type: Field required"),
        (key_file(type="authorized_user", private_key="hunter2"), "type: Input should be 'service_account'"),
        (key_file(client_email=""), "client_email: String should have at least 1 character"),
        (key_file(private_key=["hunter2"]), "private_key: Input should be a valid string"),
        (key_file(private_key="hunter2"), "private_key: it is not a private key in PEM without a password"),
        (key_file(private_key=pem(rfc_key(), b"hunter2")), "private_key: it is not a private key in PEM without a password"),
        (key_file(private_key=pem(ec.generate_private_key(ec.SECP256R1()))), "private_key: it is not an RSA key"),
    ],
)
def test_what_is_no_key_is_the_operators_to_mend_and_not_repeated(text: str, problem: str) -> None:
    with pytest.raises(Misconfigured, match=problem) as caught:
        assertion(read_key(text, GRANT.secret), GRANT, "https://oauth2.googleapis.com/token", NOW)
    assert "'file:/run/key.json' is no key of a service account" in caught.value.message
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    for shown in (str(caught.value), repr(caught.value)):
        assert "hunter2" not in shown


def test_no_representation_shows_the_key() -> None:
    assert "PRIVATE" not in repr(read_key(key_file(), GRANT.secret))
