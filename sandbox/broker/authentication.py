"""Which of the ways to sign is a source's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sandbox.broker.signing import Authenticator, Signer, TokenSigner, anonymous
from sandbox.broker.volcengine import VolcengineSigner
from schemas.credential import AccessKey, ClientCredentials, ServiceAccount, TokenGrant
from schemas.ports import SecretResolver
from schemas.source import Source

if TYPE_CHECKING:
    from sandbox.broker.tokens import Tokens


def authenticator_of(source: Source, resolver: SecretResolver, tokens_of: Callable[[Source, TokenGrant], Tokens]) -> Authenticator:
    """How requests to a source are signed. `tokens_of` gives the tokens of a connection, which it keeps."""
    match source.credential:
        case None:
            return anonymous
        case ServiceAccount() | ClientCredentials() as grant:
            return TokenSigner(tokens_of(source, grant))
        case AccessKey() as key:
            return VolcengineSigner(key, resolver)
        case standing:
            return Signer(standing, resolver)
