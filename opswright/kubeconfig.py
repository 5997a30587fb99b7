"""How a Kubernetes cluster is reached: a context of a kubeconfig, or the service account of the pod that we run in.

Either is read anew each time, since tools that log people in rewrite kubeconfigs, and kubelet replaces tokens. What the two say is put
as ordinary credentials: `file:` references where they name files, and `kubeconfig:` ones where they hold the data itself.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic import Field as Attribute

from doc_sources.data_files import load
from schemas.credential import Bearer, Credential, Mtls
from schemas.errors import Misconfigured, quoted

SERVICE_ACCOUNT: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where kubelet mounts a pod's token and the cluster's authority."""

Part = Literal["authority", "certificate", "key", "token"]

_NO_PLUGINS: Final = (
    "a program that the file names would run outside of the sandbox, with all that you may do",
    "Have a token written to a file, and name it: tokenFile, or auth: {bearer: {secret: file:/PATH}}.",
)


class _Kebab(BaseModel):
    # Data is not repeated in errors, and what other tools keep in the file is theirs.
    model_config = ConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True, alias_generator=lambda name: name.replace("_", "-"), populate_by_name=True
    )


class _Cluster(_Kebab):
    server: str
    certificate_authority: str = ""
    certificate_authority_data: str = ""
    insecure_skip_tls_verify: bool = False
    tls_server_name: str = ""
    proxy_url: str = ""


class _User(_Kebab):
    token: str = Attribute(default="", repr=False)
    token_file: str = Attribute(default="", alias="tokenFile")
    client_certificate: str = ""
    client_certificate_data: str = ""
    client_key: str = ""
    client_key_data: str = Attribute(default="", repr=False)
    exec: object = None
    auth_provider: object = None
    username: str = ""
    acts_as: str = Attribute(default="", alias="as")


class _Context(_Kebab):
    cluster: str
    user: str = ""


class _NamedCluster(_Kebab):
    name: str
    cluster: _Cluster


class _NamedUser(_Kebab):
    name: str
    user: _User | None = None


class _NamedContext(_Kebab):
    name: str
    context: _Context


class _Kubeconfig(_Kebab):
    current_context: str = ""
    clusters: tuple[_NamedCluster, ...] = ()
    users: tuple[_NamedUser, ...] = ()
    contexts: tuple[_NamedContext, ...] = ()


@dataclass(frozen=True)
class ClusterAccess:
    """Where a cluster's API is, which authority it is of, and how one shows who calls; secrets by reference."""

    server: str
    ca: str
    credential: Credential | None


def in_cluster(environment: Mapping[str, str], folder: Path = SERVICE_ACCOUNT) -> ClusterAccess:
    """The cluster that this process runs in. Raises Misconfigured outside of one."""
    host, port = environment.get("KUBERNETES_SERVICE_HOST", ""), environment.get("KUBERNETES_SERVICE_PORT", "443")
    if not host or not (folder / "token").exists():
        raise Misconfigured(
            f"This is no pod with a service account: KUBERNETES_SERVICE_HOST is unset, or there is no {folder / 'token'}.",
            hint="Outside of a cluster, give a kubeconfig.",
        )
    shown = f"[{host}]" if ":" in host else host
    return ClusterAccess(f"https://{shown}:{port}", f"file:{folder / 'ca.crt'}", Bearer(secret=f"file:{folder / 'token'}"))


def read_access(path: Path, context: str = "") -> ClusterAccess:
    """What the context (empty: the file's current one) says. `path` is absolute; paths in the file are relative to its folder.

    Raises Misconfigured for a context that there is not, naming the known ones, and for what can't be done safely or at all.
    """
    if "#" in str(path):
        raise Misconfigured(f"The kubeconfig {quoted(path)} has a # in its path.", hint="Move it, or link to it.")
    config = load(path, _Kubeconfig)
    name = context or config.current_context
    cluster, user = _parts(path, config, name)
    if refusal := _cluster_refusal(cluster) or _user_refusal(user):
        why, hint = refusal
        raise Misconfigured(f"The context {quoted(name)} of {path} can't be used: {why}.", hint=hint)
    found = _References(path, name)
    ca = found.reference("authority", cluster.certificate_authority, cluster.certificate_authority_data)
    try:
        return ClusterAccess(cluster.server.rstrip("/"), ca, _credential(user, found))
    except ValidationError as error:
        what = f"The context {quoted(name)} of {quoted(path)}, or a file that it names"
        raise Misconfigured(f"{what}, can't be referred to: there is a line break in it.", hint="Rename it.") from error


def read_part(reference: str) -> str:
    """The text behind `token:/path#context` and its like: what a `kubeconfig:` reference is without its scheme.

    Raises Misconfigured, which repeats no data.
    """
    part, _, rest = reference.partition(":")
    file, _, context = rest.partition("#")
    cluster, user = _parts(Path(file), load(Path(file), _Kubeconfig), context)
    held = {
        "authority": _decoded(cluster.certificate_authority_data),
        "certificate": _decoded(user.client_certificate_data),
        "key": _decoded(user.client_key_data),
        "token": user.token,
    }
    if not (text := held.get(part, "")):
        raise Misconfigured(f"The context {quoted(context)} of {file} holds no {part} that can be read.", hint="Log in again.")
    return text


@dataclass(frozen=True)
class _References:
    path: Path
    context: str

    def reference(self, part: Part, file: str, data: str) -> str:
        """To the data where the file holds it, which as in kubectl comes first; else to the file that it names; else empty."""
        if data:
            return f"kubeconfig:{part}:{self.path}#{self.context}"
        return f"file:{self.path.parent / file}" if file else ""


def _credential(user: _User, found: _References) -> Credential | None:
    """By token where there is one, else by certificate. A file of tokens is kept fresh by someone, so it comes first."""
    if user.token_file or user.token:
        return Bearer(secret=found.reference("token", user.token_file, "" if user.token_file else user.token))
    certificate = found.reference("certificate", user.client_certificate, user.client_certificate_data)
    key = found.reference("key", user.client_key, user.client_key_data)
    return Mtls(certificate=certificate, key=key) if certificate else None


def _cluster_refusal(cluster: _Cluster) -> tuple[str, str] | None:
    """Why the cluster is not called, and the way out."""
    if cluster.insecure_skip_tls_verify:
        return "it does not want the server's certificate checked", "Give the cluster's authority: certificate-authority."
    if cluster.tls_server_name or cluster.proxy_url:
        return "it wants a proxy or another name in TLS, which we have not", "Give a context without proxy-url and tls-server-name."
    return None


def _user_refusal(user: _User) -> tuple[str, str] | None:
    """Why the user is not acted as, and the way out."""
    if user.exec is not None or user.auth_provider is not None:
        return _NO_PLUGINS
    if bool(user.client_certificate or user.client_certificate_data) != bool(user.client_key or user.client_key_data):
        return "its user has a client certificate or a key, but not both", "Log in to the cluster again."
    if user.username or user.acts_as:
        way_out = "Give a user with a token or a client certificate."
        return "its user has a password, or acts as another, which clusters of today have no use for here", way_out
    return None


def _parts(path: Path, config: _Kubeconfig, name: str) -> tuple[_Cluster, _User]:
    context = _named(path, "context", config.contexts, name).context
    cluster = _named(path, "cluster", config.clusters, context.cluster).cluster
    user = _named(path, "user", config.users, context.user).user if context.user else None
    return cluster, user or _User()


_Named = TypeVar("_Named", _NamedCluster, _NamedUser, _NamedContext)


def _named(path: Path, what: str, known: Sequence[_Named], name: str) -> _Named:
    for entry in known:
        if entry.name == name:
            return entry
    wanted = f"no {what} {quoted(name)}" if name else f"no current {what}"
    there_are = ", ".join(quoted(entry.name) for entry in known[:12]) or "none"
    raise Misconfigured(f"{path} has {wanted}; there are: {there_are}.", hint="Name one in connections.yaml, as context.")


def _decoded(data: str) -> str:
    """PEM from base64; empty where it is none, which is said as if it were absent."""
    try:
        return base64.b64decode(data).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return ""
