"""What is read off the record of a run."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from schemas.run import CallRecord, Setup, Transcript


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


def test_arguments_come_back_with_their_types() -> None:
    arguments = {"text": "5", "count": 5, "percent": 5.0, "is_on": True}
    setup = Setup(
        tool="hosts@1", function="hosts", code="0", arguments=arguments, slices={}, seed=0, cpu_seconds=1, wall_seconds=2,
        memory_bytes=3, output_bytes=4, image="0",
    )  # fmt: skip
    kept = Setup.model_validate_json(setup.model_dump_json()).arguments
    assert {name: (type(value), value) for name, value in kept.items()} == {name: (type(value), value) for name, value in arguments.items()}


def test_calls_are_found_by_their_place() -> None:
    calls = (call(1, "us-east-1", 20.0), call(2, "eu-west-1", 30.0), call(3, "us-east-1", 10.0))
    transcript = Transcript(started_at=datetime(2026, 3, 14, tzinfo=UTC), calls=calls)
    assert transcript.calls_of("us-east-1") == (calls[0], calls[2])
