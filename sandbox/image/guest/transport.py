"""httpx's transport inside the isolate: every request goes to the host as an envelope."""

from __future__ import annotations

import base64
import json

import httpx
from componentize_py_types import Err
from wit_world.imports import egress

_BACKEND_FAILURES: dict[str, type[httpx.TransportError]] = {
    "connect": httpx.ConnectError,
    "timeout": httpx.ReadTimeout,
    "protocol": httpx.RemoteProtocolError,
}


class EgressDenied(BaseException):
    """The host refused a call. Not an Exception: no tool may handle it by accident, since trying again can't help."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class EgressTransport(httpx.BaseTransport):
    """Takes any options of httpx.HTTPTransport and needs none: TLS, proxies and pools are the host's business."""

    def __init__(self, **_: object) -> None:
        pass

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request through the wall and wait for its response."""
        envelope = {"method": request.method, "url": str(request.url), "headers": request.headers.multi_items(), **_body(request.read())}
        try:
            answer = json.loads(egress.send(json.dumps(envelope, ensure_ascii=False)))
        except Err as failure:
            raise _raised(json.loads(failure.value), request) from None
        body = base64.b64decode(answer["body_base64"]) if "body_base64" in answer else answer["body"].encode()
        headers = [(name, value) for name, value in answer["headers"]]
        return httpx.Response(answer["status"], headers=headers, content=body, request=request)


def sleep(seconds: float) -> None:
    """time.sleep, answered by the host: the clock moves, whether or not anything blocks."""
    if not seconds >= 0:
        raise ValueError("sleep length must be non-negative")
    try:
        egress.sleep(float(seconds))
    except Err as failure:
        refusal = json.loads(failure.value)
        raise EgressDenied(refusal["code"], refusal["message"]) from None


def _body(content: bytes) -> dict[str, str | None]:
    try:
        return {"body": content.decode() if content else None}
    except UnicodeDecodeError:
        return {"body_base64": base64.b64encode(content).decode()}


def _raised(failure: dict[str, str], request: httpx.Request) -> BaseException:
    kind = _BACKEND_FAILURES.get(failure["kind"])
    return kind(failure["message"], request=request) if kind else EgressDenied(failure["code"], failure["message"])
