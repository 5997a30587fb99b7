"""An address or a short name that an operator gives, as a source with a name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from doc_sources.catalogue import Catalogue
from doc_sources.catalogue_fetcher import base_url_of
from doc_sources.local_files import is_local
from doc_sources.provider import CredentialKind
from doc_sources.urls import CATALOGUE, is_botocore, is_catalogued, origin, parsed
from opswright.addresses import check_callable
from sandbox.broker.connection import Connection
from schemas.credential import NOT_A_REFERENCE, Bearer, Credential
from schemas.errors import Misconfigured, SpecUnusable, quoted
from schemas.ports import Fetcher
from schemas.source import Source

_GENERIC = re.compile(
    r"\b(?:open ?api|swagger|api|rest(?:ful)?|fastapi|service|server|documentation|reference|spec(?:ification)?|v?\d+(?:\.\d+)*)\b"
)
"""Words of a title that name no product."""
_SHORT_NAME = re.compile(r"[a-z][a-z0-9-]*", re.IGNORECASE)


@dataclass(frozen=True)
class Meant:
    """One source that an operator asks for; what is empty is read from its description. `wants` is what it usually asks callers for."""

    url: str
    name: str = ""
    base_url: str = ""
    wants: CredentialKind = ""


def meant(catalogue: Catalogue, what: str, services: Sequence[str], *, name: str = "", base_url: str = "") -> tuple[Meant, ...]:
    """What is asked for: what stands at an address, or a provider of the catalogue by its name, a source for each of its services.

    Raises NotFound, naming the nearest, for a name that is neither in the catalogue nor a file's, and for a service that is not there;
    and Misconfigured for services of anything else and for nothing at all.
    """
    what = what.strip()
    if not what:
        raise Misconfigured("No description is named.", hint="Name one: opswright sources add prometheus, or its URL or file.")
    short = what.removeprefix(CATALOGUE).lower()
    is_name = bool(_SHORT_NAME.fullmatch(what)) and (short in catalogue.providers or not Path(what).exists())
    if not (is_catalogued(what) or is_name):
        if services:
            raise Misconfigured("Services can be said of AWS and of what the catalogue has several of only, such as gcp.")
        return (Meant(what, name, base_url),)
    # Each service has a description, and mostly a host, of its own.
    entries = [f"{short}/{service}" for service in dict.fromkeys(services)] or [short]
    return tuple(
        _catalogued(catalogue, entry, name if len(entries) == 1 or not name else f"{name}-{entry.rpartition('/')[2]}", base_url)
        for entry in entries
    )


def _catalogued(catalogue: Catalogue, entry: str, name: str, base_url: str) -> Meant:
    provider, service = catalogue.entry(CATALOGUE + entry)
    where = base_url.rstrip("/")
    if where and not where.endswith(provider.base_path):
        where += provider.base_path
    return Meant(CATALOGUE + entry, name or entry.replace("/", "-"), where or base_url_of(provider, service), provider.credential)


def missing_credential(one: Meant, credential: Credential | None) -> str:
    """What to tell an operator who gave no credential for what usually wants one; empty where nothing is missing."""
    if credential or not one.wants:
        return ""
    way = "give --bearer env:NAME" if one.wants == "bearer" else f"write it into connections.yaml, as {one.wants}"
    return f"It usually wants a credential: {way}."


def bearer_of(reference: str) -> Bearer:
    """The bearer token behind a reference that an operator gives. Raises Misconfigured, without repeating it, for what is none."""
    try:
        return Bearer(secret=reference)
    except ValidationError:
        raise Misconfigured(f"The credential can't be kept: {NOT_A_REFERENCE}.") from None


def prospect(fetcher: Fetcher, url: str, *, name: str, base_url: str, credential: Credential | None) -> Source:
    """The source that the description at `url` makes. What is not given is read from the description.

    Of what nothing can be called, such as a page of text, the base URL may stay empty. A path is kept whole: whoever reads the file
    again does so from another folder.

    Raises what the fetcher raises, SpecUnusable where the description holds no operation, Misconfigured where it does not say where
    calls go or says what can't be, and Denied where no call may go there.
    """
    if is_botocore(url.strip()):
        raise Misconfigured("Of AWS it must be said in which regions to look.", hint="Give its access, with a region or several.")
    draft = Source(name=name or "new", spec_url=_whole(url.strip()), base_url=base_url, credential=credential)
    if base_url:
        _check_reachable(draft)
    fetched = fetcher.fetch(draft, None)
    if fetched is None or not fetched.slices:
        raise SpecUnusable(
            f"The document at {quoted(url, 200)} describes no operation.", hint="Give the address of an OpenAPI description."
        )
    calls_go_to = base_url or fetched.base_url
    if not calls_go_to and not any(piece.operation.is_callable for piece in fetched.slices):
        return draft.model_copy(update={"name": name or name_of(fetched.title, Path(draft.spec_url).stem), "title": fetched.title})
    if not calls_go_to:
        raise Misconfigured(f"The document at {quoted(url, 200)} does not say where calls go.", hint="Say it: --base-url https://…")
    if credential and not base_url and not _same_origin(calls_go_to, draft.spec_url):
        # Whoever writes the description would else choose who gets the credential.
        raise Misconfigured(
            f"The document at {quoted(url, 200)} sends calls, and so the credential, to {quoted(calls_go_to, 200)}.",
            hint=f"If that is right, say so: --base-url {calls_go_to}",
        )
    _check_reachable(draft.model_copy(update={"base_url": calls_go_to}))
    return draft.model_copy(update={"name": name or name_of(fetched.title, calls_go_to), "base_url": calls_go_to, "title": fetched.title})


def _whole(url: str) -> str:
    """The URL; of a path, the whole one. `..` stays: after a link it would lead elsewhere."""
    is_path = is_local(url) and not url.startswith("file:")
    return str(Path(url).absolute()) if is_path else url


def _check_reachable(source: Source) -> None:
    """Raises Misconfigured for a base URL that is none, and Denied for one that no call may go to, before anything is kept."""
    Connection.of(source)
    check_callable(source.base_url, "Give the address of the API: --base-url https://…")


def _same_origin(calls_go_to: str, spec_url: str) -> bool:
    """A file is at no origin: nobody but the operator can say where its credential goes."""
    return not is_local(spec_url) and origin(parsed(calls_go_to)) == origin(parsed(spec_url))


def name_of(title: str, base_url: str) -> str:
    """A short name: the title's own words, or the host's where the title has none."""
    words = re.findall(r"[a-z0-9]+", _GENERIC.sub(" ", title.lower()))
    host = re.sub(r"^\w+://", "", base_url).split("/")[0]
    return "-".join(words[:3]) or re.sub(r"[^a-z0-9]+", "-", host.lower()).strip("-")
