"""`connections.yaml`: APIs, clusters and accounts that an operator describes in a file, which holds no secret."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, ConfigDict, RootModel, model_validator
from pydantic import Field as Attribute

from doc_sources.data_files import load
from doc_sources.store import NAME
from doc_sources.urls import is_catalogued
from opswright.addresses import checked_address, on_http
from opswright.auth_entries import Auth, Entry, Pem
from schemas.base import Json

_REGION: Final = r"^[a-z]{2,4}(-[a-z]+){1,3}-[0-9]{1,2}$"


def _specification(url: str) -> str:
    """The address of a description, or the path of a file."""
    if url.startswith("~/"):
        return str(Path(url).expanduser())
    if not (url.startswith(("file:", "/")) or is_catalogued(url)):
        on_http(url)
    return url


class AwsEntry(Entry):
    """As `opswright sources add aws` has it."""

    regions: tuple[Annotated[str, Attribute(pattern=_REGION)], ...] = Attribute(min_length=1)
    services: tuple[str, ...] = ()
    profile: str = ""
    role_arn: str = ""
    endpoint_url: Annotated[str, AfterValidator(lambda url: checked_address(url) if url else "")] = ""


class KubernetesEntry(Entry):
    """A context of a kubeconfig (empty: its current one), or without a kubeconfig the cluster that this runs in."""

    kubeconfig: str = Attribute(default="", pattern=r"^(?:|~?/.*)$")
    context: str = ""


def _cluster(value: Json) -> Json:
    match value:
        case "in-cluster":
            return KubernetesEntry()
        case {"kubeconfig": _}:
            return value
    raise ValueError("write in-cluster, or {kubeconfig: /path, context: name}")


class ConnectionEntry(Entry):
    """One connection, as it is written."""

    spec: Annotated[str, AfterValidator(_specification)] = ""
    base_url: Annotated[str, AfterValidator(checked_address)] = ""
    title: str = ""
    auth: Auth | None = None
    ca: Pem | None = None
    aws: AwsEntry | None = None
    kubernetes: Annotated[KubernetesEntry, BeforeValidator(_cluster)] | None = None

    @model_validator(mode="after")
    def _is_one_kind(self) -> ConnectionEntry:
        named = [name for name in ("base_url", "aws", "kubernetes") if getattr(self, name)]
        if len(named) != 1:
            raise ValueError(f"give one of base_url, aws and kubernetes; here is {' and '.join(named) or 'none'}")
        if self.aws or self.kubernetes:
            surplus = [name for name in ("auth", "ca") if getattr(self, name)] + (["spec"] if self.aws and self.spec else [])
            if surplus:
                raise ValueError(f"{named[0]} brings its own {' and '.join(surplus)}; leave that out")
        elif not self.spec:
            raise ValueError("say where the OpenAPI description is: spec")
        self._check_tls()
        return self

    @property
    def authority(self) -> str:
        """A reference to the private authority of the server; empty where it is of a public one."""
        mtls = self.auth.mtls if self.auth else None
        return self.ca or (mtls.ca if mtls else None) or ""

    def _check_tls(self) -> None:
        mtls = self.auth.mtls if self.auth else None
        if self.ca and mtls and mtls.ca:
            raise ValueError("ca is given twice")
        if (self.ca or mtls) and not self.base_url.startswith("https://"):
            raise ValueError("certificates are for https:// only")


def _named(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ValueError("a name has up to 64 letters, digits, dots, dashes and underscores")
    return name


class ConnectionsFile(RootModel[dict[Annotated[str, AfterValidator(_named)], ConnectionEntry]]):
    """The whole file: connections by name."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _may_be_empty(cls, given: Json) -> Json:
        return {} if given is None else given


def read_file(path: Path) -> Mapping[str, ConnectionEntry]:
    """The connections by name, none where there is no file. Raises Misconfigured naming file and line, and repeats no value."""
    return load(path, ConnectionsFile).root if path.exists() else {}
