"""Descriptions of APIs: who fetches those of which source, wired."""

from __future__ import annotations

from functools import partial
from ssl import SSLContext

from doc_sources.catalogue import Catalogue
from doc_sources.catalogue_fetcher import CatalogueFetcher
from doc_sources.download import Downloader
from doc_sources.fetcher import OpenApiFetcher
from doc_sources.spec_fetcher import SpecFetcher
from opswright.tls import material_of
from schemas.ports import Fetcher, SecretResolver, TextModel
from schemas.source import Source


def fetcher_of(catalogue: Catalogue, secrets: SecretResolver, model: TextModel | None) -> Fetcher:
    """Fetches the description of any source. `model` reads texts in which rules find no call."""
    downloader = Downloader(secrets)
    addressed = OpenApiFetcher(downloader, catalogue, partial(_tls_of, secrets), model)
    return SpecFetcher(CatalogueFetcher(catalogue, addressed), lambda: _botocore(catalogue), lambda: _github(downloader))


def _botocore(catalogue: Catalogue) -> Fetcher:
    from doc_sources.botocore_models import BotocoreFetcher

    return BotocoreFetcher(catalogue)


def _github(downloader: Downloader) -> Fetcher:
    from doc_sources.github import GitHubFetcher

    return GitHubFetcher(downloader)


def _tls_of(secrets: SecretResolver, source: Source) -> SSLContext | None:
    return material_of(source, secrets).context()
