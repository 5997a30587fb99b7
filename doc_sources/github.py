"""The README of a repository on GitHub, and its examples, as text: `github:owner/repository`.

All is read at one commit, so that the parts fit together. A commit that is known already costs one conditional request.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import quote

import orjson

from doc_sources.download import Download, Downloader
from doc_sources.effects import load_judge
from doc_sources.formats import markdown
from doc_sources.formats.description import Description
from doc_sources.formats.section import Section, describe, slug
from doc_sources.normal_form import mapping, objects, text
from doc_sources.slices import Cutter
from doc_sources.specification import Specification
from doc_sources.urls import GITHUB, origin, parsed, shown
from schemas.base import Json
from schemas.credential import Credential
from schemas.errors import Misconfigured, SpecUnusable
from schemas.source import FetchedSpec, Source, Validators

MOST_EXAMPLES: Final = 20
MOST_EXAMPLE_BYTES: Final = 100_000
MOST_SECONDS: Final = 120.0
"""For all files together."""

_ADDRESS: Final = re.compile(rf"{GITHUB}(?P<owner>[A-Za-z0-9-]{{1,39}})/(?P<name>(?!\.{{1,2}}$)[\w.-]{{1,100}})", re.ASCII)
_SHA: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_README: Final = re.compile(r"readme(\.(md|markdown|rst|txt))?", re.IGNORECASE)
_EXAMPLES: Final = frozenset({"examples", "example"})
_EXAMPLE_ENDINGS: Final = frozenset(".md .py .go .js .ts .java .rb .rs .sh .yaml .yml .json .tf .http .graphql .proto".split())


@dataclass(frozen=True)
class _Commit:
    """One state of a repository, which is `owner/name`."""

    repository: str
    sha: str
    tree: str


class GitHubFetcher:
    """Fulfils `schemas.ports.Fetcher` for `github:` addresses, through GitHub's public API and its addresses of raw files."""

    def __init__(
        self,
        downloader: Downloader,
        *,
        api_url: str = "https://api.github.com",
        raw_url: str = "https://raw.githubusercontent.com",
        pages_url: str = "https://github.com",
    ) -> None:
        """`pages_url` is where people read on."""
        self._downloader = downloader
        self._api_url = api_url
        self._raw_url = raw_url
        self._pages_url = pages_url

    def fetch(self, source: Source, known: Validators | None = None) -> FetchedSpec | None:
        """The texts at the newest commit of the default branch, or None where that is unchanged. The version is the commit.

        Raises what `Downloader.get` raises, and SpecUnusable where the repository has neither README nor examples.
        """
        repository = _repository(source.spec_url)
        credential = self._credential(source)
        head = self._downloader.get(f"{self._api_url}/repos/{repository}/commits/HEAD", known, credential)
        if head is None:
            return None
        commit = _commit(repository, head)
        described = self._description(commit, credential)
        specification = Specification(described.root)
        slices = tuple(Cutter(specification, source.name, load_judge(), described.protocol).cut())
        return FetchedSpec(
            title=repository,
            version=commit.sha[:12],
            base_url=source.base_url or f"{self._pages_url}/{repository}",
            validators=head.validators,
            slices=slices,
            warnings=specification.warnings.shown(),
            document_digest=commit.sha,
        )

    def _credential(self, source: Source) -> Credential | None:
        """The source's, where that is for the API: it is for no other place."""
        is_for_api = not source.base_url or origin(parsed(source.base_url)) == origin(parsed(self._api_url))
        return source.credential if is_for_api else None

    def _description(self, commit: _Commit, credential: Credential | None) -> Description:
        deadline = self._downloader.deadline(MOST_SECONDS)
        paths: dict[str, Json] = {}
        for path in self._files(commit, credential):
            if deadline.remaining_seconds <= 0:
                break
            content = self._file(commit, path)
            address = f"{self._pages_url}/{commit.repository}/blob/HEAD/{quote(path)}"
            paths |= describe(_sections(path, content), commit.repository, address, page=slug(path)).root["paths"]
        if not paths:
            raise SpecUnusable(f"The repository {commit.repository} has neither a README nor examples.")
        return Description({"openapi": "3.1.0", "info": {"title": commit.repository, "version": ""}, "paths": paths}, "text")

    def _files(self, commit: _Commit, credential: Credential | None) -> Iterator[str]:
        """The README, then examples, of which only text of a reader's size counts."""
        root = self._tree(commit, commit.tree, credential)
        yield from [text(entry.get("path")) for entry in root if _README.fullmatch(text(entry.get("path")))][:1]
        left = MOST_EXAMPLES
        for folder in root:
            if folder.get("type") == "tree" and text(folder.get("path")).lower() in _EXAMPLES:
                entries = self._tree(commit, f"{text(folder.get('sha'))}?recursive=1", credential)
                examples = [text(entry.get("path")) for entry in entries if _is_example(entry)][:left]
                left -= len(examples)
                yield from (f"{text(folder.get('path'))}/{path}" for path in examples)

    def _tree(self, commit: _Commit, tree: str, credential: Credential | None) -> list[dict[str, Json]]:
        download = self._downloader.get(f"{self._api_url}/repos/{commit.repository}/git/trees/{tree}", None, credential)
        return objects(_parsed(download).get("tree"))

    def _file(self, commit: _Commit, path: str) -> str:
        download = self._downloader.get(f"{self._raw_url}/{commit.repository}/{commit.sha}/{quote(path)}")
        return download.content.decode(errors="replace") if download else ""


def _repository(address: str) -> str:
    found = _ADDRESS.fullmatch(address)
    if not found:
        raise Misconfigured(f"The address {shown(address)} names no repository.", hint="Write github:owner/repository.")
    return f"{found['owner']}/{found['name']}"


def _commit(repository: str, head: Download) -> _Commit:
    value = _parsed(head)
    sha, tree = text(value.get("sha")), text(mapping(mapping(value.get("commit")).get("tree")).get("sha"))
    if not (_SHA.fullmatch(sha) and _SHA.fullmatch(tree)):
        raise SpecUnusable(f"What {repository} answers for its newest commit is no commit.")
    return _Commit(repository, sha, tree)


def _parsed(download: Download | None) -> dict[str, Json]:
    try:
        return mapping(orjson.loads(download.content)) if download else {}
    except orjson.JSONDecodeError as error:
        raise SpecUnusable(f"GitHub's API answered something that is not JSON: {error}.") from error


def _is_example(entry: dict[str, Json]) -> bool:
    size = entry.get("size")
    is_small = isinstance(size, int) and 0 < size <= MOST_EXAMPLE_BYTES
    return entry.get("type") == "blob" and is_small and PurePosixPath(text(entry.get("path"))).suffix in _EXAMPLE_ENDINGS


def _sections(path: str, content: str) -> list[Section]:
    """The sections of a text, named as GitHub names them in addresses; a file of code is one."""
    if PurePosixPath(path).suffix in (".md", ".markdown", ".rst", ".txt", ""):
        sections = markdown.sections_of(content)
        for section in sections:
            section.anchor = section.anchor or slug(section.title)
        return sections
    return [Section(path, ("Examples",), words=[f"```\n{content}\n```"], examples=[content])]
