"""HTTP as it crosses the broker, and the seam behind which it is sent for real, rehearsed or replayed."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal, Protocol

from schemas.errors import BackendUnavailable

Headers = tuple[tuple[str, str], ...]
FailureKind = Literal["connect", "timeout", "protocol"]


@dataclass(frozen=True)
class WireRequest:
    """One request. Of it, `repr` shows the method only: a signed request carries a secret, some in the query.

    At `ends`, a moment of `time.monotonic`, whoever asks is gone, and no transport waits any longer.
    """

    method: str
    url: str = field(repr=False)
    headers: Headers = field(default=(), repr=False)
    body: bytes | None = field(default=None, repr=False)
    ends: float = field(default=math.inf, repr=False, compare=False)


@dataclass(frozen=True)
class WireResponse:
    """One response. `body` is complete, and decompressed unless `headers` has a `content-encoding`.

    `attempts` is how often the request was sent for it: AWS's SDK sends again by itself.
    """

    status: int
    headers: Headers = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    attempts: int = 1


class TransportFailure(BackendUnavailable):
    """No usable response. `connect`: nothing was sent; `timeout`: no answer in time; `protocol`: an answer that can't be used."""

    def __init__(self, kind: FailureKind, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.kind: FailureKind = kind


class Transport(Protocol):
    """Sends what the broker has approved, once."""

    def send(self, request: WireRequest) -> WireResponse:
        """The response to exactly this request; redirects are not followed and nothing is retried.

        Raises TransportFailure, `Denied` where the target is forbidden and `LimitExceeded` where the response is too large.
        """
