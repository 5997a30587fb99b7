"""`auth` in `connections.yaml`: the ways to show who calls, as an operator writes them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, ConfigDict, model_validator
from pydantic import Field as Attribute

from opswright.addresses import checked_token_address
from schemas.base import Frozen, Json
from schemas.credential import (
    NOT_A_REFERENCE,
    REFERENCE,
    AccessKey,
    ApiKey,
    Basic,
    Bearer,
    ClientCredentials,
    Credential,
    Mtls,
    Reference,
    Scope,
    ServiceAccount,
)

AZURE_SCOPES: Final = {
    "https://login.microsoftonline.com": "https://management.azure.com/.default",
    "https://login.microsoftonline.us": "https://management.usgovcloudapi.net/.default",
    "https://login.chinacloudapi.cn": "https://management.chinacloudapi.cn/.default",
    "https://login.partner.microsoftonline.cn": "https://management.chinacloudapi.cn/.default",
}
"""Who gives tokens in each of Azure's clouds, and what a token for its management is called there."""

_PUBLIC_AZURE: Final = "https://login.microsoftonline.com"
_TENANT: Final = r"^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,253}[A-Za-z0-9])?$"


def _pem(value: Json) -> Json:
    """A plain path, as what is no secret is written, as a reference to it."""
    return f"file:{Path(value).expanduser()}" if isinstance(value, str) and value.startswith(("/", "~/")) else value


def _pem_reference(reference: str) -> str:
    if not REFERENCE.fullmatch(reference):
        raise ValueError("give the whole path of a PEM file")
    return reference


Pem: TypeAlias = Annotated[str, BeforeValidator(_pem), AfterValidator(_pem_reference)]

TokenAddress: TypeAlias = Annotated[str, AfterValidator(checked_token_address)]


class Entry(Frozen):
    """Base of what is written in the file. A mistake is reported without the value: it may be a secret."""

    model_config = ConfigDict(hide_input_in_errors=True)


class MtlsEntry(Entry):
    """A client certificate, and where it has one the private authority of the server."""

    certificate: Pem
    key: Pem
    ca: Pem | None = None

    @property
    def credential(self) -> Mtls:
        """What is shown; the authority is the connection's."""
        return Mtls(certificate=self.certificate, key=self.key)


class TokenEntry(Entry):
    """What every way to get tokens has. `ca` is the authority of the endpoint's certificate."""

    secret: Reference
    ca: Pem | None = None


class GoogleEntry(TokenEntry):
    """A service account; `token_url` only where tokens are not Google's own."""

    scopes: tuple[Scope, ...] | None = Attribute(default=None, min_length=1)
    token_url: TokenAddress = ""

    @property
    def credential(self) -> ServiceAccount:
        """As it is called by."""
        account = ServiceAccount(secret=self.secret, token_url=self.token_url, ca=self.ca or "")
        return account.model_copy(update={"scopes": self.scopes}) if self.scopes else account


class OAuth2Entry(TokenEntry):
    """Any server with the grant for clients: `token_url` is what it calls its token endpoint."""

    token_url: TokenAddress
    client_id: str = Attribute(pattern=r"^[ -~]+$")
    scopes: tuple[Scope, ...] = ()
    client_auth: Literal["basic", "post"] = "basic"

    @property
    def credential(self) -> ClientCredentials:
        """As it is called by."""
        return ClientCredentials(
            token_url=self.token_url,
            client_id=self.client_id,
            secret=self.secret,
            scopes=self.scopes,
            client_auth=self.client_auth,
            ca=self.ca or "",
        )


class AzureEntry(TokenEntry):
    """An app that is registered in a tenant; `authority` is that of a sovereign cloud."""

    tenant: str = Attribute(pattern=_TENANT)
    client_id: str = Attribute(pattern=_TENANT)
    scope: Scope | None = None
    authority: TokenAddress = _PUBLIC_AZURE

    @model_validator(mode="after")
    def _is_known(self) -> AzureEntry:
        if not self.scope and self.authority.rstrip("/") not in AZURE_SCOPES:
            raise ValueError("say what tokens of this authority are for: scope")
        return self

    @property
    def credential(self) -> ClientCredentials:
        """A client like others: its endpoint is its tenant's."""
        authority = self.authority.rstrip("/")
        return ClientCredentials(
            token_url=f"{authority}/{self.tenant}/oauth2/v2.0/token",
            client_id=self.client_id,
            secret=self.secret,
            scopes=(self.scope or AZURE_SCOPES[authority],),
            client_auth="post",
            ca=self.ca or "",
        )


class Auth(Entry):
    """One way to show who calls."""

    bearer: Bearer | None = None
    basic: Basic | None = None
    api_key: ApiKey | None = None
    mtls: MtlsEntry | None = None
    google: GoogleEntry | None = None
    azure: AzureEntry | None = None
    oauth2: OAuth2Entry | None = None
    volcengine: AccessKey | None = None

    @model_validator(mode="before")
    @classmethod
    def _is_no_secret(cls, given: Json) -> Json:
        if not isinstance(given, Mapping):
            raise ValueError(f"say which kind: {_kinds('or')}; {NOT_A_REFERENCE}")
        return given

    @model_validator(mode="after")
    def _is_one(self) -> Auth:
        if len(self._given) != 1:
            raise ValueError(f"give one of {_kinds('and')}")
        return self

    @property
    def credential(self) -> Credential:
        """The one that is given."""
        (given,) = self._given
        return given.credential if isinstance(given, MtlsEntry | GoogleEntry | AzureEntry | OAuth2Entry) else given

    @property
    def _given(self) -> tuple[_Way, ...]:
        ways = (self.bearer, self.basic, self.api_key, self.mtls, self.google, self.azure, self.oauth2, self.volcengine)
        return tuple(way for way in ways if way is not None)


_Way: TypeAlias = Bearer | Basic | ApiKey | MtlsEntry | GoogleEntry | AzureEntry | OAuth2Entry | AccessKey


def _kinds(word: str) -> str:
    *first, last = Auth.model_fields
    return f"{', '.join(first)} {word} {last}"
