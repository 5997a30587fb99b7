"""Parameters and answers of AWS as JSON, and back to what boto3 takes and gives."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

import orjson
import pytest
from botocore.model import OperationModel
from botocore.response import StreamingBody
from botocore.session import Session

from sandbox.broker.aws_wire import answered, parameters_of, refused, utc
from sandbox.broker.wire import TransportFailure


@lru_cache
def _model(service: str, operation: str) -> OperationModel:
    return Session().get_service_model(service).operation_model(operation)


def test_parameters_arrive_as_they_were_written() -> None:
    parameters = {"StartTime": "2026-01-31T10:00:00+00:00", "MetricDataQueries": [{"Id": "m0"}]}

    assert parameters_of(_model("cloudwatch", "GetMetricData"), orjson.dumps(parameters)) == parameters
    assert parameters_of(_model("ec2", "DescribeInstances"), None) == {}


def test_bytes_in_parameters_are_bytes_again_wherever_the_model_has_them() -> None:
    content = orjson.dumps({"TableName": "t", "Key": {"id": {"B": "AP8="}, "of": {"L": [{"B": "AQ=="}, {"S": "AQ=="}]}}})

    assert parameters_of(_model("dynamodb", "GetItem"), content)["Key"] == {
        "id": {"B": b"\0\xff"},
        "of": {"L": [{"B": b"\1"}, {"S": "AQ=="}]},
    }


def test_an_answer_has_its_times_as_isoformat_and_its_bytes_in_base64() -> None:
    launched = datetime(2026, 1, 31, 10, 0, 0, 5000, UTC)
    metadata = {"RequestId": "r-1", "HTTPStatusCode": 200, "RetryAttempts": 1, "HTTPHeaders": {"date": "x"}}

    response = answered({"LaunchTime": launched, "Blob": b"\0\xff", "Ratio": 0.5, "ResponseMetadata": metadata})

    assert orjson.loads(response.body) == {
        "LaunchTime": launched.isoformat(), "Blob": "AP8=", "Ratio": 0.5,
        "ResponseMetadata": {"RequestId": "r-1", "HTTPStatusCode": 200, "RetryAttempts": 1},
    }  # fmt: skip
    assert (response.status, response.headers, response.attempts) == (200, (("content-type", "application/json"),), 2)


@pytest.mark.parametrize("value", [StreamingBody(io.BytesIO(b"x"), 1), 2**64])
def test_what_can_t_be_searched_or_written_is_no_answer(value: object) -> None:
    with pytest.raises(TransportFailure, match="can't be given to a tool"):
        answered({"Body": value})


@pytest.mark.parametrize(("status", "seen"), [(403, 403), (503, 503), (300, 300), (299, 300), (200, 300)])
def test_an_error_keeps_its_code_its_message_and_never_looks_like_an_answer(status: int, seen: int) -> None:
    said = {"Code": "UnauthorizedOperation", "Message": "No.", "Type": "Sender"}

    response = refused({"Error": said, "ResponseMetadata": {"HTTPStatusCode": status, "RetryAttempts": 2}})

    assert (response.status, response.attempts) == (seen, 3)
    assert orjson.loads(response.body)["Error"] == {"Code": "UnauthorizedOperation", "Message": "No."}


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("2026-01-31T10:00:00.000Z", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ("2026-01-31T10:00:00.250Z", datetime(2026, 1, 31, 10, 0, 0, 250000, UTC)),
        ("2026-01-31T18:00:00+08:00", datetime(2026, 1, 31, 10, tzinfo=timezone(timedelta(0)))),
        ("2026-01-31T10:00:00", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ("Sat, 31 Jan 2026 10:00:00 GMT", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        (1769853600, datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ("1769853600", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        (1769853600.5, datetime(2026, 1, 31, 10, 0, 0, 500000, UTC)),
    ],
)
def test_a_time_is_in_utc_however_a_service_writes_it(text: str | float, parsed: datetime) -> None:
    assert utc(text) == parsed
    assert utc(text).utcoffset() == timedelta(0)
