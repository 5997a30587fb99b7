"""The operations of a folder of published descriptions, under the names that files of questions use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from doc_sources.botocore_models import BotocoreFetcher
from doc_sources.catalogue import load_catalogue
from doc_sources.download import Downloader
from doc_sources.fetcher import OpenApiFetcher
from schemas.operation import Operation
from schemas.source import AwsAccess, Source

MEASURED: Final[Mapping[str, str]] = {
    "k8s": "kubernetes.swagger.json",
    "stripe": "stripe.spec3.*.yaml",
    "github": "github.api.*.json",
    "datadog.v1": "datadog.v1.yaml",
    "datadog.v2": "datadog.v2.*.yaml",
}
"""With AWS's services, the corpus of the questions that come with the folder."""

BESIDES: Final[Mapping[str, str]] = {
    "prometheus": "prometheus.openapi-3.1.yaml",
    "alertmanager": "alertmanager.v2.yaml",
    "docker": "docker-engine.swagger.yaml",
    "elasticsearch": "elasticsearch.*.json",
    "digitalocean": "digitalocean.*.tar.gz",
    "jaeger": "jaeger.api_v3.*.json",
    "gcp": "google/*.json",
    "azure": "azure/*.json",
}

TITLES: Final[Mapping[str, str]] = {
    "k8s": "Kubernetes",
    "stripe": "Stripe",
    "github": "GitHub",
    "datadog.v1": "Datadog",
    "datadog.v2": "Datadog",
    "digitalocean": "DigitalOcean",
    "jaeger": "Jaeger",
}
"""As people name them who connect them. The others are recognised."""


class _NoSecrets:
    def resolve(self, reference: str) -> str:
        raise LookupError(reference)


def read(folder: Path, patterns: Mapping[str, str]) -> tuple[Operation, ...]:
    """Every operation of the files that match. Several files of one provider are one source."""
    fetcher = OpenApiFetcher(Downloader(_NoSecrets()), load_catalogue())
    return tuple(operation for name, pattern in patterns.items() for operation in _source(folder, name, pattern, fetcher))


def read_aws(folder: Path, *, all_known: bool) -> tuple[Operation, ...]:
    """The services that the folder has, from the models that come with botocore; with `all_known` those of our catalogue, too."""
    services = {file.name.partition(".")[0] for file in (folder / "botocore").glob("*.json.gz")}
    operations = _aws(f"botocore:{','.join(sorted(services))}")
    if not all_known:
        return operations
    others = (operation for operation in _aws("botocore:") if operation.name.partition(".")[0] not in services)
    return (*operations, *others)


def _aws(address: str) -> tuple[Operation, ...]:
    source = Source(name="aws", spec_url=address, base_url="aws://", aws=AwsAccess(regions=("eu-west-1",)))
    fetched = BotocoreFetcher(load_catalogue()).fetch(source)
    return tuple(piece.operation for piece in fetched.slices) if fetched else ()


def _source(folder: Path, name: str, pattern: str, fetcher: OpenApiFetcher) -> Iterator[Operation]:
    for file in sorted(folder.glob(pattern)):
        fetched = fetcher.fetch(Source(name=name, spec_url=str(file), base_url="http://measured.invalid"))
        if fetched:
            yield from (piece.operation for piece in fetched.slices)
