"""The envelopes of `sandbox/egress.py`, taken apart and put together."""

from __future__ import annotations

import base64
import binascii
import math

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from sandbox.broker.wire import WireRequest, WireResponse
from schemas.errors import Denied


class _Request(BaseModel):
    """Written by code that nobody trusts: exact about names and types."""

    model_config = ConfigDict(extra="forbid", strict=True)

    method: str
    url: str
    headers: list[tuple[str, str]] = []
    body: str | None = None
    body_base64: str | None = None

    @model_validator(mode="after")
    def _one_body(self) -> _Request:
        if self.body is not None and self.body_base64 is not None:
            raise ValueError("two bodies")
        return self

    @property
    def content(self) -> bytes | None:
        if self.body_base64 is not None:
            return base64.b64decode(self.body_base64, validate=True)
        return self.body.encode() if self.body else None


def read_request(text: str, ends: float = math.inf) -> WireRequest:
    """The request in an envelope, which must be over at `ends`. Raises Denied for anything else."""
    try:
        envelope = _Request.model_validate_json(text)
        return WireRequest(envelope.method, envelope.url, tuple(envelope.headers), envelope.content, ends)
    except (ValidationError, UnicodeEncodeError, binascii.Error) as error:
        raise Denied(
            "The call through the wall is no request envelope.", hint="Send requests with the client that is passed in."
        ) from error


def write_response(response: WireResponse, *, as_json: bool = False) -> str:
    """The envelope of a response whose body is UTF-8, or else JSON, which is embedded as it is: the isolate reads it in half the time."""
    body = {"json": orjson.Fragment(response.body)} if as_json else {"body": response.body.decode()}
    return orjson.dumps({"status": response.status, "headers": response.headers, **body}).decode()
