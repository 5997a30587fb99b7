"""Step 8: credentials, fetched when a request goes out and put on that request only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from sandbox.broker.query import Pairs, format_pairs, parse_pairs
from sandbox.broker.wire import WireRequest
from schemas.credential import Credential
from schemas.ports import SecretResolver
from schemas.source import Source


@dataclass(frozen=True)
class Signed:
    """A request ready to send, and the secrets on it, which no response may show to the tool."""

    request: WireRequest
    secrets: tuple[str, ...] = field(default=(), repr=False)


Authenticator = Callable[[WireRequest], Signed]
"""Signs one request. Raises Misconfigured, naming the reference and never the secret."""


def anonymous(request: WireRequest) -> Signed:
    """The request as it is: for sources without a credential, and for rehearsal."""
    return Signed(request)


class Signer:
    """Puts the proof of one credential on requests. Its secret is resolved for each, so a rotated one is used at once.

    What the tool sent under a name of the proof's gives way to it: no server sees two, of which it might take the other.
    """

    def __init__(self, credential: Credential, resolver: SecretResolver) -> None:
        self._credential = credential
        self._resolver = resolver

    def __call__(self, request: WireRequest) -> Signed:
        proof = self._credential.proof(self._resolver.resolve)
        headers = tuple(_with(request.headers, proof.headers))
        url = _with_query(request.url, proof.query) if proof.query else request.url
        return Signed(replace(request, url=url, headers=headers), proof.secrets)


def authenticator_of(source: Source, resolver: SecretResolver) -> Authenticator:
    """How requests to a source are signed."""
    return Signer(source.credential, resolver) if source.credential else anonymous


def _with_query(url: str, more: Iterable[tuple[str, str]]) -> str:
    """The record has the address from before: here it becomes one that nobody may see."""
    address, _, query = url.partition("?")
    return f"{address}?{format_pairs(_with(parse_pairs(query), more))}"


def _with(pairs: Iterable[tuple[str, str]], more: Iterable[tuple[str, str]]) -> Pairs:
    added = list(more)
    taken = {name for name, _ in added}
    return [*(pair for pair in pairs if pair[0] not in taken), *added]
