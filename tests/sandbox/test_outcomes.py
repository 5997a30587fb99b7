"""Reports from inside, which code that is out to forge one may have written."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from sandbox.jobs import AwsSession, Branch, Coverage, Limits, Outcome, TestOutcome, ToolError, Usage
from sandbox.outcomes import MAX_VALUES, decode_outcome, encode_job
from sandbox.protocol import ProtocolBroken
from tests.sandbox.isolates import call_job

USAGE = {"cpu_seconds": 1.0, "wall_seconds": 2.0, "slept_seconds": 0.5, "calls": 3}
FAIR = json.dumps({"finding": None, "message": "", "usage": USAGE})


def _decode(report: str) -> Outcome:
    return decode_outcome(f"{FAIR}\n{report}")


def test_a_report_becomes_an_outcome_with_the_worker_s_usage() -> None:
    report = {
        "status": "returned",
        "value": [{"n": 1}],
        "tests": [{"name": "test_x", "ok": False, "message": "no", "line": 3}],
        "coverage": {"lines": [1, 2], "executed_lines": [1], "branches": [[1, 2, 0]], "executed_branches": []},
        "output": "a\nb",
        "usage": {"cpu_seconds": 0.0},
    }
    assert _decode(json.dumps(report)) == Outcome(
        "returned",
        value=[{"n": 1}],
        tests=(TestOutcome("test_x", False, "no", 3),),
        coverage=Coverage(frozenset({1, 2}), frozenset({1}), frozenset({Branch(1, 2, 0)}), frozenset()),
        output="a\nb",
        usage=Usage(1.0, 2.0, 0.5, 3),
    )


def test_a_stop_becomes_a_trap() -> None:
    outcome = decode_outcome(json.dumps({"finding": "F_CPU", "message": "too long", "usage": USAGE}) + "\n")
    assert (outcome.status, outcome.finding, outcome.error) == ("trapped", "F_CPU", ToolError("IsolateTrapped", "too long"))


@pytest.mark.parametrize(
    "report",
    [
        "",
        "[]",
        "{",
        '{"status": "returned", "value": NaN}',
        '{"status": "returned", "value": Infinity}',
        '{"status": "fine"}',
        '{"status": "killed"}',
        '{"status": "trapped", "finding": "F_CPU"}',
        '{"status": "raised", "finding": "F_INVENTED"}',
        '{"status": "raised", "error": "text"}',
        '{"status": "returned", "coverage": {"lines": ["x"]}}',
        '{"status": "returned", "value": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"status": "returned", "value": ' + "9" * 5000 + "}",
    ],
    ids=range(13),
)
def test_a_report_that_does_not_fit_is_a_trap_and_nothing_worse(report: str) -> None:
    outcome = _decode(report)
    assert outcome.status == "trapped"
    assert outcome.finding in ("F_VALUE", "F_TRAP")
    assert outcome.usage == Usage(1.0, 2.0, 0.5, 3)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("18446744073709551616", "64-bit"),
        ("-9223372036854775809", "64-bit"),
        ("1e999", "1e999"),
        ("-1e999", "-1e999"),
        ('"\\ud800"', "surrogates"),
        ("[" * 200 + "]" * 200, "200"),
    ],
    ids=lambda text: text[:24],
)
def test_a_value_that_the_host_cannot_keep_is_named(value: str, why: str) -> None:
    outcome = _decode(f'{{"status": "returned", "value": [{value}]}}')
    assert (outcome.status, outcome.finding) == ("trapped", "F_VALUE")
    assert outcome.error is not None
    assert why in outcome.error.message


@pytest.mark.parametrize("value", ["18446744073709551615", "-9223372036854775808", "1e308", '"\\ud83d\\ude00"', "[" * 199 + "]" * 199])
def test_the_most_that_the_host_can_keep_is_returned(value: str) -> None:
    assert _decode(f'{{"status": "returned", "value": {value}}}').value == json.loads(value)


@pytest.mark.parametrize(
    "word", ["", "{}", "null", '{"finding": "F_X", "message": "", "usage": {}}', '{"finding": null, "message": 1, "usage": {}}']
)
def test_a_worker_s_word_that_does_not_fit_breaks_the_protocol(word: str) -> None:
    with pytest.raises(ProtocolBroken):
        decode_outcome(f"{word}\n{{}}")


def test_a_job_crosses_with_its_clock_to_the_microsecond() -> None:
    job = call_job("x = 1", Limits(cpu_seconds=1.5), name="a")
    head, guest = map(json.loads, encode_job(job).split("\n"))
    assert head["started_ns"] == 1772600767_890_000_000
    assert head["limits"]["cpu_seconds"] == 1.5
    assert (guest["arguments"], guest["aws"]) == ({"name": "a"}, None)


def test_a_job_takes_its_service_models_along() -> None:
    job = replace(call_job("line one\nline two"), aws=AwsSession("eu-west-1", {"ec2": {"service-2": {"operations": {}}}}))
    _, guest = map(json.loads, encode_job(job).split("\n"))
    assert guest["aws"] == {"region": "eu-west-1", "models": {"ec2": {"service-2": {"operations": {}}}}}


def test_arguments_that_json_cannot_hold_are_the_caller_s_mistake() -> None:
    with pytest.raises(ValueError, match="JSON"):
        encode_job(call_job("", n=float("nan")))


@pytest.mark.parametrize(("count", "finding"), [(MAX_VALUES - 5, None), (MAX_VALUES, "F_VALUE")])
def test_a_report_of_more_values_than_the_host_reads_in_a_second_is_a_trap(count: int, finding: str | None) -> None:
    outcome = _decode(f'{{"status": "returned", "value": [{"1," * count}1]}}')
    assert outcome.finding == finding
