"""Signatures of Volcano Engine: HMAC-SHA256 over the request as it is sent.

Source: "Signature method" of the Volcano Engine API reference, and the vendor's Python SDK, with which the tests' vectors were made.
The method is AWS's Signature Version 4 with other names: a chain of keys for date, region and service, and one canonical request.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from sandbox.broker.query import parse_pairs
from sandbox.broker.signing import Signed, with_pairs
from sandbox.broker.wire import WireRequest
from schemas.credential import AccessKey
from schemas.ports import Clock, SecretResolver

_ALGORITHM: Final = "HMAC-SHA256"
_SIGNED: Final = frozenset({"content-type", "host", "x-content-sha256", "x-date"})


class VolcengineSigner:
    """Signs requests with one key, which is resolved for each. What the tool sent under a name of ours gives way."""

    def __init__(self, key: AccessKey, resolver: SecretResolver, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self._key = key
        self._resolver = resolver
        self._clock = clock

    def __call__(self, request: WireRequest) -> Signed:
        key_id, key = self._key.keys(self._resolver.resolve)
        moment = self._clock().astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        dated = (("x-date", moment), ("x-content-sha256", _sha256(request.body or b"")))
        headers = tuple(with_pairs(request.headers, dated))
        names, canonical = _canonical(replace(request, headers=headers))
        scope = (moment[:8], self._key.region, self._key.service, "request")
        signature = _signature(key, scope, f"{_ALGORITHM}\n{moment}\n{'/'.join(scope)}\n{_sha256(canonical.encode())}")
        shown = f"{_ALGORITHM} Credential={key_id}/{'/'.join(scope)}, SignedHeaders={names}, Signature={signature}"
        signed = replace(request, headers=tuple(with_pairs(headers, [("authorization", shown)])))
        return Signed(signed, (key, signature))


def _canonical(request: WireRequest) -> tuple[str, str]:
    """The names of the signed headers, and what they and the rest of the request are to every reader."""
    address = urlsplit(request.url)
    given = {"host": address.netloc, **dict(request.headers)}
    signed = {name: given[name].strip() for name in sorted(_SIGNED & given.keys())}
    names = ";".join(signed)
    path = quote(unquote(address.path), safe="/-_.~") or "/"
    query = "&".join(f"{name}={value}" for name, value in sorted(_escaped(address.query)))
    headers = "".join(f"{name}:{value}\n" for name, value in signed.items())
    return names, "\n".join((request.method, path, query, headers, names, given["x-content-sha256"]))


def _escaped(query: str) -> Iterator[tuple[str, str]]:
    """Escaped before they are sorted, and sorted by name first: `a` comes before `a-b`, though `-` comes before `=`."""
    return ((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in parse_pairs(query))


def _signature(key: str, scope: tuple[str, ...], text: str) -> str:
    step = key.encode()
    for name in scope:
        step = _hmac(step, name)
    return _hmac(step, text).hex()


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
