"""AWS calls as JSON: what the isolate sends and gets. Times are RFC 3339 texts in UTC, bytes are base64."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.utils import parse_timestamp

from sandbox.broker.wire import TransportFailure, WireResponse
from schemas.base import Json
from schemas.errors import quoted

_JSON = (("content-type", "application/json"),)
_KEPT_METADATA = ("RequestId", "HTTPStatusCode", "RetryAttempts")


def parameters_of(operation: OperationModel, content: bytes | None) -> dict[str, Json]:
    """The keyword arguments of boto3 for a body that was judged."""
    parameters: dict[str, Json] = orjson.loads(content or b"{}")
    shape = operation.input_shape
    return _with_bytes(shape, parameters) if shape and _holds_bytes(operation) else parameters


def answered(output: Mapping[str, Json]) -> WireResponse:
    """What boto3 returned, as a response."""
    return _response(200, {name: value for name, value in output.items() if name != "ResponseMetadata"}, output)


def refused(error: Mapping[str, Json]) -> WireResponse:
    """What boto3 raised as a ClientError, as a response with AWS's status."""
    said = error.get("Error", {})
    # Some services answer an error with 200, which the isolate would take for an answer.
    status = max(int(error.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)), 300)
    return _response(status, {"Error": {"Code": said.get("Code", "Unknown"), "Message": said.get("Message", "")}}, error)


def utc(value: str | float) -> datetime:
    """A time as a service writes it. What most write is read at once: botocore's own parser takes 60 us for each."""
    if isinstance(value, str) and value[10:11] == "T":
        try:
            parsed = datetime.fromisoformat(value)
        except ValueError:
            pass  # another notation, such as RFC 822's
        else:
            return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    found: datetime = parse_timestamp(value)
    return found.astimezone(UTC)


def _response(status: int, content: dict[str, Json], said: Mapping[str, Json]) -> WireResponse:
    metadata = {name: value for name, value in said.get("ResponseMetadata", {}).items() if name in _KEPT_METADATA}
    try:
        body = orjson.dumps(content | {"ResponseMetadata": metadata}, default=_text)
    except orjson.JSONEncodeError as error:
        raise TransportFailure("protocol", f"The response can't be given to a tool: {quoted(error)}.") from error
    return WireResponse(status, _JSON, body, attempts=1 + int(metadata.get("RetryAttempts", 0)))


def _text(value: object) -> str:
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} is a stream, which can't be searched for credentials")


@lru_cache(maxsize=1024)
def _holds_bytes(operation: OperationModel) -> bool:
    """Whether bytes may be anywhere in its input: hardly ever, so that the parameters need not be walked."""
    todo: list[Shape] = [operation.input_shape]
    seen: set[str] = set()
    while todo:
        shape = todo.pop()
        if shape.type_name == "blob":
            return True
        if shape.name not in seen:
            seen.add(shape.name)
            todo += _parts(shape)
    return False


def _parts(shape: Shape) -> list[Shape]:
    if isinstance(shape, StructureShape):
        return list(shape.members.values())
    if isinstance(shape, ListShape):
        return [shape.member]
    return [shape.value] if isinstance(shape, MapShape) else []


def _with_bytes(shape: Shape, value: Json) -> Any:
    if shape.type_name == "blob" and isinstance(value, str):
        return base64.b64decode(value)
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        return {name: _with_bytes(shape.members[name], part) if name in shape.members else part for name, part in value.items()}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_with_bytes(shape.member, part) for part in value]
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {name: _with_bytes(shape.value, part) for name, part in value.items()}
    return value
