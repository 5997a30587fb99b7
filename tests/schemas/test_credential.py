"""Kinds of credentials: what they may be, and what each puts on a request."""

from __future__ import annotations

import base64

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from schemas.credential import AccessKey, ApiKey, Basic, Bearer, ClientCredentials, Credential, Mtls, ServiceAccount
from schemas.errors import Misconfigured


@pytest.mark.parametrize(
    "secret",
    [
        "ghp_0123456789", "", "env:", "env:A B", "env:1A", "file:", "file:relative", "Bearer env:TOKEN", "ENV:TOKEN", "env:T\nx",
        "kubeconfig:/k#c", "kubeconfig:token:/k", "kubeconfig:password:/k#c", "kubeconfig:token:k#c",
    ],
)  # fmt: skip
def test_a_secret_itself_is_refused_without_repeating_it(secret: str) -> None:
    with pytest.raises(ValidationError, match="not a reference to a secret") as caught:
        Bearer(secret=secret)
    assert not secret or f"'{secret}'" not in str(caught.value)
    assert "ghp_" not in str(caught.value)


@pytest.mark.parametrize("secret", ["env:TOKEN", "env:_t0", "file:/run/secrets/token", "kubeconfig:token:/home/a b/config#arn:x/y"])
def test_a_reference_is_accepted(secret: str) -> None:
    assert Bearer(secret=secret).references == (secret,)


def test_a_bearer_token_goes_into_the_header_and_is_named_as_secret() -> None:
    proof = Bearer(secret="env:TOKEN").proof(lambda reference: f"<{reference}>")
    assert proof.headers == (("authorization", "Bearer <env:TOKEN>"),)
    assert proof.secrets == ("<env:TOKEN>",)


def test_a_password_is_hidden_alone_and_as_it_is_sent() -> None:
    proof = Basic(user="ann", secret="env:P").proof(lambda _: "pä55: word")
    pair = base64.b64encode("ann:pä55: word".encode()).decode()
    assert proof.headers == (("authorization", f"Basic {pair}"),)
    assert set(proof.secrets) == {"pä55: word", pair}


@pytest.mark.parametrize("user", ["", "a:b", "a\nb", "a\x7f"])
def test_a_user_that_would_end_elsewhere_is_refused(user: str) -> None:
    with pytest.raises(ValidationError):
        Basic(user=user, secret="env:P")


def test_a_key_goes_into_its_header_with_its_prefix() -> None:
    proof = ApiKey(header="Authorization", prefix="Token token=", secret="env:K").proof(lambda _: "k3y")
    assert (proof.headers, proof.query, proof.secrets) == ((("authorization", "Token token=k3y"),), (), ("k3y",))


def test_a_key_goes_into_the_query() -> None:
    proof = ApiKey(query="api_key", secret="env:K").proof(lambda _: "k3y")
    assert (proof.headers, proof.query, proof.secrets) == ((), (("api_key", "k3y"),), ("k3y",))


@pytest.mark.parametrize(
    ("place", "problem"),
    [
        ({}, "either header or query"),
        ({"header": "X-Key", "query": "key"}, "either header or query"),
        ({"header": "Host"}, "can't be the header"),
        ({"header": "transfer-encoding"}, "can't be the header"),
        ({"header": "X-Key: a\r\nX"}, "can't be the header"),
        ({"query": "a&b"}, "can't be the query parameter"),
        ({"header": "X-Key", "prefix": "a\r\nX: "}, "pattern"),
    ],
)
def test_a_place_that_would_change_the_request_is_refused(place: dict[str, str], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        ApiKey.model_validate({"secret": "env:K", **place})


@pytest.mark.parametrize("key", ["", " k", "k ", "a\nb", "a\r\nX-Evil: 1", "nul\x00", "é"])
def test_a_key_that_would_break_the_header_is_the_operators_to_mend(key: str) -> None:
    with pytest.raises(Misconfigured, match="'env:K' can't be sent as an API key") as caught:
        ApiKey(header="X-Key", secret="env:K").proof(lambda _: key)
    assert len(key) < 3 or key not in str(caught.value)


def test_a_client_certificate_puts_nothing_on_a_request() -> None:
    def never(reference: str) -> str:
        raise AssertionError(reference)

    proof = Mtls(certificate="file:/c", key="file:/k").proof(never)
    assert (proof.headers, proof.query, proof.secrets) == ((), (), ())


@pytest.mark.parametrize(
    "credential",
    [
        Bearer(secret="env:T"),
        Basic(user="a", secret="env:T"),
        ApiKey(query="k", secret="env:T"),
        Mtls(certificate="file:/c", key="env:K"),
        ServiceAccount(secret="file:/key.json", token_url="https://tokens.example/t"),
        ClientCredentials(token_url="https://tokens.example/t", client_id="app", secret="env:S", scopes=("a", "b")),
        AccessKey(access_key="env:A", secret_key="env:S", region="cn-beijing", service="ecs"),
    ],
)
def test_a_credential_is_read_back_as_its_kind(credential: Credential) -> None:
    assert TypeAdapter[Credential](Credential).validate_python(credential.model_dump()) == credential


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (ServiceAccount, {"scopes": []}),
        (ServiceAccount, {"scopes": ["two words"]}),
        (ServiceAccount, {"scopes": ['quo"ted']}),
        (ServiceAccount, {"secret": "{}"}),
        (ClientCredentials, {"token_url": "https://t", "client_id": ""}),
        (ClientCredentials, {"token_url": "https://t", "client_id": "a\r\nb"}),
        (ClientCredentials, {"token_url": "https://t", "client_id": "a", "client_auth": "none"}),
        (AccessKey, {"access_key": "env:A", "secret_key": "env:S", "region": "cn/beijing", "service": "ecs"}),
        (AccessKey, {"access_key": "env:A", "secret_key": "env:S", "region": "cn-beijing", "service": "e,cs"}),
        (AccessKey, {"access_key": "AKLT0123", "secret_key": "env:S", "region": "cn-beijing", "service": "ecs"}),
    ],
)
def test_what_would_ask_or_sign_for_something_else_is_refused(kind: type[BaseModel], given: dict[str, object]) -> None:
    own = {} if kind is AccessKey else {"secret": "env:S"}
    with pytest.raises(ValidationError):
        kind.model_validate({**own, **given})


def test_no_representation_shows_what_is_put_on_a_request() -> None:
    assert "s3cr3t" not in repr(ApiKey(query="k", secret="env:T").proof(lambda _: "s3cr3t"))
