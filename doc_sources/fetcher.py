"""A source's specification, fetched and cut into slices."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Callable
from typing import Final
from urllib.parse import unquote

from doc_sources import catalogue as catalogue_files
from doc_sources import effects, group_index, local_files, model_reading, tree_files
from doc_sources.catalogue import Catalogue
from doc_sources.document import Document, named, opened_archive
from doc_sources.download import CredentialWanted, Download, Downloader
from doc_sources.effects import EffectJudge
from doc_sources.file_tree import is_archive
from doc_sources.formats import reading
from doc_sources.formats.description import Description
from doc_sources.servers import base_url
from doc_sources.slices import Cutter
from doc_sources.specification import Specification
from doc_sources.tree_files import TreeFiles
from doc_sources.urls import address_of, origin, parsed
from doc_sources.warnings import Warnings
from doc_sources.web_files import MAX_SECONDS, WebFiles
from schemas.base import digest
from schemas.errors import Misconfigured
from schemas.garbage import uncollected
from schemas.operation import Slice
from schemas.ports import TextModel
from schemas.source import FetchedSpec, Source, Validators

_CUTTING: Final = 5
"""Raised when the same document is cut differently: what is cached by then is fetched again, changed or not."""

_WITHOUT_CREDENTIAL: Final = (
    "The credential is for the base URL, which is another place, so it was not sent there. "
    "Give the address of a description at the base URL, or save it as a file and give the file's path."
)


class OpenApiFetcher:
    """Fulfils `schemas.ports.Fetcher` for OpenAPI 3 and Swagger 2.0, over HTTP or from a file that the operator names."""

    def __init__(
        self,
        downloader: Downloader,
        catalogue: Catalogue,
        tls_of: Callable[[Source], ssl.SSLContext | None] = lambda _: None,
        model: TextModel | None = None,
    ) -> None:
        """`tls_of` gives what a source needs for TLS beyond the usual authorities, if anything. `model` reads texts where rules can't."""
        self._downloader = downloader
        self._tls_of = tls_of
        self._model = model
        self._catalogue = catalogue
        self._judges: dict[tuple[str, bool], EffectJudge] = {}
        self._revision = _revision(catalogue)

    def fetch(self, source: Source, known: Validators | None = None, *, provider: str = "") -> FetchedSpec | None:
        """The specification, or None where the server says that what `known` stands for is unchanged.

        `provider` is whose the operator says it is; by default it is told from where calls go, or from its paths. Where our own data on
        providers has changed since then, the document is fetched and cut anew whatever the server says.
        Raises what `Downloader.get` raises, and SpecUnusable where the document is none that we can read.
        """
        document = self._document(source, self._without_revision(known))
        if document is None:
            return None
        # Until the parsed document is gone, too: it is most of what a look for garbage would go through.
        with named(source.spec_url), uncollected():
            return self._read(source, document, provider)

    def _document(self, source: Source, known: Validators | None) -> Document | None:
        limit = self._downloader.limits.document_bytes
        if local_files.is_local(source.spec_url):
            return local_files.read(source.spec_url, known, limit)
        download = self._download(source, source.spec_url, known)
        if download is None:
            return None
        url = parsed(source.spec_url)
        if is_archive(download.content):
            with named(source.spec_url):
                return opened_archive(download.content, unquote(url.fragment), download.validators)
        files = WebFiles(lambda address: self._download(source, address), address_of(url), self._downloader.deadline(MAX_SECONDS))
        return Document(download.content, download.validators, files, unquote(url.path).lstrip("/"))

    def _download(self, source: Source, url: str, known: Validators | None = None) -> Download | None:
        if _is_where_calls_go(source):
            return self._downloader.get(url, known, source.credential, self._tls_of(source))
        if source.credential is None:
            return self._downloader.get(url, known)
        try:
            return self._downloader.get(url, known)
        except CredentialWanted as error:
            raise Misconfigured(error.message, hint=_WITHOUT_CREDENTIAL) from error

    def _description(self, source: Source, document: Document, files: TreeFiles, warn: Callable[[str], None]) -> Description:
        if isinstance(document.files, WebFiles) and group_index.recognises(document.content):
            limit = self._downloader.limits.document_bytes
            return Description(group_index.read(document.content, document.files.fetch, warn, max_bytes=limit))
        return model_reading.enriched(reading.read(document.content, source.spec_url, files.beside), self._model, warn)

    def _read(self, source: Source, document: Document, provider: str) -> FetchedSpec:
        warnings = Warnings()
        files = TreeFiles(document.files, document.name)
        description = self._description(source, document, files, warnings.add)
        specification = Specification({**description.root, tree_files.KEY: files}, warnings)
        where = base_url(specification.root, source.spec_url) or source.base_url
        # What the catalogue adds to a provider's API are calls, which a text about it has none of.
        is_http = description.protocol == "http"
        goes_to = source.base_url or where
        name = (provider or self._catalogue.recognise(specification.paths, goes_to)) if is_http else None
        judge = self._judge(name, is_certain=bool(provider) or self._catalogue.is_at_home(name, goes_to))
        slices = tuple(Cutter(specification, source.name, judge, description.protocol, only_names_tell=description.only_names_tell).cut())
        if name is not None:
            slices = catalogue_files.merged(slices, self._overlay(name, source.name, judge))
            slices = tuple(map(self._catalogue.providers[name].enriched, slices))
        if not where and is_http:
            specification.warnings.add("The document names no server: give the base URL of its calls when adding the source.")
        return FetchedSpec(
            title=self._catalogue.providers[name].title_of(specification.title) if name else specification.title,
            version=" @ ".join(filter(None, [specification.version, document.revision])),
            base_url=where,
            validators=self._with_revision(document.validators if document.is_whole or not files else Validators()),
            slices=slices,
            warnings=specification.warnings.shown(),
            document_digest=_document_digest(document, files),
        )

    def _overlay(self, provider: str, source: str, judge: EffectJudge) -> list[Slice]:
        entry = self._catalogue.providers[provider]
        if entry.overlay is None:
            return []
        return list(Cutter(Specification(entry.overlay.document(entry.title)), source, judge).cut())

    def _with_revision(self, validators: Validators) -> Validators:
        return validators.model_copy(update={"etag": f"{self._revision} {validators.etag}"})

    def _without_revision(self, known: Validators | None) -> Validators | None:
        """What the server or the file gave, or None where that was cut by other rules than ours."""
        revision, _, etag = known.etag.partition(" ") if known else ("", "", "")
        return known.model_copy(update={"etag": etag}) if known and revision == self._revision else None

    def _judge(self, provider: str | None, *, is_certain: bool) -> EffectJudge:
        key = provider or "", is_certain
        if key not in self._judges:
            self._judges[key] = effects.load_judge(key[0], is_certain=is_certain)
        return self._judges[key]


def _document_digest(document: Document, files: TreeFiles) -> str:
    """Of the very bytes that were cut, as approval is of them: what a validator stands for may differ, and change in between."""
    own = document.digest or hashlib.sha256(document.content).hexdigest()
    return digest({"": own, **files.digests}) if files.digests else own


def _is_where_calls_go(source: Source) -> bool:
    """Whether the document's host may have the credential: not where the operator said that calls go elsewhere."""
    return not source.base_url or origin(parsed(source.spec_url)) == origin(parsed(source.base_url))


def _revision(catalogue: Catalogue) -> str:
    """Stands for everything but the document that decides what is cut from it."""
    providers = {name: provider.model_dump(mode="json") for name, provider in catalogue.providers.items()}
    return digest([_CUTTING, effects.effects_texts(), providers])[:12]
