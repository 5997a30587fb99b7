"""How requests are authenticated, a class for each kind. Secrets are references, resolved when a request goes out."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, ConfigDict, model_validator
from pydantic import Field as Attribute

from schemas.base import Frozen
from schemas.errors import Misconfigured, quoted

REFERENCE: Final = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|file:/.+|kubeconfig:(?:authority|certificate|key|token):/[^#]+#.+")
"""The last names a part of a context in a kubeconfig: `kubeconfig:token:/home/ann/.kube/config#staging`."""

NOT_A_REFERENCE: Final = (
    "it is not a reference to a secret; keep the secret in the environment or in a file, and write env:NAME or file:/PATH"
)

_BARE: Final = re.compile(r"[!-~]+")
_PRINTABLE: Final = re.compile(r"[!-~](?:[ -~]*[!-~])?")
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_QUERY_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\[\]-]{0,63}")
_SCOPE: Final = r"^[!#-\[\]-~]+$"  # RFC 6749, section 3.3
# What frames a request or names its receiver: whoever could set these could send another request than the one that was approved.
_NO_KEY_HEADERS: Final = frozenset(
    {"connection", "content-length", "content-type", "expect", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
)

Resolve = Callable[[str], str]
"""Gives the secret behind a reference, or raises Misconfigured."""


def _checked(reference: str) -> str:
    """Never repeats what is no reference: it may be the secret itself."""
    if not REFERENCE.fullmatch(reference):
        raise ValueError(NOT_A_REFERENCE)
    return reference


Reference: TypeAlias = Annotated[str, AfterValidator(_checked)]
"""`env:NAME`, `file:/absolute/path`, or a part of a kubeconfig."""

Scope: TypeAlias = Annotated[str, Attribute(pattern=_SCOPE)]
"""One word of what a token is asked for."""


@dataclass(frozen=True)
class Proof:
    """What is put on one request, with header names in lower case, and all of it that nobody else may see."""

    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)


class _Kind(Frozen):
    model_config = ConfigDict(hide_input_in_errors=True)


class Bearer(_Kind):
    """`Authorization: Bearer …` (RFC 6750)."""

    kind: Literal["bearer"] = "bearer"
    secret: Reference

    @property
    def references(self) -> tuple[str, ...]:
        """All references to secrets."""
        return (self.secret,)

    def proof(self, resolve: Resolve) -> Proof:
        """What shows who calls. Raises Misconfigured, naming the reference and never the secret, for one that would break the header."""
        token = _fitting(_BARE, self.secret, resolve, "a bearer token: it is empty, or holds spaces,", "Store the bare token.")
        return Proof(headers=(("authorization", f"Bearer {token}"),), secrets=(token,))


class Basic(_Kind):
    """`Authorization: Basic …` (RFC 7617): a user, and the password as the secret."""

    kind: Literal["basic"] = "basic"
    user: str = Attribute(min_length=1, pattern=r"^[^:\x00-\x1f\x7f]+$")
    secret: Reference

    @property
    def references(self) -> tuple[str, ...]:
        """All references to secrets."""
        return (self.secret,)

    def proof(self, resolve: Resolve) -> Proof:
        """What shows who calls, in UTF-8. Raises what resolving raises."""
        password = resolve(self.secret)
        pair = base64.b64encode(f"{self.user}:{password}".encode()).decode()
        return Proof(headers=(("authorization", f"Basic {pair}"),), secrets=(password, pair))


class ApiKey(_Kind):
    """A key in a header of its own, or in the query. `prefix` goes before it: PagerDuty's `Authorization` wants `Token token=`."""

    kind: Literal["api_key"] = "api_key"
    header: str = ""
    query: str = ""
    prefix: str = Attribute(default="", pattern=r"^[ -~]*$")
    secret: Reference

    @model_validator(mode="after")
    def _has_one_place(self) -> ApiKey:
        if bool(self.header) == bool(self.query):
            raise ValueError("say where the key goes: either header or query")
        if self.header and (not _HEADER_NAME.fullmatch(self.header) or self.header.lower() in _NO_KEY_HEADERS):
            raise ValueError(f"{quoted(self.header)} can't be the header of a key")
        if self.query and not _QUERY_NAME.fullmatch(self.query):
            raise ValueError(f"{quoted(self.query)} can't be the query parameter of a key")
        return self

    @property
    def references(self) -> tuple[str, ...]:
        """All references to secrets."""
        return (self.secret,)

    def proof(self, resolve: Resolve) -> Proof:
        """What shows who calls. Raises Misconfigured as a bearer token does; inside a key, spaces are allowed."""
        key = _fitting(
            _PRINTABLE, self.secret, resolve, "an API key: it is empty, begins or ends with a space, or holds", "Store the bare key."
        )
        if self.query:
            return Proof(query=((self.query, self.prefix + key),), secrets=(key,))
        return Proof(headers=((self.header.lower(), self.prefix + key),), secrets=(key,))


class Mtls(_Kind):
    """A client certificate (RFC 8446, section 4.4.2), which TLS shows: nothing is put on a request. Both are references to PEM."""

    kind: Literal["mtls"] = "mtls"
    certificate: Reference
    key: Reference

    @property
    def references(self) -> tuple[str, ...]:
        """All references to secrets."""
        return (self.certificate, self.key)

    def proof(self, resolve: Resolve) -> Proof:
        """Nothing: the connection has shown who calls."""
        return Proof()


class ServiceAccount(_Kind):
    """A Google service account, whose key signs for tokens (RFC 7523). `secret` refers to the key as Google gives it, in JSON.

    `token_url` is empty for Google's own; `ca` refers to the only authority that its certificate may be of (empty: certifi's).
    """

    kind: Literal["google"] = "google"
    secret: Reference
    scopes: tuple[Scope, ...] = Attribute(default=("https://www.googleapis.com/auth/cloud-platform.read-only",), min_length=1)
    token_url: str = ""
    ca: str = ""

    @property
    def references(self) -> tuple[str, ...]:
        """All references to secrets."""
        return (self.secret,)


class ClientCredentials(_Kind):
    """A client that gets tokens for its secret (RFC 6749, section 4.4), such as an app of Azure or a client of Keycloak.

    `client_auth` is how it shows its secret (section 2.3.1); `ca` as with a service account.
    """

    kind: Literal["oauth2"] = "oauth2"
    token_url: str = Attribute(min_length=1)
    client_id: str = Attribute(pattern=r"^[ -~]+$")
    secret: Reference
    scopes: tuple[Scope, ...] = ()
    client_auth: Literal["basic", "post"] = "basic"
    ca: str = ""

    @property
    def references(self) -> tuple[str, ...]:
        """All references to secrets."""
        return (self.secret,)


class AccessKey(_Kind):
    """A key of Volcano Engine, which signs each request. Both are references."""

    kind: Literal["volcengine"] = "volcengine"
    access_key: Reference
    secret_key: Reference
    region: str = Attribute(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    service: str = Attribute(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$")

    @property
    def references(self) -> tuple[str, ...]:
        """All references to secrets."""
        return (self.access_key, self.secret_key)

    def keys(self, resolve: Resolve) -> tuple[str, str]:
        """The id of the key, which is sent, and the key itself, which never is. Raises Misconfigured as a bearer token does."""
        what, hint = "an access key: it is empty, or holds spaces,", "Store the bare key."
        return _fitting(_BARE, self.access_key, resolve, what, hint), _fitting(_BARE, self.secret_key, resolve, what, hint)


StandingCredential: TypeAlias = Bearer | Basic | ApiKey | Mtls
"""The same for every request."""

TokenGrant: TypeAlias = ServiceAccount | ClientCredentials
"""What tokens are given for, which then are sent for a while."""

Credential: TypeAlias = Annotated[StandingCredential | TokenGrant | AccessKey, Attribute(discriminator="kind")]
"""How a source's requests are authenticated. A Kubernetes cluster wants a bearer token or a client certificate."""


def _fitting(text: re.Pattern[str], reference: str, resolve: Resolve, what: str, hint: str) -> str:
    """The secret, where it is such text: else it could break the header or start another."""
    secret = resolve(reference)
    if not text.fullmatch(secret):
        raise Misconfigured(
            f"The secret behind {quoted(reference)} can't be sent as {what} line breaks or characters beyond ASCII.", hint=hint
        )
    return secret
