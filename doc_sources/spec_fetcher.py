"""Every kind of source behind one `Fetcher`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from doc_sources.urls import is_botocore
from schemas.ports import Fetcher
from schemas.source import FetchedSpec, Source, Validators


class SpecFetcher:
    """Fulfils `schemas.ports.Fetcher`: `botocore:` addresses go to the one fetcher, all others to the other.

    That of AWS is made when it is first needed, as it brings the AWS SDK with it.
    """

    def __init__(self, openapi: Fetcher, botocore: Callable[[], Fetcher]) -> None:
        self._openapi = openapi
        self._make_botocore = botocore

    def fetch(self, source: Source, known: Validators | None = None) -> FetchedSpec | None:
        """What the fetcher of the source's kind gives or raises."""
        return (self._botocore if is_botocore(source.spec_url) else self._openapi).fetch(source, known)

    @cached_property
    def _botocore(self) -> Fetcher:
        return self._make_botocore()
