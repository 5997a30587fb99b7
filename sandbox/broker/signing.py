"""Step 8: credentials, fetched when a request goes out and put on that request only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sandbox.broker.wire import WireRequest
from schemas.ports import SecretResolver
from schemas.source import Credential, Source


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


class BearerToken:
    """`Authorization: Bearer …`. The secret is resolved for each request, so a rotated one is used at once."""

    def __init__(self, credential: Credential, resolver: SecretResolver) -> None:
        self._credential = credential
        self._resolver = resolver

    def __call__(self, request: WireRequest) -> Signed:
        secret = self._resolver.resolve(self._credential.secret)
        header = ("authorization", self._credential.authorization(secret))
        return Signed(replace(request, headers=(*request.headers, header)), (secret,))


def authenticator_of(source: Source, resolver: SecretResolver) -> Authenticator:
    """How requests to a source are signed."""
    return BearerToken(source.credential, resolver) if source.credential else anonymous
