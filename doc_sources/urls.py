"""Addresses as operators write them: how they are shown, and where on the network they lead."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

import httpx

from schemas.errors import Misconfigured, SpecUnusable, quoted

BOTOCORE: Final = "botocore:"
CATALOGUE: Final = "catalogue:"
GITHUB: Final = "github:"


def is_botocore(url: str) -> bool:
    """Whether it means AWS services, which botocore describes: `botocore:ec2,rds`."""
    return url.startswith(BOTOCORE)


def is_catalogued(url: str) -> bool:
    """Whether it means a provider of the catalogue, which knows where its description is: `catalogue:gcp/compute`."""
    return url.startswith(CATALOGUE)


def is_github(url: str) -> bool:
    """Whether it means the texts of a repository: `github:owner/repository`."""
    return url.startswith(GITHUB)


def shown(url: str) -> str:
    """A URL for messages: without user and password, and without the query, which may be signed."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "(an address that can't be read)"
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="…" if parts.query else "", fragment="")
    return quoted(bare.geturl(), 200)


def parsed(url: str) -> httpx.URL:
    """The address of something on HTTP. Raises Misconfigured where it is none."""
    try:
        found = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise Misconfigured(f"The address {shown(url)} is not a URL: {error}.") from error
    if found.scheme not in ("http", "https") or not found.host:
        raise Misconfigured(f"The address {shown(url)} is not on HTTP.", hint="Use http://, https://, a file: URL or the path of a file.")
    return found


def joined(base: httpx.URL, location: str) -> httpx.URL:
    """Where a redirect leads, without any user that it names. Raises SpecUnusable where that is not on HTTP."""
    try:
        found = base.join(location)
    except httpx.InvalidURL as error:
        raise SpecUnusable(f"{shown(str(base))} redirects to something that is not a URL.") from error
    if found.scheme not in ("http", "https") or not found.host:
        raise SpecUnusable(f"{shown(str(base))} redirects to {shown(str(found))}, which is not on HTTP.")
    return found.copy_with(username=None, password=None, fragment=None)


def origin(url: httpx.URL) -> tuple[str, str, int]:
    """Scheme, host and port (RFC 6454)."""
    return url.scheme, url.host.lower().rstrip("."), port(url)


def address_of(url: httpx.URL) -> str:
    """The origin as it is written: `https://example.org:8443`."""
    scheme, host, number = origin(url)
    shown_host = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown_host}" + ("" if url.port is None else f":{number}")


def port(url: httpx.URL) -> int:
    """The port, the scheme's own where none is named."""
    return url.port or (443 if url.scheme == "https" else 80)
