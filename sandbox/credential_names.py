"""What credentials are called: `password`, `api_key`, `--token`, and what only sounds so: `next_token`, `token_type`."""

from __future__ import annotations

import re
from functools import lru_cache

WORDS = ("password", "passwd", "passphrase", "pwd", "secret", "token", "credential", "authorization", "cookie", "key", "string")
"""What to search for: the last words of credential names, without a plural. `is_credential` decides."""

_CREDENTIAL = re.compile(
    r"(?:password|passwd|passphrase|pwd|secret|token|credentials?|authorization|cookie"
    r"|(?:api|access|secret|private|account|shared|auth|service|signing|master|encryption|storage|webhook)key|connectionstring)$"
)
_CURSOR = re.compile(
    r"(?:next|prev|previous|forward|backward|page|paging|pagination|continuation|continue|cursor|resume|sync|start|starting|scroll"
    r"|marker|delta|skip|iterator|offset|position|watermark)token$|(?:cursor|continue|marker)$|^(?:next|prev|previous|after|before|scrollid)$"
)
_NO_CREDENTIAL = frozenset({"pwd", "oldpwd", "idempotencytoken", "idempotencykey"})
"""The shell's working directories, and what makes a retry harmless."""
_AWS_IDEMPOTENCY = "ClientToken"
"""What AWS makes a retry harmless with, on every instance; as `client_token` it would be Vault's credential."""

_SEPARATORS = re.compile(r"[^a-z0-9]+")
_HARMLESS = re.compile(
    r"[*•xX.·-]*|\[redacted.*|<[\w -]*>|\$[({]?.*|\{\{.*|%\(?.*|arn:.*|projects/.*|vault:.*|env:.*|file:.*"
    r"|os\.(?:environ(?:\.get|\[)?|getenv)"
    r"|(?:true|false|yes|no|none|null|nil|enabled|disabled|required|optional|redacted|hidden|masked)",
    re.IGNORECASE | re.DOTALL,
)


@lru_cache(maxsize=4096)
def is_cursor(name: str) -> bool:
    """Whether a name is that of a place in a listing, without which the next page can't be had."""
    return bool(_CURSOR.search(_plain(name)))


@lru_cache(maxsize=4096)
def is_credential(name: str) -> bool:
    """Whether what is called so is a credential itself, and not its name, type, age or count, nor a cursor."""
    plain = _plain(name)
    return bool(_CREDENTIAL.search(plain)) and name != _AWS_IDEMPOTENCY and not _CURSOR.search(plain) and plain not in _NO_CREDENTIAL


def kind_of(name: str) -> str:
    """The kind for the mark that takes the value's place: `password`, `secret`, `token`, `key`, `credential`."""
    plain = _plain(name)
    for ending, kind in (("token", "token"), ("secret", "secret"), ("key", "key")):
        if plain.endswith(ending):
            return kind
    return "password" if re.search("pass|pwd", plain) else "credential"


def is_harmless(value: str) -> bool:
    """Whether a credential's value shows none: empty, masked, a reference to where it is kept, or yes and no."""
    return bool(_HARMLESS.fullmatch(value))


def _plain(name: str) -> str:
    return _SEPARATORS.sub("", name.lower())
