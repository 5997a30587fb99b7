"""Step 8: credentials, fetched when a request goes out and put on that request only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sandbox.broker.query import Pairs, format_pairs, parse_pairs
from sandbox.broker.wire import WireRequest
from schemas.credential import StandingCredential
from schemas.ports import SecretResolver

if TYPE_CHECKING:  # heavy: where tokens are used, they are imported by who makes them
    from sandbox.broker.tokens import Tokens


@dataclass(frozen=True)
class Signed:
    """A request ready to send, and the secrets on it, which no response may show to the tool.

    `renew` gives the same request with a fresh token, for when the server refuses this one (401), or None where none would help.
    """

    request: WireRequest
    secrets: tuple[str, ...] = field(default=(), repr=False)
    renew: Callable[[], Signed | None] = field(default=lambda: None, repr=False, compare=False)


Authenticator = Callable[[WireRequest], Signed]
"""Signs one request. Raises Misconfigured, naming the reference and never the secret, and BackendUnavailable where that takes a server."""


def anonymous(request: WireRequest) -> Signed:
    """The request as it is: for sources without a credential, and for rehearsal."""
    return Signed(request)


class Signer:
    """Puts the proof of one credential on requests. Its secret is resolved for each, so a rotated one is used at once.

    What the tool sent under a name of the proof's gives way to it: no server sees two, of which it might take the other.
    """

    def __init__(self, credential: StandingCredential, resolver: SecretResolver) -> None:
        self._credential = credential
        self._resolver = resolver

    def __call__(self, request: WireRequest) -> Signed:
        proof = self._credential.proof(self._resolver.resolve)
        headers = tuple(with_pairs(request.headers, proof.headers))
        url = _with_query(request.url, proof.query) if proof.query else request.url
        return Signed(replace(request, url=url, headers=headers), proof.secrets)


class TokenSigner:
    """Puts a token on requests, as one does who bears it (RFC 6750)."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def __call__(self, request: WireRequest) -> Signed:
        return self._bearing(request, self._tokens.current(request.ends))

    def _bearing(self, request: WireRequest, token: str) -> Signed:
        def renew() -> Signed | None:
            fresh = self._tokens.instead_of(token, request.ends)
            return self._bearing(request, fresh) if fresh else None

        headers = tuple(with_pairs(request.headers, [("authorization", f"Bearer {token}")]))
        return Signed(replace(request, headers=headers), (token,), renew)


def with_pairs(pairs: Iterable[tuple[str, str]], more: Iterable[tuple[str, str]]) -> Pairs:
    """The pairs and more; what had the name of one of these gives way."""
    added = list(more)
    taken = {name for name, _ in added}
    return [*(pair for pair in pairs if pair[0] not in taken), *added]


def _with_query(url: str, more: Iterable[tuple[str, str]]) -> str:
    """The record has the address from before: here it becomes one that nobody may see."""
    address, _, query = url.partition("?")
    return f"{address}?{format_pairs(with_pairs(parse_pairs(query), more))}"
