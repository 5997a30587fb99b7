"""The isolate's only way out, seen from the host: what answers its calls.

Envelopes are JSON text, because a string crosses the wall in milliseconds where a list of bytes takes seconds.

- request: `{"method", "url", "headers": [[name, value], …], "body": text | null}`, with `"body_base64"` in place of `"body"`
  for a body that is not UTF-8;
- response: `{"status", "headers": [[name, value], …], "body": text}`, or `"body_base64"`. The body is what the headers say:
  one that was decompressed on the host comes without `content-encoding`.

A call of boto3 has the URL `aws://<region>/<service>/<Operation>` and its parameters as a JSON body. Its response may have
`"json"`, the output as a JSON value, in place of `"body"`: an output of 500 KB is read 4 ms sooner. Dates are RFC 3339 with an
offset, bytes are base64; a status from 300 has botocore's `{"Error": {"Code", "Message"}}`.
"""

from __future__ import annotations

import math
from typing import Literal, Protocol

EgressKind = Literal["denied", "limit", "connect", "timeout", "protocol"]
"""`denied` and `limit` end the run; the others are the backend's and reach the tool as exceptions of its client."""


class EgressFailure(Exception):
    """A call that has no response. `message` is shown to the tool's author, so it names the way out and no secret.

    In the isolate `connect`, `timeout` and `protocol` become httpx.ConnectError, httpx.ReadTimeout and
    httpx.RemoteProtocolError, for boto3 EndpointConnectionError, ReadTimeoutError and ConnectionClosedError of botocore;
    `denied` and `limit` become an exception that no `except Exception` catches.
    """

    def __init__(self, kind: EgressKind, code: str, message: str) -> None:
        super().__init__(message)
        self.kind: EgressKind = kind
        self.code = code
        self.message = message


class Egress(Protocol):
    """Answers one run's calls, one at a time, on the thread that runs the job."""

    def send(self, request: str, ends: float = math.inf) -> str:
        """The response envelope for a request envelope. Raises EgressFailure where there is none.

        At `ends`, a moment of `time.monotonic`, the run is over: nobody waits for an answer any longer.
        """

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass; the run's clock advances by them whether or not this blocks. May raise EgressFailure to refuse."""


_STAND_INS = "tests call no server: give an httpx.Client an httpx.MockTransport, and a client of boto3 a botocore.stub.Stubber"


class NoNetwork:
    """Refuses every call, for code that brings its own server."""

    def send(self, _request: str, _ends: float = math.inf) -> str:
        """Raises EgressFailure."""
        raise EgressFailure("denied", "E_DENIED", _STAND_INS)

    def sleep(self, _seconds: float) -> None:
        """Nobody has to wait: the run's clock has moved already."""
