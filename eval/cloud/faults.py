"""Faults on demand, which moto has none of: calls of one service in one region are answered with an error in AWS's own wording."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from threading import Lock
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, TypeAdapter
from werkzeug import Request, Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATH: Final = "/faults"

# SigV4: `Credential=<key>/<date>/<region>/<service>/aws4_request`.
_SCOPE: Final = re.compile(r"Credential=[^/,]+/\d+/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request")


class Fault(BaseModel):
    """An error in place of an answer, `times` times (None: always)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: str
    service: str
    status: int
    code: str
    message: str = "The demonstration was told to answer so."
    times: int | None = None

    def response(self) -> Response:
        """The error as EC2 words it (XML), or as a service with a JSON protocol does."""
        headers = {"x-amzn-RequestId": "00000000-0000-4000-8000-000000000000"}
        if self.service == "ec2":
            body = f"<Response><Errors><Error><Code>{self.code}</Code><Message>{self.message}</Message></Error></Errors></Response>"
            return Response(body, self.status, headers, content_type="text/xml")
        return Response(
            json.dumps({"__type": self.code, "message": self.message}), self.status, headers, content_type="application/x-amz-json-1.0"
        )


Faults: Final = TypeAdapter(list[Fault])


class FaultMiddleware:
    """Answers what its faults are about with them. `PUT /faults` (JSON, a list) replaces them; it is for whoever reaches loopback."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self._lock = Lock()
        self._faults: list[Fault] = []
        self._given: list[int] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        if (request.method, request.path) == ("PUT", PATH):
            return self._replace(request)(environ, start_response)
        fault = self._take(request.headers.get("Authorization", ""))
        return (fault.response() if fault else self._app)(environ, start_response)

    def _replace(self, request: Request) -> Response:
        with self._lock:
            self._faults = Faults.validate_json(request.get_data())
            self._given = [0] * len(self._faults)
        return Response(status=204)

    def _take(self, authorization: str) -> Fault | None:
        scope = _SCOPE.search(authorization)
        with self._lock:
            for index, fault in enumerate(self._faults):
                spent = fault.times is not None and self._given[index] >= fault.times
                if scope and (fault.region, fault.service) == scope.groups() and not spent:
                    self._given[index] += 1
                    return fault
        return None
