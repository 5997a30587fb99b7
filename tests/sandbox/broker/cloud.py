"""AWS's operations that the broker's tests call, and a source bound to where it is played."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import orjson

from sandbox.broker.wire import WireRequest
from schemas.base import Json, digest
from schemas.operation import Effect, Operation, Slice
from schemas.source import AwsAccess, Source

REGION = "us-east-1"


def aws(access: AwsAccess | None = None) -> Source:
    """AWS as a source."""
    return Source(name="aws", spec_url="botocore:ec2", base_url="aws://", aws=access or AwsAccess(regions=(REGION, "eu-west-1")))


def aws_piece(service: str, name: str, properties: Mapping[str, Json], effect: Effect = Effect.READ) -> Slice:
    """A slice whose input has these members."""
    path = f"/{service}/{name}"
    schema = {"type": "object", "properties": dict(properties)}
    document = {
        "openapi": "3.1.0",
        "info": {"title": service, "version": "1"},
        "paths": {
            path: {
                "post": {
                    "operationId": name,
                    "requestBody": {"content": {"application/json": {"schema": schema}}},
                    "responses": {"200": {"description": "", "content": {"application/json": {"schema": {"type": "object"}}}}},
                }
            }
        },
    }
    operation = Operation(
        id=f"aws:{service}.{name}", source="aws", name=f"{service}.{name}", protocol="aws", method="POST", path=path, effect=effect,
        effect_reason="for the test", slice_hash=digest(document),
    )  # fmt: skip
    return Slice(operation=operation, document=document)


_IDS: Json = {"type": "array", "items": {"type": "string"}}
DESCRIBE_INSTANCES = aws_piece(
    "ec2", "DescribeInstances", {"InstanceIds": _IDS, "MaxResults": {"type": "integer"}, "NextToken": {"type": "string"}}
)
DESCRIBE_VOLUMES = aws_piece("ec2", "DescribeVolumes", {"VolumeIds": _IDS})
TERMINATE_INSTANCES = aws_piece("ec2", "TerminateInstances", {"InstanceIds": _IDS}, Effect.WRITE)
GET_PASSWORD_DATA = aws_piece("ec2", "GetPasswordData", {"InstanceId": {"type": "string"}}, Effect.REVEAL)
ALL: Sequence[Slice] = (DESCRIBE_INSTANCES, DESCRIBE_VOLUMES, TERMINATE_INSTANCES, GET_PASSWORD_DATA)


def call(
    operation: str = "ec2/DescribeInstances", parameters: Json = None, region: str = REGION, content: bytes | None = None
) -> WireRequest:
    """A call as the isolate makes it."""
    body = orjson.dumps(parameters or {}) if content is None else content
    return WireRequest("POST", f"aws://{region}/{operation}", (("content-type", "application/json"),), body)
