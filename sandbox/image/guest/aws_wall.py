"""An AWS call as it crosses the wall: the operation by its name, its parameters and its output as JSON."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, HTTPClientError, ReadTimeoutError
from botocore.model import OperationModel, ServiceModel
from botocore.utils import parse_to_aware_datetime
from botocore.validate import validate_parameters
from componentize_py_types import Err
from guest import transport
from guest.aws_check import PlainlyRight
from guest.aws_types import Restoring
from guest.transport import EgressDenied

_BACKEND_FAILURES: dict[str, type[HTTPClientError]] = {
    "connect": EndpointConnectionError,
    "timeout": ReadTimeoutError,
    "protocol": ConnectionClosedError,
}

Request = dict[str, Any]
"""A call on its way through botocore's client."""


class _Response(NamedTuple):
    """What a client asks of the HTTP response that it doesn't parse."""

    status_code: int
    headers: dict[str, str]


class CallSerializer:
    """Checks parameters and leaves them as they are: the host's boto3 speaks the service's own protocol."""

    def __init__(self, service: ServiceModel) -> None:
        self._plainly_right = PlainlyRight(service)

    def serialize_to_request(self, parameters: dict[str, Any], operation: OperationModel) -> Request:
        """The call as botocore's client passes it on. Raises ParamValidationError."""
        is_right = self._plainly_right.of_operation(operation.name, "input")
        if is_right is not None and not is_right(parameters):
            validate_parameters(parameters, operation.input_shape)
        body = json.dumps(parameters, default=_plain, ensure_ascii=False, allow_nan=False)
        body.encode()  # half a character raises here, where the tool can be told; in the crossing it is a trap
        return {"url_path": f"/{operation.name}", "query_string": {}, "method": "POST", "headers": {}, "body": body}


class WallEndpoint:
    """Where a client's calls go."""

    def __init__(self, region: str, service: ServiceModel) -> None:
        self.host = f"aws://{region}/{service.service_name}"
        self._restoring = Restoring(service)

    def make_request(self, operation: OperationModel, request: Request) -> tuple[_Response, dict[str, Any]]:
        """Send a call through the wall; its output with dates and bytes as botocore's parsers give them."""
        url = f"{self.host}/{operation.name}"
        envelope = {"method": "POST", "url": url, "headers": [["content-type", "application/json"]], "body": request["body"]}
        try:
            answer = json.loads(transport.egress.send(json.dumps(envelope, ensure_ascii=False)))
        except Err as failure:
            raise _raised(json.loads(failure.value), url) from None
        response = _Response(answer["status"], dict(answer["headers"]))
        return response, self._output(operation, response, answer["json"] if "json" in answer else json.loads(answer["body"]))

    def _output(self, operation: OperationModel, response: _Response, body: dict[str, Any]) -> dict[str, Any]:
        if response.status_code < 300 and (restore := self._restoring.of_operation(operation.name, "output")) is not None:
            restore(body)
        body.setdefault("ResponseMetadata", {"HTTPStatusCode": response.status_code, "HTTPHeaders": response.headers, "RetryAttempts": 0})
        return body

    def close(self) -> None:
        """There is no connection to close."""


def _plain(value: object) -> str | float:
    """What JSON can hold, of a parameter that it can't."""
    match value:
        case datetime():
            return parse_to_aware_datetime(value).isoformat()
        case bytes() | bytearray():
            return base64.b64encode(value).decode()
        case Decimal():
            return float(value)
        case _:
            raise TypeError(f"an AWS parameter can't be a {type(value).__name__}")


def _raised(failure: dict[str, str], url: str) -> BaseException:
    kind = _BACKEND_FAILURES.get(failure["kind"])
    if kind is None:
        return EgressDenied(failure["code"], failure["message"])
    error = kind(endpoint_url=url, error=failure["message"])
    error.args = (failure["message"],)  # the host knows the real address, and why
    return error
