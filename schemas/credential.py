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


Credential: TypeAlias = Annotated[Bearer | Basic | ApiKey | Mtls, Attribute(discriminator="kind")]
"""How a source's requests are authenticated. A Kubernetes cluster wants a bearer token or a client certificate."""


def _fitting(text: re.Pattern[str], reference: str, resolve: Resolve, what: str, hint: str) -> str:
    """The secret, where it is such text: else it could break the header or start another."""
    secret = resolve(reference)
    if not text.fullmatch(secret):
        raise Misconfigured(
            f"The secret behind {quoted(reference)} can't be sent as {what} line breaks or characters beyond ASCII.", hint=hint
        )
    return secret
