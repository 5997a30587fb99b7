"""The key of a Google service account, and the assertion that it signs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from google.auth import jwt
from google.auth.crypt import RSASigner
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.credential import ServiceAccount
from schemas.errors import Misconfigured, quoted

TOKEN_HOSTS: Final = frozenset({"oauth2.googleapis.com", "accounts.google.com", "www.googleapis.com"})
"""Where Google gives tokens; the later two stand in keys of old. A key that names another host may be a trap for its signature."""

_LIFETIME: Final = timedelta(hours=1)
"""The longest that Google accepts of an assertion."""

_MEND: Final = "Refer to the JSON file that Google Cloud gave when the key was made, as it is."


class ServiceAccountKey(BaseModel):
    """What is used of the JSON file."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    type: Literal["service_account"]
    client_email: str = Field(min_length=1)
    private_key: str = Field(repr=False)
    private_key_id: str = ""
    token_uri: str = "https://oauth2.googleapis.com/token"  # noqa: S105  an address


def read_key(secret: str, reference: str) -> ServiceAccountKey:
    """The key in the text behind a reference. Raises Misconfigured, which says what is wrong and repeats nothing."""
    try:
        return ServiceAccountKey.model_validate_json(secret)
    except ValidationError as error:
        # Without its cause: that may hold the text.
        raise _unusable(reference, _problem(error)) from None


def token_url_of(key: ServiceAccountKey, grant: ServiceAccount) -> str:
    """Where the key gets tokens. Raises Misconfigured where the key names a place that is not Google's, and the grant names none."""
    if grant.token_url:
        return grant.token_url
    found = urlsplit(key.token_uri)
    if found.scheme != "https" or found.netloc not in TOKEN_HOSTS:
        raise Misconfigured(
            f"The service account key behind {quoted(grant.secret)} gets its tokens at {quoted(key.token_uri)}, which is not Google's.",
            hint="If you trust that place, name it as token_url in connections.yaml.",
        )
    return key.token_uri


def assertion(key: ServiceAccountKey, grant: ServiceAccount, audience: str, now: datetime) -> str:
    """A signed JWT that asks for a token (RFC 7523, section 3). Raises Misconfigured where the key can't sign."""
    seconds = int(now.timestamp())
    claims = {
        "iss": key.client_email,
        "aud": audience,
        "scope": " ".join(grant.scopes),
        "iat": seconds,
        "exp": seconds + int(_LIFETIME.total_seconds()),
    }
    signer = RSASigner(_private_key(key, grant.secret), key.private_key_id or None)  # type: ignore[no-untyped-call]
    return bytes(jwt.encode(signer, claims)).decode()  # type: ignore[no-untyped-call]


def _problem(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{first['loc'][0]}: {first['msg']}" if first["loc"] else "it is not a JSON object"


def _private_key(key: ServiceAccountKey, reference: str) -> RSAPrivateKey:
    try:
        loaded = load_pem_private_key(key.private_key.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _unusable(reference, "private_key: it is not a private key in PEM without a password") from None
    if not isinstance(loaded, RSAPrivateKey):
        raise _unusable(reference, "private_key: it is not an RSA key")
    return loaded


def _unusable(reference: str, problem: str) -> Misconfigured:
    return Misconfigured(f"The secret behind {quoted(reference)} is no key of a service account: {problem}.", hint=_MEND)
