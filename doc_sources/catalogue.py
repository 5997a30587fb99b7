"""What we know of providers beyond what their specifications say: how to recognise one, its words, and an overlay.

`catalogue/<provider>.yaml` holds one provider each (`provider.py`). One with an OpenAPI description is recognised by its paths or its host;
AWS is a kind of source of its own, and its file another (`aws_catalogue.py`). An overlay is OpenAPI in our own words, for operations that a
server has but describes with less than it does: `GET /api/4/{plugin}` with an untyped response. It never invents: an operation of it is
taken only where the live specification has a path that covers it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from doc_sources import data_files
from doc_sources.aws_catalogue import AwsProvider
from doc_sources.provider import Provider, Service
from doc_sources.urls import CATALOGUE
from schemas.errors import NotFound, quoted
from schemas.operation import Slice

FOLDER: Final = Path(__file__).with_name("catalogue")

_AWS: Final = "aws"


class Catalogue:
    """All providers by name, which is the name of the file, and AWS."""

    def __init__(self, providers: dict[str, Provider], aws: AwsProvider | None = None) -> None:
        self.providers = providers
        self.aws = aws

    @property
    def names(self) -> tuple[str, ...]:
        """Of all providers, AWS among them, sorted."""
        return tuple(sorted((*self.providers, *([_AWS] if self.aws else ()))))

    def recognise(self, paths: Collection[str], base_url: str = "") -> str | None:
        """The name of the provider whose host calls go to, else of that with the most telling paths among these, or None."""
        if at_home := next((name for name, provider in self.providers.items() if provider.is_at(base_url)), None):
            return at_home
        fitting = [name for name, known in self.providers.items() if known.recognise and all(path in paths for path in known.recognise)]
        return max(fitting, key=lambda name: (len(self.providers[name].recognise), name), default=None)

    def is_at_home(self, name: str | None, base_url: str) -> bool:
        """Whether calls go to a host of that provider's own, which nobody else can describe as theirs."""
        return name is not None and self.providers[name].is_at(base_url)

    def provider(self, name: str) -> Provider:
        """The provider. Raises NotFound, naming the nearest first and then all, for one that there is not."""
        if name not in self.providers:
            nearest = get_close_matches(name.lower(), self.names, n=3, cutoff=0.5)
            known = ", ".join((*nearest, *(other for other in self.names if other not in nearest)))
            raise NotFound(f"The catalogue has no provider {quoted(name)}; it has: {known}.")
        return self.providers[name]

    def entry(self, address: str) -> tuple[Provider, Service | None]:
        """The provider that a `catalogue:` address means, and its service where it names one.

        Raises NotFound, naming those that there are, for what is not in the catalogue or needs a service to be named.
        """
        name, _, service = address.removeprefix(CATALOGUE).partition("/")
        provider = self.provider(name)
        if not service and not provider.services:
            return provider, None
        if service not in provider.services:
            nearest = get_close_matches(service.lower(), provider.services, n=3, cutoff=0.5)
            known = ", ".join((*nearest, *(other for other in sorted(provider.services) if other not in nearest)))
            what = f"no service {quoted(service)}" if service else "several services, of which one must be named"
            way = f"Name one: opswright sources add {name} --service {next(iter(provider.services))}" if provider.services else ""
            raise NotFound(f"{provider.title} has {what}; the catalogue has: {known or 'none'}.", hint=way)
        return provider, provider.services[service]


def load_catalogue(folder: Path = FOLDER) -> Catalogue:
    """Every file of the folder. Reads the disk; raises Misconfigured with file and line at a broken one."""
    files = {path.stem: path for path in sorted(folder.glob("*.yaml"))}
    aws = files.pop(_AWS, None)
    providers = {name: data_files.load(path, Provider) for name, path in files.items()}
    return Catalogue(providers, data_files.load(aws, AwsProvider) if aws else None)


def merged(live: Sequence[Slice], overlay: Iterable[Slice]) -> tuple[Slice, ...]:
    """The live slices; where the overlay says more of the same operation, the overlay's; then those that a live path covers."""
    exact = {(s.operation.method, s.operation.path): s for s in live}
    names = {s.operation.name for s in live}
    better, added = {}, []
    for candidate in overlay:
        operation = candidate.operation
        described = exact.get((operation.method, operation.path))
        if described is not None and described.operation.rows_path is None:
            better[operation.method, operation.path] = candidate
        elif described is None and operation.name not in names and any(_covers(s, candidate) for s in live):
            added.append(candidate)
    return (*(better.get((s.operation.method, s.operation.path), s) for s in live), *added)


def _covers(live: Slice, candidate: Slice) -> bool:
    """Whether a call of the candidate is a call of the live operation: its parameters stand where the candidate has words."""
    if live.operation.method != candidate.operation.method:
        return False
    template, path = live.operation.path.split("/"), candidate.operation.path.split("/")
    return len(template) == len(path) and all(_fits(one, other) for one, other in zip(template, path, strict=True))


def _fits(segment: str, candidate: str) -> bool:
    return segment == candidate or (segment.startswith("{") and segment.endswith("}") and bool(candidate))
