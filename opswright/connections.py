"""The sources of `connections.yaml` and those that were added, as one. In a name that both have, the file's counts."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from doc_sources.store import SourceStore
from doc_sources.urls import BOTOCORE
from opswright.addresses import checked_address
from opswright.connections_file import ConnectionEntry, KubernetesEntry, read_file
from opswright.kubeconfig import SERVICE_ACCOUNT, ClusterAccess, in_cluster, read_access
from schemas.errors import Misconfigured, NotFound, quoted
from schemas.source import AwsAccess, Source

_log = logging.getLogger(__name__)

_CLUSTER_SPEC: Final = "/openapi/v2"
"""Where every Kubernetes API server describes itself, custom resources included."""


@dataclass(frozen=True)
class Machine:
    """Where it is looked up which cluster this process runs in."""

    environment: Mapping[str, str]
    service_account: Path = SERVICE_ACCOUNT


class Connections:
    """Sources by name. The file, and what it names, is read each time, so that a running server need not be told of a change."""

    def __init__(self, store: SourceStore, file: Path, machine: Machine) -> None:
        self.file = file
        self._store = store
        self._machine = machine
        self._told: set[str] = set()

    def written(self) -> Mapping[str, ConnectionEntry]:
        """The connections of the file. Raises Misconfigured naming the line for a mistake."""
        return read_file(self.file)

    def shadowed(self) -> list[str]:
        """Names that were added, too."""
        written = self.written()
        return [source.name for source in self._store.all() if source.name in written]

    def get(self, name: str) -> Source:
        """The source. Raises NotFound, naming the known ones, and Misconfigured where its cluster can't be read."""
        written = self.written()
        if name in written:
            return source_of(name, written[name], self._machine)
        try:
            return self._store.get(name)
        except NotFound as error:
            if not written:
                raise
            known = sorted([*(source.name for source in self._store.all()), *written])
            raise NotFound(f"There is no source {quoted(name)}; there are: {', '.join(known)}.") from error

    def all(self) -> tuple[Source, ...]:
        """Every source, by name. One whose cluster can't be read is left out, which is logged once: the others still answer."""
        written = self.written()
        sources = [source for source in self._store.all() if source.name not in written]
        for name, entry in written.items():
            try:
                sources.append(source_of(name, entry, self._machine))
            except Misconfigured as error:
                self._tell(f"{name} is left out: {error}")
        return tuple(sorted(sources, key=lambda source: source.name))

    def names(self) -> set[str]:
        """The names of all sources, of those that can't be asked at present, too."""
        return {source.name for source in self._store.all()} | self.written().keys()

    def add(self, source: Source) -> None:
        """Keep a source. Raises Misconfigured for a name of the file's, and where the store does."""
        self._check_not_written(source.name, "give another name")
        self._store.add(source)

    def remove(self, name: str) -> None:
        """Forget a source that was added. Raises NotFound, and Misconfigured for one of the file's."""
        self._check_not_written(name, "take it out there")
        self._store.remove(name)

    def _check_not_written(self, name: str, way_out: str) -> None:
        if name in self.written():
            raise Misconfigured(f"{quoted(name)} is a connection of {self.file}.", hint=f"Edit that file, or {way_out}.")

    def _tell(self, what: str) -> None:
        if what not in self._told:
            self._told.add(what)
            _log.warning("%s", what)


def source_of(name: str, entry: ConnectionEntry, machine: Machine) -> Source:
    """The connection as a source. A cluster's address is read now. Raises Misconfigured where that can't be."""
    if entry.aws:
        aws = entry.aws
        access = AwsAccess(regions=aws.regions, profile=aws.profile, role_arn=aws.role_arn, endpoint_url=aws.endpoint_url)
        spec = BOTOCORE + ",".join(aws.services)
        return Source(name=name, spec_url=spec, base_url="aws://", title=entry.title or "Amazon Web Services", aws=access)
    if entry.kubernetes:
        return _cluster(name, entry, access_of(entry.kubernetes, machine))
    credential = entry.auth.credential if entry.auth else None
    return Source(name=name, spec_url=entry.spec, base_url=entry.base_url, title=entry.title, credential=credential, ca=entry.authority)


def access_of(entry: KubernetesEntry, machine: Machine) -> ClusterAccess:
    """How the cluster is reached at present."""
    if not entry.kubeconfig:
        return in_cluster(machine.environment, machine.service_account)
    return read_access(Path(entry.kubeconfig).expanduser(), entry.context)


def _cluster(name: str, entry: ConnectionEntry, access: ClusterAccess) -> Source:
    try:
        server = checked_address(access.server)
    except ValueError as error:
        raise Misconfigured(f"The cluster of {quoted(name)} can't be called: {error}.", hint="Mend it in the kubeconfig.") from error
    spec = entry.spec or server + _CLUSTER_SPEC
    title = entry.title or "Kubernetes"
    return Source(name=name, spec_url=spec, base_url=server, title=title, credential=access.credential, ca=access.ca)
