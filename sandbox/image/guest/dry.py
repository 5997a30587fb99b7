"""The jobs that are run while the image is built: between them they go the ways that tools and their tests go."""

from __future__ import annotations

import json
from typing import Any

_HTTP: dict[str, Any] = {
    "entry": "call",
    "function": "rows",
    "arguments": {"limit": 1},
    "source": """
import logging
import warnings
import httpx

def rows(client: httpx.Client, *, limit: int) -> list[dict[str, object]]:
    logging.getLogger(__name__).warning("dry run")
    warnings.warn("dry run")
    response = client.get("/rows", params={"page": 1})
    response.raise_for_status()
    return [row for row in response.json()["items"] if row is not None][:limit]
""",
    "base_url": "http://127.0.0.1:8080/api",
    "seed": 1,
    "trace": True,
    "output_bytes": 4096,
    "aws": None,
}
_HTTP_TESTS = _HTTP | {
    "entry": "tests",
    "tests": """
import httpx
from tool import rows

def test_rows():
    client = httpx.Client(base_url="http://test", transport=httpx.MockTransport(lambda _: httpx.Response(200, json={"items": [1]})))
    assert rows(client, limit=1) == [1]

def test_fails():
    given = []
    assert given
""",
}

_MODEL: dict[str, Any] = {
    "metadata": {
        "apiVersion": "2026-01-01",
        "endpointPrefix": "dry",
        "protocol": "query",
        "protocols": ["query"],
        "serviceFullName": "Dry Runs",
        "serviceId": "Dry",
        "signatureVersion": "v4",
        "auth": ["aws.auth#sigv4"],
        "uid": "dry-2026-01-01",
    },
    "operations": {
        "DescribeRows": {
            "name": "DescribeRows",
            "http": {"method": "POST", "requestUri": "/"},
            "input": {"shape": "Request"},
            "output": {"shape": "Result"},
            "errors": [{"shape": "Throttled"}],
        }
    },
    "shapes": {
        "Blob": {"type": "blob"},
        "Filter": {"type": "structure", "required": ["Name"], "members": {"Name": {"shape": "Text"}, "Values": {"shape": "Texts"}}},
        "Filters": {"type": "list", "member": {"shape": "Filter"}},
        "Flag": {"type": "boolean"},
        "Number": {"type": "integer", "min": 1, "max": 100},
        "Request": {
            "type": "structure",
            "members": {
                "Filters": {"shape": "Filters"},
                "From": {"shape": "Time"},
                "Flag": {"shape": "Flag"},
                "MaxResults": {"shape": "Number"},
                "NextToken": {"shape": "Text"},
            },
        },
        "Result": {"type": "structure", "members": {"Rows": {"shape": "Rows"}, "NextToken": {"shape": "Text"}}},
        "Row": {
            "type": "structure",
            "members": {"At": {"shape": "Time"}, "Data": {"shape": "Blob"}, "Times": {"shape": "Times"}, "Parts": {"shape": "Rows"}},
        },
        "Rows": {"type": "list", "member": {"shape": "Row"}},
        "Text": {"type": "string", "min": 1},
        "Texts": {"type": "list", "member": {"shape": "Text"}},
        "Throttled": {"type": "structure", "members": {"message": {"shape": "Text"}}, "exception": True},
        "Time": {"type": "timestamp"},
        "Times": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Time"}},
    },
}
_PAGES = {
    "DescribeRows": {"input_token": "NextToken", "output_token": "NextToken", "limit_key": "MaxResults", "result_key": "Rows"},
}
_AWS = _HTTP | {
    "base_url": "aws://dry-run-1",
    "aws": {"region": "dry-run-1", "models": {"dry": {"service-2": _MODEL, "paginators-1": {"pagination": _PAGES}}}},
    "source": """
from datetime import UTC, datetime
import boto3
from botocore.exceptions import ClientError

def rows(session: boto3.Session, *, limit: int) -> list[str]:
    client = session.client("dry")
    filters = [{"Name": "state", "Values": ["a", "b"]}] * 10
    found = []
    for page in client.get_paginator("describe_rows").paginate(Filters=filters, From=datetime(2026, 1, 1, tzinfo=UTC), Flag=True):
        found += [row["At"].isoformat() for row in page["Rows"]]
    try:
        client.describe_rows(MaxResults=1)
    except ClientError as error:
        found.append(error.response["Error"]["Code"])
    return found
""",
}
_AWS_TESTS = _AWS | {
    "entry": "tests",
    "tests": """
from datetime import UTC, datetime
import boto3
from botocore.stub import ANY, Stubber
from tool import rows

AT = datetime(2026, 1, 1, tzinfo=UTC)

def test_rows():
    session = boto3.Session(region_name="dry-run-1")
    client = session.client("dry")
    stubber = Stubber(client)
    stubber.add_response("describe_rows", {"Rows": [{"At": AT}]}, {"Filters": ANY, "From": ANY, "Flag": True})
    stubber.add_client_error("describe_rows", service_error_code="Throttled")
    session.client = lambda name: client
    with stubber:
        assert rows(session, limit=1) == [AT.isoformat(), "Throttled"]
    stubber.assert_no_pending_responses()
""",
}

JOBS = (
    (_HTTP, '"returned"'),
    (_HTTP_TESTS, '"name": "test_rows", "ok": true'),
    (_AWS, "Throttled"),
    (_AWS_TESTS, '"name": "test_rows", "ok": true'),
)
"""Each with what its report must say."""


class Echo:
    """Stands in for the host while the image is built."""

    @staticmethod
    def send(request: str) -> str:
        asked = json.loads(request)
        return _answer_aws(asked["body"]) if asked["url"].startswith("aws://") else _ok({"items": [asked], "total": 1})


def _answer_aws(parameters: str) -> str:
    """Two pages, and an error to what asks for no page."""
    if "MaxResults" in parameters:
        return json.dumps({"status": 400, "headers": [], "body": json.dumps({"Error": {"Code": "Throttled", "Message": "dry run"}})})
    at = "2026-01-02T03:04:05+00:00"
    row = {"At": at, "Data": "ZHJ5", "Times": {"a": at}, "Parts": [{"At": at}]}
    return _ok({"Rows": [row] * 3} if "NextToken" in parameters else {"Rows": [row], "NextToken": "2"})


def _ok(body: object) -> str:
    return json.dumps({"status": 200, "headers": [["content-type", "application/json"]], "json": body, "body": json.dumps(body)})
