"""Every kind of source behind one `Fetcher`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from doc_sources.urls import is_botocore, is_github
from schemas.ports import Fetcher
from schemas.source import FetchedSpec, Source, Validators


class SpecFetcher:
    """Fulfils `schemas.ports.Fetcher`: `botocore:` and `github:` addresses go to their fetchers, all others to the first.

    Those two are made when they are first needed, as they bring the AWS SDK and a reader of Markdown with them.
    """

    def __init__(self, openapi: Fetcher, botocore: Callable[[], Fetcher], github: Callable[[], Fetcher]) -> None:
        self._openapi = openapi
        self._make_botocore = botocore
        self._make_github = github

    def fetch(self, source: Source, known: Validators | None = None) -> FetchedSpec | None:
        """What the fetcher of the source's kind gives or raises."""
        return self._fetcher_of(source.spec_url).fetch(source, known)

    def _fetcher_of(self, url: str) -> Fetcher:
        if is_botocore(url):
            return self._botocore
        return self._github if is_github(url) else self._openapi

    @cached_property
    def _botocore(self) -> Fetcher:
        return self._make_botocore()

    @cached_property
    def _github(self) -> Fetcher:
        return self._make_github()
