"""The connections that a process keeps to its sources: one pool for each, behind the certificates and keys that it needs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Protocol, TypeVar

from opswright.tls import TlsMaterial, material_of
from schemas.credential import TokenGrant
from schemas.ports import SecretResolver
from schemas.source import AwsAccess, Source

if TYPE_CHECKING:  # heavy, so they are imported where a source is first called
    from sandbox.broker.aws_live import AwsTransport
    from sandbox.broker.live import LiveTransport
    from sandbox.broker.signing import Authenticator
    from sandbox.broker.tokens import Tokens
    from sandbox.broker.wire import Transport


class _Closes(Protocol):
    def close(self) -> None: ...


Key = TypeVar("Key")
Kept = TypeVar("Kept", bound=_Closes)


class Transports:
    """Made when a source is first called, kept until `close`. Threads may share them.

    `seconds` is how long one call may take.
    """

    def __init__(self, secrets: SecretResolver, seconds: float) -> None:
        self._secrets = secrets
        self._seconds = seconds
        self._open = ExitStack()
        self._making = threading.Lock()
        self._http: dict[tuple[str, str, str], LiveTransport] = {}
        self._aws: dict[tuple[str, AwsAccess], AwsTransport] = {}
        self._tokens: dict[tuple[str, TokenGrant, str], Tokens] = {}

    def of(self, source: Source) -> Transport:
        """One pool of connections for each source and place that its calls go to; one for all regions of AWS."""
        if source.aws:
            return self._account(source, source.aws)
        from sandbox.broker.live import LiveTransport
        from sandbox.broker.pool import Patience

        # A certificate that was renewed is shown on connections of its own: those with the old one may be refused any time.
        material = material_of(source, self._secrets)
        key = (source.name, source.base_url, material.digest)
        return self._kept(self._http, key, lambda: LiveTransport(source, Patience(seconds=self._seconds), tls=material.context()))

    def authenticator_of(self, source: Source) -> Authenticator:
        """How a source's requests are signed."""
        from sandbox.broker.authentication import authenticator_of

        if source.aws:
            return self._account(source, source.aws).authenticate
        return authenticator_of(source, self._secrets, self._tokens_of)

    def close(self) -> None:
        """Close all connections."""
        self._open.close()

    def _account(self, source: Source, access: AwsAccess) -> AwsTransport:
        from sandbox.broker.aws_live import AwsTransport
        from sandbox.broker.pool import Patience

        return self._kept(self._aws, (source.name, access), lambda: AwsTransport(source, Patience(seconds=self._seconds)))

    def _tokens_of(self, source: Source, grant: TokenGrant) -> Tokens:
        """One keeper of tokens for each source and grant, behind the authority that the endpoint's certificate must be of."""
        from sandbox.broker.pool import Pool
        from sandbox.broker.tokens import PATIENCE, Tokens

        material = TlsMaterial(source.name, self._secrets.resolve(grant.ca) if grant.ca else "")
        key = (source.name, grant, material.digest)
        return self._kept(self._tokens, key, lambda: Tokens(source.name, grant, self._secrets, Pool(PATIENCE, tls=material.context())))

    def _kept(self, kept: dict[Key, Kept], key: Key, make: Callable[[], Kept]) -> Kept:
        with self._making:  # two threads that come first at once would make two, and close one
            if key not in kept:
                kept[key] = make()
                self._open.callback(kept[key].close)
            return kept[key]
