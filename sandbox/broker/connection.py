"""Step 1: a run reaches one base URL and what lies below it, however the address is spelt.

Nothing is repaired here. A URL is taken apart by RFC 3986, and whatever another reader (a proxy, a framework, the URL
parser of another language) could take for something else is refused; what is sent is put together anew from the parts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote

import httpx

from sandbox.broker.denials import ForeignAddress
from schemas.errors import Misconfigured, quoted
from schemas.source import Source

MAX_URL_LENGTH = 8192
"""Longer than any server accepts; bounds the work that a hostile URL can cause."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_URL = re.compile(r"(https?)://([^/?#]*)(/[^?#]*)?(?:\?([^#]*))?")
_NOT_IN_A_URL = re.compile(r"[^!-~]|[\"<>\\`]")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SEPARATOR_OR_CONTROL = re.compile(r"[/\\\x00-\x1f\x7f]")
_SAFE_IN_A_SEGMENT = "-._~!$&'()*+,=:@"
"""Not `;`: some servers cut a segment there, so a value that holds one is sent escaped."""


@dataclass(frozen=True)
class Location:
    """Where below the base URL a request goes: percent-decoded segments, and the query as it was written."""

    segments: tuple[str, ...]
    query: str

    @property
    def path(self) -> str:
        """For people: `/hosts/h-1`, decoded."""
        return "/" + "/".join(self.segments)


@dataclass(frozen=True)
class Connection:
    """A base URL taken apart. `authorities` are its spellings with and without a default port, in lower case."""

    name: str
    scheme: str
    authorities: tuple[str, ...]
    base_segments: tuple[str, ...]

    @classmethod
    def of(cls, source: Source) -> Connection:
        """The connection of a source. Raises Misconfigured where its base URL is not a plain http(s) address."""
        try:
            url = httpx.URL(source.base_url)
        except httpx.InvalidURL as error:
            raise _unusable(source, str(error)) from error
        if url.scheme not in _DEFAULT_PORTS or not url.host:
            raise _unusable(source, "it must begin with http:// or https:// and a host")
        if url.userinfo or url.query or url.fragment:
            raise _unusable(source, "it may not hold a user, a query or a fragment")
        segments = tuple(unquote(segment) for segment in url.path.strip("/").split("/") if segment)
        return cls(source.name, url.scheme, _authorities(url), segments)

    @property
    def origin(self) -> str:
        """Scheme, host and any unusual port: `https://api.example.org`."""
        return f"{self.scheme}://{self.authorities[0]}"

    def locate(self, url: str) -> Location:
        """Where below the base URL this URL points. Raises ForeignAddress for any other, and for any that is ambiguous."""
        scheme, authority, path, query = self._parts(url)
        if scheme != self.scheme or authority.lower() not in self.authorities:
            shown = quoted(f"{scheme}://{authority.rpartition('@')[2]}")
            raise self._foreign(f"{shown} is another address")
        segments = tuple(self._segment(segment) for segment in (path or "/")[1:].split("/"))
        depth = len(self.base_segments)
        if segments[:depth] != self.base_segments:
            raise self._foreign(f"the path {quoted(path)} lies outside of it")
        return Location(segments[depth:], query)

    def address(self, segments: Iterable[str], query: str) -> str:
        """The URL to send to, put together from what was judged."""
        path = "/".join(quote(segment, safe=_SAFE_IN_A_SEGMENT) for segment in (*self.base_segments, *segments))
        return f"{self.origin}/{path}" + (f"?{query}" if query else "")

    def _parts(self, url: str) -> tuple[str, str, str, str]:
        if len(url) > MAX_URL_LENGTH:
            raise self._foreign(f"a URL of {len(url)} characters is longer than the {MAX_URL_LENGTH} that are allowed")
        if found := _NOT_IN_A_URL.search(url):
            raise self._foreign(f"{found[0]!a} is no character of a URL; in a value it must be percent-encoded")
        if (parts := _URL.fullmatch(url)) is None:
            raise self._foreign(f"{quoted(url)} is not an http(s) URL without a fragment")
        return parts[1], parts[2], parts[3] or "", parts[4] or ""

    def _segment(self, segment: str) -> str:
        """One path segment, decoded; refused where decoding again or normalising would make it more than one segment."""
        if _BROKEN_ESCAPE.search(segment):
            raise self._foreign(f"the path segment {quoted(segment)} holds a '%' that is no escape; write it as '%25'")
        try:
            decoded = unquote(segment, errors="strict")
        except UnicodeDecodeError as error:
            raise self._foreign(f"the path segment {quoted(segment)} is not UTF-8") from error
        for reading in _readings(decoded):
            if _SEPARATOR_OR_CONTROL.search(reading) or reading.partition(";")[0] in {".", ".."}:
                raise self._foreign(
                    f"the path segment {quoted(segment)} could be read as another path; "
                    "pass an identifier without slashes, dot segments or control characters"
                )
        return decoded

    def _foreign(self, reason: str) -> ForeignAddress:
        base = self.address((), "").rstrip("/")
        return ForeignAddress(
            f"This run is bound to {self.name} at {base}: {reason}.",
            hint='Use the client that is passed in, with a path such as client.get("/items", params={…}).',
        )


def _authorities(url: httpx.URL) -> tuple[str, ...]:
    host = url.raw_host.decode("ascii").lower()
    shown = f"[{host}]" if ":" in host else host
    usual = _DEFAULT_PORTS[url.scheme]
    if url.port not in {None, usual}:
        return (f"{shown}:{url.port}",)
    return (shown, f"{shown}:{usual}")


def _readings(text: str) -> Iterable[str]:
    """The text as it is, decoded until nothing changes (each time it gets shorter), and its compatibility form."""
    previous = ""
    while text != previous:
        yield text
        yield unicodedata.normalize("NFKC", text)
        previous, text = text, unquote(text)


def _unusable(source: Source, reason: str) -> Misconfigured:
    shown = re.sub(r"//[^/]*@", "//…@", source.base_url)  # a user and password in it are the very thing that is wrong
    return Misconfigured(
        f"the base URL {quoted(shown)} of {source.name} can't be used: {reason}",
        hint="Add the source again with --base-url.",
    )
