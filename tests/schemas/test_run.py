"""What is read off the record of a run."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas.run import CallRecord, Transcript


def call(number: int, place: str, milliseconds: float) -> CallRecord:
    return CallRecord(
        number=number,
        source="aws",
        place=place,
        operation="aws:ec2.DescribeInstances",
        method="POST",
        url=f"aws://{place}/ec2/DescribeInstances",
        milliseconds=milliseconds,
        status=200,
    )


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ([], 0.0),
        ([call(1, "", 20.0), call(2, "", 30.0)], 50.0),
        ([call(1, "us-east-1", 20.0), call(2, "us-east-1", 30.0), call(3, "eu-west-1", 45.0)], 50.0),
    ],
    ids=["no call", "one place", "two places side by side"],
)
def test_the_backend_s_time_is_that_of_the_slowest_place(calls: list[CallRecord], expected: float) -> None:
    assert Transcript(started_at=datetime(2026, 3, 14, tzinfo=UTC), calls=tuple(calls)).backend_milliseconds == expected
