"""A source's specification, fetched and cut into slices."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Final

from doc_sources import catalogue as catalogue_files
from doc_sources import effects, local_files
from doc_sources.catalogue import Catalogue
from doc_sources.download import CredentialWanted, Download, Downloader
from doc_sources.effects import EffectJudge
from doc_sources.parsing import parse
from doc_sources.servers import base_url
from doc_sources.slices import Cutter
from doc_sources.specification import Specification
from doc_sources.urls import origin, parsed, shown
from schemas.base import digest
from schemas.errors import Misconfigured, SpecUnusable
from schemas.operation import Slice
from schemas.source import FetchedSpec, Source, Validators

_CUTTING: Final = 2
"""Raised when the same document is cut differently: what is cached by then is fetched again, changed or not."""

_WITHOUT_CREDENTIAL: Final = (
    "The credential is for the base URL, which is another place, so it was not sent there. "
    "Give the address of a description at the base URL, or save it as a file and give the file's path."
)


class OpenApiFetcher:
    """Fulfils `schemas.ports.Fetcher` for OpenAPI 3 and Swagger 2.0, over HTTP or from a file that the operator names."""

    def __init__(
        self, downloader: Downloader, catalogue: Catalogue, tls_of: Callable[[Source], ssl.SSLContext | None] = lambda _: None
    ) -> None:
        """`tls_of` gives what a source needs for TLS beyond the usual authorities, if anything."""
        self._downloader = downloader
        self._tls_of = tls_of
        self._catalogue = catalogue
        self._judges: dict[str, EffectJudge] = {}
        self._revision = _revision(catalogue)

    def fetch(self, source: Source, known: Validators | None = None) -> FetchedSpec | None:
        """The specification, or None where the server says that what `known` stands for is unchanged.

        Where our own data on providers has changed since then, the document is fetched and cut anew whatever the server says.
        Raises what `Downloader.get` raises, and SpecUnusable where the document is none that we can read.
        """
        download = self._download(source, self._without_revision(known))
        if download is None:
            return None
        try:
            return self._read(source, download)
        except SpecUnusable as error:
            raise SpecUnusable(f"The document at {shown(source.spec_url)} can't be used. {error.message}", hint=error.hint) from error

    def _download(self, source: Source, known: Validators | None) -> Download | None:
        if local_files.is_local(source.spec_url):
            return local_files.read(source.spec_url, known, self._downloader.limits.document_bytes)
        if _is_where_calls_go(source):
            return self._downloader.get(source.spec_url, known, source.credential, self._tls_of(source))
        if source.credential is None:
            return self._downloader.get(source.spec_url, known)
        try:
            return self._downloader.get(source.spec_url, known)
        except CredentialWanted as error:
            raise Misconfigured(error.message, hint=_WITHOUT_CREDENTIAL) from error

    def _read(self, source: Source, download: Download) -> FetchedSpec:
        specification = Specification(parse(download.content))
        name = self._catalogue.recognise(specification.paths)
        slices = tuple(Cutter(specification, source.name, self._judge(name)).cut())
        if name is not None:
            slices = catalogue_files.merged(slices, self._overlay(name, source.name))
            slices = tuple(_tagged(piece, self._catalogue.providers[name].words) for piece in slices)
        where = base_url(specification.root, source.spec_url) or source.base_url
        if not where:
            specification.warnings.add("The document names no server: give the base URL of its calls when adding the source.")
        return FetchedSpec(
            title=self._catalogue.providers[name].title if name else specification.title,
            version=specification.version,
            base_url=where,
            validators=self._with_revision(download.validators),
            slices=slices,
            warnings=specification.warnings.shown(),
        )

    def _overlay(self, provider: str, source: str) -> list[Slice]:
        entry = self._catalogue.providers[provider]
        if entry.overlay is None:
            return []
        return list(Cutter(Specification(entry.overlay.document(entry.title)), source, self._judge(provider)).cut())

    def _with_revision(self, validators: Validators) -> Validators:
        return validators.model_copy(update={"etag": f"{self._revision} {validators.etag}"})

    def _without_revision(self, known: Validators | None) -> Validators | None:
        """What the server or the file gave, or None where that was cut by other rules than ours."""
        revision, _, etag = known.etag.partition(" ") if known else ("", "", "")
        return known.model_copy(update={"etag": etag}) if known and revision == self._revision else None

    def _judge(self, provider: str | None) -> EffectJudge:
        name = provider or ""
        if name not in self._judges:
            self._judges[name] = effects.load_judge(name)
        return self._judges[name]


def _is_where_calls_go(source: Source) -> bool:
    """Whether the document's host may have the credential: not where the operator said that calls go elsewhere."""
    return not source.base_url or origin(parsed(source.spec_url)) == origin(parsed(source.base_url))


def _tagged(piece: Slice, words: tuple[str, ...]) -> Slice:
    """With the product's words as tags: how people say which system they mean."""
    operation = piece.operation
    return piece.model_copy(update={"operation": operation.model_copy(update={"tags": (*operation.tags, *words)})})


def _revision(catalogue: Catalogue) -> str:
    """Stands for everything but the document that decides what is cut from it."""
    providers = {name: provider.model_dump(mode="json") for name, provider in catalogue.providers.items()}
    return digest([_CUTTING, effects.effects_texts(), providers])[:12]
