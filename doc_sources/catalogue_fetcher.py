"""Sources that are named after a provider of the catalogue: `catalogue:prometheus`, `catalogue:gcp/compute`.

What a server says of itself is truest, as it knows its version and its extensions; then what its vendor publishes; then what we ship.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import quote

from doc_sources.catalogue import Catalogue
from doc_sources.download import CredentialWanted
from doc_sources.provider import Provider, Service, tagged
from doc_sources.urls import CATALOGUE, is_catalogued, shown
from schemas.errors import BackendUnavailable, Misconfigured, OpswrightError, SpecUnusable
from schemas.source import FetchedSpec, Source, Validators

DESCRIPTORS: Final = Path(__file__).with_name("descriptors")


@dataclass(frozen=True)
class Place:
    """Somewhere a description may be. `name` is for people; `is_ours`: a file that is shipped."""

    address: str
    name: str
    is_ours: bool = False

    @property
    def key(self) -> str:
        """The address without spaces, which the path of an installation may have."""
        return quote(self.address)


class AddressedFetcher(Protocol):
    """A `schemas.ports.Fetcher` that can be told whose description it fetches."""

    def fetch(self, source: Source, known: Validators | None = None, *, provider: str = "") -> FetchedSpec | None: ...


class CatalogueFetcher:
    """Fulfils `schemas.ports.Fetcher` for `catalogue:` addresses through the fetcher of all others, which get that one's answer."""

    def __init__(self, catalogue: Catalogue, addressed: AddressedFetcher) -> None:
        self._catalogue = catalogue
        self._addressed = addressed

    def fetch(self, source: Source, known: Validators | None = None) -> FetchedSpec | None:
        """The description from the first place that has one, with a warning that says why it is not an earlier one.

        None where that place is the one that `known` is from, and has nothing new. Raises NotFound for what is not in the catalogue,
        Misconfigured without a base URL where one is needed, BackendUnavailable where the place that `known` is from is away (the
        others would say less or other things), SpecUnusable where no place has a description, and what the other fetcher raises.
        """
        if not is_catalogued(source.spec_url):
            return self._addressed.fetch(source, known)
        provider, service = self._catalogue.entry(source.spec_url)
        placed = source.model_copy(update={"base_url": source.base_url or base_url_of(provider, service)})
        _check_place(provider, placed)
        used, validators = _parted(known)
        refusals: list[OpswrightError] = []
        for place in places(provider, service, placed.base_url):
            is_used = place.key == used
            try:
                fetched = self._fetch(placed, place, validators if is_used else None)
            except (SpecUnusable, CredentialWanted, BackendUnavailable) as error:
                if is_used and isinstance(error, BackendUnavailable):
                    raise
                refusals.append(error)
                continue
            return fetched and _told(fetched, place, placed, service, refusals)
        raise _nowhere(provider, refusals)

    def _fetch(self, source: Source, place: Place, known: Validators | None) -> FetchedSpec | None:
        fetched = self._addressed.fetch(source.model_copy(update={"spec_url": place.address}), known, provider=name_of(source.spec_url))
        if fetched is not None and not any(piece.operation.is_callable for piece in fetched.slices):
            # Many servers answer any path with their web page.
            raise SpecUnusable(f"What is at {shown(place.address)} describes nothing that can be called.")
        return fetched


def places(provider: Provider, service: Service | None, base_url: str) -> Iterator[Place]:
    """Where the description may be, the truest first."""
    server = base_url.rstrip("/").removesuffix(provider.base_path)
    yield from (Place(server + path, "the server's own") for path in provider.live)
    if published := service.published if service else provider.published:
        yield Place(published, "the published one")
    if provider.descriptor:
        yield Place(str(DESCRIPTORS / provider.descriptor), "the catalogue's own", is_ours=True)


def name_of(address: str) -> str:
    """The provider that a `catalogue:` address names."""
    return address.removeprefix(CATALOGUE).partition("/")[0]


def base_url_of(provider: Provider, service: Service | None) -> str:
    """Where calls go if nobody says otherwise; empty for what runs wherever an operator runs it."""
    return (service.base_url if service else "") or provider.base_url


def _check_place(provider: Provider, source: Source) -> None:
    """A published description is written for some server, which is not the operator's."""
    if not source.base_url:
        raise Misconfigured(f"Of {provider.title} it must be said where it runs.", hint="Say it: --base-url https://…")
    if not source.base_url.rstrip("/").endswith(provider.base_path):
        right = source.base_url.rstrip("/") + provider.base_path
        raise Misconfigured(f"Calls of {provider.title} go to {provider.base_path} below its address.", hint=f"Give the base URL {right}.")


def _parted(known: Validators | None) -> tuple[str, Validators | None]:
    """The place that a copy is from, and what that place gave for it."""
    place, _, etag = known.etag.partition(" ") if known else ("", "", "")
    return place, known.model_copy(update={"etag": etag}) if known else None


def _told(fetched: FetchedSpec, place: Place, source: Source, service: Service | None, refusals: list[OpswrightError]) -> FetchedSpec:
    """With where it is from, calls going where the operator says, and the words of a service as tags."""
    etag = f"{place.key} {fetched.validators.etag}"
    why = " ".join(refusal.message for refusal in refusals)
    told = (f"The description is {place.name}. {why}",) if refusals else ()
    return fetched.model_copy(
        update={
            "base_url": source.base_url,
            "version": _version(fetched, place),
            "validators": fetched.validators.model_copy(update={"etag": etag}),
            "warnings": (*told, *fetched.warnings),
            "slices": tuple(tagged(piece, service.words) for piece in fetched.slices) if service else fetched.slices,
        }
    )


def _version(fetched: FetchedSpec, place: Place) -> str:
    """Without the checkout that a file is in: that of our own is of no interest."""
    return fetched.version.partition(" @ ")[0] if place.is_ours else fetched.version


def _nowhere(provider: Provider, refusals: list[OpswrightError]) -> OpswrightError:
    """The error for a description that no place has. A server that is away may have one when it is back."""
    if not refusals:
        return Misconfigured(
            f"Nobody publishes a whole description of {provider.title}.", hint="Give the address of one that you have, or a file's path."
        )
    wanting = next((refusal for refusal in refusals if isinstance(refusal, CredentialWanted)), None)
    kind = BackendUnavailable if any(isinstance(refusal, BackendUnavailable) for refusal in refusals) else SpecUnusable
    if wanting and kind is SpecUnusable:
        return wanting
    # The first of them is the server itself, of which the operator said where it is.
    telling = next((refusal for refusal in refusals if isinstance(refusal, kind)), refusals[0])
    return kind(f"No description of {provider.title} could be had. {' '.join(refusal.message for refusal in refusals)}", hint=telling.hint)
