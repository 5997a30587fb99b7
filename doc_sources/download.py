"""Fetches a document over HTTP, bounded in bytes, hops and seconds, and only from where it may be fetched."""

from __future__ import annotations

import base64
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import httpcore
import httpx
import stamina

from doc_sources import addresses
from doc_sources.network import CheckedTransport, Deadline
from doc_sources.urls import joined, origin, parsed, port, shown
from schemas.credential import Credential, Proof, StandingCredential
from schemas.errors import BackendUnavailable, Misconfigured, OpswrightError, SpecUnusable, quoted
from schemas.ports import SecretResolver
from schemas.source import Validators

_ACCEPT: Final = "application/json, application/yaml, text/yaml;q=0.9, */*;q=0.5"
# One layer of these at most: httpx decodes any number, and a thousandfold expansion in each makes gigabytes of a packet.
_ENCODINGS: Final = frozenset({"", "identity", "gzip", "deflate"})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_NETWORK_ERRORS: Final = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, httpx.DecodingError)

TransportFactory = Callable[[Sequence[str], Deadline, ssl.SSLContext | None], httpx.BaseTransport]
"""A transport to the first of some addresses that answers."""


@dataclass(frozen=True)
class Limits:
    """Bounds of one download. Bytes are counted after decompression; the total holds over retries and redirects."""

    document_bytes: int = 40_000_000
    redirects: int = 5
    connect_seconds: float = 5.0
    read_seconds: float = 15.0
    total_seconds: float = 60.0
    attempts: int = 3


@dataclass(frozen=True)
class Download:
    """A document as it came, and what to ask with next time."""

    content: bytes
    validators: Validators


class CredentialWanted(Misconfigured):
    """The server wants a credential, or another one."""


class _Retryable(BackendUnavailable):
    """The connection failed or the server stumbled: the next moment may be better."""


@dataclass(frozen=True)
class _Hop:
    """One request of a chain of redirects. `is_home`: every hop so far was at the origin that the operator named."""

    url: httpx.URL
    addresses: Sequence[str]
    is_home: bool


@dataclass(frozen=True)
class _Access:
    """What shows one origin who asks, and how that origin has to show who it is."""

    proof: Proof = field(default_factory=Proof)
    tls: ssl.SSLContext | None = None


class Downloader:
    """Downloads documents. Touches network and clock; keeps nothing between two downloads."""

    def __init__(
        self,
        secrets: SecretResolver,
        *,
        limits: Limits = Limits(),
        resolve: addresses.Resolve = addresses.resolve_host,
        monotonic: Callable[[], float] = time.monotonic,
        transport: TransportFactory = CheckedTransport,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`tls` is for an authority of one's own; without it certifi's are trusted."""
        self._secrets = secrets
        self.limits = limits
        self._resolve = resolve
        self._monotonic = monotonic
        self._new_transport = transport
        self._tls = tls

    def get(
        self, url: str, known: Validators | None = None, credential: Credential | None = None, tls: ssl.SSLContext | None = None
    ) -> Download | None:
        """The document, or None where the server says that what `known` stands for is unchanged.

        Credential and `tls`, which may show a client certificate, are for the origin of `url`: no other that it leads to gets either.
        Of credentials, only a standing one is sent: no token is asked for, and nothing signed, to read a description.
        Raises BackendUnavailable where a later try may help, SpecUnusable where there is no document or too much of one, Misconfigured
        where the address or the credential is wrong, and Denied where the way leads to an address that is never contacted.
        """
        start = parsed(url)
        access = _Access(self._proof(start, credential), tls)
        deadline = Deadline(self.limits.total_seconds, self._monotonic)
        retries = stamina.retry_context(
            on=_Retryable,
            attempts=self.limits.attempts,
            timeout=self.limits.total_seconds,
            wait_initial=0.2,
            wait_max=2.0,
            wait_jitter=0.5,
        )
        for attempt in retries:
            with attempt:
                return self._follow(start.copy_with(username=None, password=None, fragment=None), known, access, deadline)
        raise AssertionError("stamina ends with a result or an error")

    def deadline(self, seconds: float) -> Deadline:
        """One that begins now, for several downloads together."""
        return Deadline(seconds, self._monotonic)

    def _proof(self, url: httpx.URL, credential: Credential | None) -> Proof:
        if isinstance(credential, StandingCredential):  # others are for calls: the clouds publish their descriptions
            return credential.proof(self._secrets.resolve)
        if url.username or url.password:
            pair = base64.b64encode(f"{url.username}:{url.password}".encode()).decode()
            return Proof(headers=(("authorization", f"Basic {pair}"),))
        return Proof()

    def _follow(self, start: httpx.URL, known: Validators | None, access: _Access, deadline: Deadline) -> Download | None:
        hop = _Hop(start, self._addresses(start), is_home=True)
        for _ in range(self.limits.redirects + 1):
            answer = self._request(hop, known, access if hop.is_home else _Access(), deadline)
            if not isinstance(answer, httpx.URL):
                return answer
            hop = self._next(hop, answer)
        raise SpecUnusable(
            f"{shown(str(start))} redirects more than {self.limits.redirects} times.", hint="Give the address that it ends at."
        )

    def _next(self, hop: _Hop, url: httpx.URL) -> _Hop:
        if origin(url) == origin(hop.url):
            # The addresses that were checked: a new look-up could answer with others.
            return _Hop(url, hop.addresses, hop.is_home)
        found = self._addresses(url)
        addresses.check_public(url.host, found)
        return _Hop(url, found, is_home=False)

    def _addresses(self, url: httpx.URL) -> Sequence[str]:
        addresses.check_metadata(url.host, ())
        try:
            found = self._resolve(url.host, port(url))
        except (OSError, UnicodeError) as error:
            raise _Retryable(f"The host {quoted(url.host)} was not found.", hint="Check its name and the name server.") from error
        addresses.check_metadata(url.host, found)
        return found

    def _request(self, hop: _Hop, known: Validators | None, access: _Access, deadline: Deadline) -> Download | httpx.URL | None:
        """The document, where it has moved to, or None where it is unchanged."""
        timeout = httpx.Timeout(self.limits.read_seconds, connect=self.limits.connect_seconds)
        headers = _headers(known) | dict(access.proof.headers)
        url = hop.url.copy_merge_params(dict(access.proof.query)) if access.proof.query else hop.url
        try:
            with (
                httpx.Client(transport=self._transport(hop, deadline, access.tls), timeout=timeout, trust_env=False) as client,
                client.stream("GET", url, headers=headers) as response,
            ):
                return self._answer(hop.url, response, known)
        except _NETWORK_ERRORS as error:
            raise _mapped(error, hop.url) from error

    def _transport(self, hop: _Hop, deadline: Deadline, tls: ssl.SSLContext | None) -> httpx.BaseTransport:
        if hop.url.scheme != "https":
            return self._new_transport(hop.addresses, deadline, None)
        return self._new_transport(hop.addresses, deadline, tls or self._tls or httpx.create_ssl_context(trust_env=False))

    def _answer(self, url: httpx.URL, response: httpx.Response, known: Validators | None) -> Download | httpx.URL | None:
        if response.status_code == 304 and known is not None:
            return None
        if response.status_code in _REDIRECTS and "location" in response.headers:
            return joined(url, response.headers["location"])
        if response.status_code != 200:
            raise _refused(url, response.status_code)
        content = self._content(url, response)
        return Download(content, Validators(etag=_sendable(response, "etag"), last_modified=_sendable(response, "last-modified")))

    def _content(self, url: httpx.URL, response: httpx.Response) -> bytes:
        encoding = response.headers.get("content-encoding", "").strip().lower()
        if encoding not in _ENCODINGS:
            raise SpecUnusable(f"{shown(str(url))} is compressed with {quoted(encoding, 40)}, which was not asked for.")
        content = bytearray()
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > self.limits.document_bytes:
                raise too_large(shown(str(url)), self.limits.document_bytes)
        return bytes(content)


def too_large(name: str, limit: int) -> SpecUnusable:
    """The error for a document beyond the bound."""
    return SpecUnusable(f"{name} is larger than {limit / 1_000_000:g} MB.", hint="Point the source at a smaller part of the API.")


def _headers(known: Validators | None) -> dict[str, str]:
    headers = {"Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate", "User-Agent": "opswright"}
    if known is not None and known.etag:
        headers["If-None-Match"] = known.etag
    if known is not None and known.last_modified:
        headers["If-Modified-Since"] = known.last_modified
    return headers


def _sendable(response: httpx.Response, header: str) -> str:
    """A header's value, if it can be sent back as it is."""
    value: str = response.headers.get(header, "")
    return value if value.isascii() and value.isprintable() else ""


def _refused(url: httpx.URL, status: int) -> OpswrightError:
    """The error for a status that brings no document."""
    name = shown(str(url))
    if status >= 500:
        return _Retryable(f"{name} answered {status}.", hint="The server is in trouble; try again later.")
    if status == 429:
        return BackendUnavailable(f"{name} answered 429: too many requests.", hint="Try again later.")
    if status in (401, 403):
        return CredentialWanted(
            f"{name} answered {status}: it wants another credential.", hint="Add the source with a credential that may read it."
        )
    if status in (404, 410):
        hint = "Usual places are /openapi.json, /openapi/v2, /swagger.json and /v3/api-docs."
        return SpecUnusable(f"There is no document at {name} (it answered {status}).", hint=hint)
    return SpecUnusable(f"{name} answered {status} instead of a document.", hint="Check the address of the source.")


def _mapped(error: Exception, url: httpx.URL) -> OpswrightError:
    """A foreign error as one of ours. Every member of `_NETWORK_ERRORS` comes here."""
    name = shown(str(url))
    if isinstance(error.__context__, ssl.SSLCertVerificationError):
        reason = error.__context__.verify_message
        return Misconfigured(
            f"The certificate of {name} is not trusted: {reason}.",
            hint="Give its authority as ca in connections.yaml, or use the right name.",
        )
    if isinstance(error, httpx.DecodingError):
        return SpecUnusable(f"{name} is not compressed the way that it says.")
    if isinstance(error, httpcore.TimeoutException) and not isinstance(error, httpcore.ConnectTimeout):
        return BackendUnavailable(f"{name} took too long.", hint="Try again later.")
    return _Retryable(
        f"{name} can't be reached: {quoted(error or type(error).__name__)}.", hint="Is the server running, and the port right?"
    )
