"""Stands in for module `ssl`, which CPython has not on WASI: urllib3 asks for its version as it is imported, by botocore.

TLS is the host's business, as all of HTTP is for AWS calls, so nothing else of it is ever asked for.
"""

from __future__ import annotations

import sys
from types import ModuleType

_ssl = ModuleType("ssl")
vars(_ssl).update(OPENSSL_VERSION="OpenSSL (none)", OPENSSL_VERSION_INFO=(1, 1, 1))


def pretend() -> None:
    """Let `import ssl` succeed, until `forget`."""
    sys.modules["ssl"] = _ssl


def forget() -> None:
    """Let it fail again: no code of a tool should find half a module."""
    del sys.modules["ssl"]
