"""What a run that failed is told to do next."""

from __future__ import annotations

from typing import Any

import pytest

from agents.failures import failures, reason
from agents.live import LiveRun, PlaceRun
from agents.speech.voice import Voice
from sandbox.jobs import FindingCode, Outcome, ToolError
from schemas.answer import Language
from schemas.errors import BackendUnavailable, CandidateRejected, Denied, LimitExceeded, Misconfigured, OpswrightError, TimedOut
from schemas.run import CallRecord
from schemas.source import AwsAccess, Source
from tests.agents.regions import EU, INSTANCES, US, call, instances, transcript

AWS = Source(name="aws", spec_url="botocore:ec2", base_url="aws://", aws=AwsAccess(regions=(US, EU), profile="ops"))
ESTATE = Source(name="estate", spec_url="http://estate.test", base_url="http://estate.test")
RAISED = Outcome("raised", error=ToolError("ValueError", "odd", line=7))


def refused(code: str, status: int = 403, message: str = "") -> CallRecord:
    return call(EU, INSTANCES, {"Error": {"Code": code, "Message": message}}, status=status)


def record(**said: Any) -> CallRecord:
    return CallRecord(number=1, source="estate", operation="estate:list_hosts", method="GET", url="http://estate.test/hosts", **said)


def error_of(*calls: CallRecord, outcome: Outcome = RAISED, source: Source = AWS, language: Language = "en") -> OpswrightError:
    run = PlaceRun(calls[0].place if calls else "", outcome, calls)
    [error] = failures("r1", "busy@1", LiveRun((run,), transcript(*calls)), source, Voice(language)).values()
    return error


def test_only_the_places_that_failed_have_an_error() -> None:
    runs = (
        PlaceRun(US, Outcome("returned", value=[]), (call(US, INSTANCES, instances()),)),
        PlaceRun(EU, RAISED, (refused("AccessDenied"),)),
    )
    assert list(failures("r1", "busy@1", LiveRun(runs, transcript()), AWS, Voice())) == [EU]


@pytest.mark.parametrize("code", ["UnauthorizedOperation", "AccessDenied", "AccessDeniedException", "403"])
def test_an_action_that_is_not_allowed_is_named_with_its_region(code: str) -> None:
    error = error_of(refused(code, message="You are not authorized: arn:aws:iam::123456789012:user/x"))
    assert type(error) is Denied
    assert str(error).startswith(f"AWS does not allow ec2:DescribeInstances in eu-west-1 ({code}). Allow the action ec2:DescribeInstances")
    assert "123456789012" not in str(error)


def test_what_is_said_of_aws_is_said_in_the_questions_language() -> None:
    assert str(error_of(refused("AccessDenied"), language="zh-Hans")).startswith("AWS 不允许在 eu-west-1 调用 ec2:DescribeInstances")


@pytest.mark.parametrize("code", ["ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId", "AuthFailure"])
@pytest.mark.parametrize("status", [400, 401, 403])
def test_credentials_that_are_over_are_told_from_what_is_not_allowed(code: str, status: int) -> None:
    error = error_of(refused(code, status))
    assert type(error) is Denied
    assert "credentials" in error.message
    assert "aws sso login --profile ops" in error.hint


@pytest.mark.parametrize(("code", "status"), [("RequestLimitExceeded", 503), ("ThrottlingException", 400), ("InternalError", 500)])
def test_a_busy_aws_is_to_be_asked_later(code: str, status: int) -> None:
    error = error_of(refused(code, status, "Rate exceeded"))
    assert type(error) is BackendUnavailable
    for part in ("ec2:DescribeInstances", EU, code, "'Rate exceeded'", "opswright runs resume r1"):
        assert part in str(error)


def test_beside_an_answer_only_what_can_be_mended_has_a_hint() -> None:
    assert "resume" not in reason(error_of(refused("RequestLimitExceeded", 503)))
    assert "Allow the action" in reason(error_of(refused("AccessDenied")))


def test_a_body_that_is_no_error_has_no_code() -> None:
    assert "Unknown" in str(error_of(call(EU, INSTANCES, [], status=500)))


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"refusal": "E_DENIED_SHAPE: list_hosts: wrong"}, Denied),
        ({"refusal": "E_LIMIT_BUDGET: the run has made all of its requests"}, LimitExceeded),
        ({"refusal": "E_CONFIG: aws has no AWS credentials as profile 'ops'"}, Misconfigured),
        ({"failure": "estate can't be reached"}, BackendUnavailable),
        ({"status": 401}, Denied),
        ({"status": 500}, BackendUnavailable),
        ({"status": 200}, CandidateRejected),
    ],
)
def test_the_call_that_went_wrong_says_what_kind_of_failure_it_is(said: dict[str, Any], kind: type[OpswrightError]) -> None:
    assert type(error_of(record(**said), source=ESTATE)) is kind


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        ("E_CONFIG: the secret env:A is not there.", "the secret env:A is not there."),
        ("E_LIMIT_BUDGET: all requests are made", "E_LIMIT_BUDGET: all requests are made"),
        ("E_DENIED_SHAPE: list_hosts: wrong", "E_DENIED_SHAPE: list_hosts: wrong"),
    ],
)
def test_a_code_that_the_error_has_itself_is_not_said_twice(refusal: str, said: str) -> None:
    _, _, what = error_of(record(refusal=refusal), source=ESTATE).message.partition(": ")
    assert what == said


@pytest.mark.parametrize(("finding", "kind"), [("F_WALL", TimedOut), ("F_MEMORY", LimitExceeded)])
def test_a_tool_that_was_stopped_hit_a_limit(finding: FindingCode, kind: type[OpswrightError]) -> None:
    assert type(error_of(outcome=Outcome("trapped", finding=finding))) is kind
