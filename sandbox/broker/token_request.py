"""What is asked of a token endpoint, and what its answer says."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Final, assert_never
from urllib.parse import quote_plus, urlsplit

from pydantic import BaseModel, ConfigDict, Field

from sandbox.broker.bodies import FORM
from sandbox.broker.query import Pairs, format_pairs
from sandbox.broker.service_account import assertion, read_key, token_url_of
from sandbox.broker.wire import WireRequest
from schemas.credential import ClientCredentials, ServiceAccount, TokenGrant

_JWT_BEARER: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_HEADERS: Final = (("user-agent", "opswright"), ("accept", "application/json"), ("accept-encoding", "gzip"), ("content-type", FORM))


@dataclass(frozen=True)
class TokenRequest:
    """A request for a token, and all of it that nobody else may see."""

    wire: WireRequest
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def origin(self) -> str:
        """Scheme, host and port that it goes to."""
        address = urlsplit(self.wire.url)
        return f"{address.scheme}://{address.netloc}"


class Answer(BaseModel):
    """A token as it is given (RFC 6749, section 5.1). Azure's older endpoint writes its number as a text."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    access_token: str = Field(pattern=r"^[!-~]{1,16384}$", repr=False)
    token_type: str = Field(pattern=r"^(?i:bearer)$")
    expires_in: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 300.0
    """Seconds. Where it is not said, short enough to be safe and long enough for a run."""


class Refusal(BaseModel):
    """Why none is given (RFC 6749, section 5.2). Untrusted text."""

    model_config = ConfigDict(frozen=True)

    error: str = ""
    error_description: str = ""


def token_request(grant: TokenGrant, secret: str, now: datetime) -> TokenRequest:
    """What to send for a token with the secret of a grant. Raises Misconfigured where that is none; touches no network."""
    match grant:
        case ServiceAccount():
            return _with_assertion(grant, secret, now)
        case ClientCredentials():
            return _with_secret(grant, secret)
    assert_never(grant)


def _with_assertion(grant: ServiceAccount, secret: str, now: datetime) -> TokenRequest:
    key = read_key(secret, grant.secret)
    url = token_url_of(key, grant)
    signed = assertion(key, grant, url, now)
    return _request(url, [("grant_type", _JWT_BEARER), ("assertion", signed)], (signed, key.private_key))


def _with_secret(grant: ClientCredentials, secret: str) -> TokenRequest:
    form = [("grant_type", "client_credentials")]
    if grant.scopes:
        form.append(("scope", " ".join(grant.scopes)))
    if grant.client_auth == "post":
        return _request(grant.token_url, [*form, ("client_id", grant.client_id), ("client_secret", secret)], (secret,))
    # Encoded as a form's before they are joined: RFC 6749, section 2.3.1.
    pair = base64.b64encode(f"{quote_plus(grant.client_id)}:{quote_plus(secret)}".encode()).decode()
    return _request(grant.token_url, form, (secret, pair), [("authorization", f"Basic {pair}")])


def _request(url: str, form: Pairs, secrets: tuple[str, ...], headers: Sequence[tuple[str, str]] = ()) -> TokenRequest:
    return TokenRequest(WireRequest("POST", url, (*_HEADERS, *headers), format_pairs(form).encode()), secrets)
