"""References to secrets, resolved at the moment of use. Implements the port `SecretResolver`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from opswright.kubeconfig import read_part
from schemas.errors import Misconfigured, quoted

MAX_BYTES = 64 * 1024
"""A larger file is no secret but a mistake, such as a device or a log."""

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")


class SecretReferences:
    """`env:NAME` is looked up in `environment`; `file:/absolute/path` is read, less its last line break;
    `kubeconfig:PART:/path#context`, which is made from `connections.yaml`, is looked up in that file.

    No message repeats a reference that isn't plainly one: it may be the secret itself, pasted into the wrong place.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def __repr__(self) -> str:
        return "SecretReferences()"

    def resolve(self, reference: str) -> str:
        """The secret. Raises Misconfigured where there is none, or an empty one."""
        scheme, _, rest = reference.partition(":")
        match scheme:
            case "env" if _VARIABLE.fullmatch(rest):
                return self._from_environment(rest)
            case "file" if rest.startswith("/"):
                return _from_file(Path(rest))
            case "kubeconfig":
                return read_part(rest)
        raise Misconfigured(
            "a secret's reference is neither `env:NAME` nor `file:/absolute/path`.",
            hint="It is not shown here in case it is the secret itself: store the secret elsewhere and refer to it.",
        )

    def _from_environment(self, name: str) -> str:
        secret = self._environment.get(name, "")
        if not secret:
            raise Misconfigured(f"the secret env:{name} is not there: the variable is unset or empty.", hint=f"Set {name}.")
        return secret


def _from_file(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
        secret = content.decode().removesuffix("\n").removesuffix("\r")
    except OSError as error:
        raise Misconfigured(f"the secret {quoted(f'file:{path}')} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError:
        # Without its cause: that holds the bytes.
        raise Misconfigured(f"the secret {quoted(f'file:{path}')} is not UTF-8 text.") from None
    if not secret or len(content) > MAX_BYTES:
        raise Misconfigured(f"the secret {quoted(f'file:{path}')} is {'larger than 64 KiB' if secret else 'empty'}.")
    return secret
