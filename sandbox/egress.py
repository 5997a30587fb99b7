"""The isolate's only way out, seen from the host: what answers its calls.

Envelopes are JSON text, because a string crosses the wall in milliseconds where a list of bytes takes seconds.

- request: `{"method", "url", "headers": [[name, value], …], "body": text | null}`, with `"body_base64"` in place of `"body"`
  for a body that is not UTF-8;
- response: `{"status", "headers": [[name, value], …], "body": text}`, or `"body_base64"`. The body is what the headers say:
  one that was decompressed on the host comes without `content-encoding`.
"""

from __future__ import annotations

from typing import Literal, Protocol

EgressKind = Literal["denied", "limit", "connect", "timeout", "protocol"]
"""`denied` and `limit` end the run; the others are the backend's and reach the tool as httpx's own exceptions."""


class EgressFailure(Exception):
    """A call that has no response. `message` is shown to the tool's author, so it names the way out and no secret.

    In the isolate `connect`, `timeout` and `protocol` become httpx.ConnectError, httpx.ReadTimeout and
    httpx.RemoteProtocolError; `denied` and `limit` become an exception that no `except Exception` catches.
    """

    def __init__(self, kind: EgressKind, code: str, message: str) -> None:
        super().__init__(message)
        self.kind: EgressKind = kind
        self.code = code
        self.message = message


class Egress(Protocol):
    """Answers one run's calls, one at a time, on the thread that runs the job."""

    def send(self, request: str) -> str:
        """The response envelope for a request envelope. Raises EgressFailure where there is none."""

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass; the run's clock advances by them whether or not this blocks. May raise EgressFailure to refuse."""


class NoNetwork:
    """Refuses every call, for code that brings its own server."""

    def send(self, _request: str) -> str:
        """Raises EgressFailure."""
        raise EgressFailure("denied", "E_DENIED", "tests call no server: give the client an httpx.MockTransport")

    def sleep(self, _seconds: float) -> None:
        """Nobody has to wait: the run's clock has moved already."""
