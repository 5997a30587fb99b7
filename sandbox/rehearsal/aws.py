"""What AWS does otherwise than an HTTP API: where it is, how it is asked, and the form of its errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import orjson

from schemas.base import Json
from schemas.operation import Operation

REGION: Final = "us-east-1"
"""A real one: a tool can't tell a rehearsal by its region."""

AWS_URL: Final = f"aws://{REGION}"

_ZULU: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

_QUERY_STYLE: Final = frozenset({"ec2", "autoscaling", "elasticloadbalancing", "elbv2", "elb", "rds", "cloudformation", "iam", "sns"})
"""Services that answer in XML, whose codes are of the older kind."""

_REQUEST_ID: Final = "7a62c49f-347e-4fc4-9331-6e8eEXAMPLE"


def members_of(body: bytes | None) -> dict[str, Json]:
    """The members of a request's input; the broker has seen to it that it is an object."""
    members = orjson.loads(body) if body else {}
    return members if isinstance(members, dict) else {}


def as_words(members: Mapping[str, Json]) -> dict[str, str]:
    """The members that are plain values, as the query of an HTTP request has them. Of the others there is only the name."""
    return {name: "" if isinstance(value, dict | list) else str(value) for name, value in members.items()}


def with_offsets(value: Json) -> Json:
    """The value with times in UTC written as `datetime.isoformat()` does, since that is how an AWS operation's arrive."""
    if isinstance(value, dict):
        return {name: with_offsets(item) for name, item in value.items()}
    if isinstance(value, list):
        return [with_offsets(item) for item in value]
    return value[:-1] + "+00:00" if isinstance(value, str) and _ZULU.fullmatch(value) else value


def error_body(status: int, code: str, reason: str) -> Json:
    """A failed call, as boto3's `ClientError.response` has it."""
    return {"Error": {"Code": code, "Message": reason}, "ResponseMetadata": {"RequestId": _REQUEST_ID, "HTTPStatusCode": status}}


def denied_code(operation: Operation) -> str:
    """What a service calls a call that its caller may not make."""
    return "UnauthorizedOperation" if service_of(operation) == "ec2" else "AccessDenied"


def throttled_code(operation: Operation) -> str:
    """What a service calls a call that came too soon."""
    service = service_of(operation)
    return "RequestLimitExceeded" if service == "ec2" else "Throttling" if service in _QUERY_STYLE else "ThrottlingException"


def bad_token_code(operation: Operation) -> str:
    """What a service calls a token that it never gave."""
    return "InvalidParameterValue" if service_of(operation) == "ec2" else "InvalidNextToken"


def service_of(operation: Operation) -> str:
    """`ec2` of `ec2.DescribeInstances`."""
    return operation.name.partition(".")[0]
