"""What an asker is told when AWS, or the way to it, does not play along."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.cloud.access import NOBODY
from eval.cloud.faults import Fault
from eval.cloud.fleet import REGIONS
from eval.servers import Cloud
from opswright.settings import Settings
from opswright.wiring import Runtime
from schemas.answer import Answer
from schemas.errors import OpswrightError
from schemas.source import AwsAccess
from tests.clouds import failing
from tests.opswright.conftest import CACHE

QUESTION = "count running instances by type"
BUSY = "list EC2 instances with CPU > 80%"


def answer_to(wired: Runtime, question: str = QUESTION) -> Answer:
    answer = wired.ask(question, on_step=lambda _: None).answer
    assert answer is not None
    return answer


def refusal_of(wired: Runtime) -> tuple[str, str]:
    """The code that an ask ended with, and all that was said."""
    with pytest.raises(OpswrightError) as refused:
        answer_to(wired)
    return refused.value.code, f"{refused.value} {refused.value.hint}"


def counted(answer: Answer) -> int:
    return sum(int(str(row[1])) for row in answer.rows)


@pytest.fixture(scope="module")
def whole(clouded: Runtime) -> Answer:
    """The answer while all is well; its tool serves the tests after it."""
    return answer_to(clouded)


def everywhere(status: int, code: str, message: str = "", *, service: str = "ec2") -> list[Fault]:
    return [Fault(region=region, service=service, status=status, code=code, message=message) for region in REGIONS]


@pytest.mark.parametrize("code", ["UnauthorizedOperation", "AccessDenied"])
def test_a_region_that_refuses_makes_the_answer_partial_and_says_what_to_allow(
    clouded: Runtime, cloud: Cloud, whole: Answer, code: str
) -> None:
    with failing(cloud, everywhere(403, code)[1]):
        answer = answer_to(clouded)
    assert not answer.completeness.complete
    assert 0 < counted(answer) < counted(whole)
    gaps = " ".join(answer.completeness.gaps)
    for word in ("eu-west-1", code, "ec2:DescribeInstances"):
        assert word in gaps
    assert "us-east-1" not in gaps


def test_metrics_that_are_refused_in_one_region_leave_the_other_s_rows(clouded: Runtime, cloud: Cloud) -> None:
    everything = answer_to(clouded, BUSY)
    with failing(cloud, everywhere(403, "AccessDenied", service="monitoring")[1]):
        answer = answer_to(clouded, BUSY)
    at = answer.columns.index("region")
    assert answer.rows == tuple(row for row in everything.rows if row[at] == "us-east-1")
    gaps = " ".join(answer.completeness.gaps)
    assert "eu-west-1" in gaps
    assert "cloudwatch:GetMetricData" in gaps


def test_a_refusal_everywhere_fails_the_run_and_names_the_action(clouded: Runtime, cloud: Cloud, whole: Answer) -> None:
    assert whole.tool
    with failing(cloud, *everywhere(403, "UnauthorizedOperation", "You are not authorized to perform this operation.")):
        code, said = refusal_of(clouded)
    assert (code, "ec2:DescribeInstances" in said) == ("E_DENIED", True)


@pytest.mark.parametrize("code", ["RequestExpired", "ExpiredToken", "ExpiredTokenException", "AuthFailure"])
def test_credentials_that_are_over_are_said_to_be(clouded: Runtime, cloud: Cloud, whole: Answer, code: str) -> None:
    assert whole.tool
    with failing(cloud, *everywhere(403, code)):
        _, said = refusal_of(clouded)
    assert "credentials" in said
    assert "opswright-demo" in said


def test_a_throttle_that_passes_is_not_noticed(clouded: Runtime, cloud: Cloud, whole: Answer) -> None:
    once = [fault.model_copy(update={"times": 1}) for fault in everywhere(503, "RequestLimitExceeded")]
    with failing(cloud, *once):
        answer = answer_to(clouded)
    assert answer.completeness.complete
    assert answer.rows == whole.rows


def test_a_throttle_that_stays_in_one_region_is_a_gap(clouded: Runtime, cloud: Cloud, whole: Answer) -> None:
    with failing(cloud, everywhere(503, "RequestLimitExceeded")[0]):
        answer = answer_to(clouded)
    assert 0 < counted(answer) < counted(whole)
    gaps = " ".join(answer.completeness.gaps)
    assert "us-east-1" in gaps
    assert "RequestLimitExceeded" in gaps


@pytest.fixture
def unasked(settings: Settings, cloud: Cloud) -> Iterator[Runtime]:
    """A runtime without sources, in a process that knows the cloud's profiles."""
    with cloud.known_to_the_sdk(), Runtime(settings) as wired:
        yield wired


def test_a_profile_without_rights_is_told_what_it_lacks(unasked: Runtime, cloud: Cloud) -> None:
    unasked.connect("botocore:ec2", name="aws", aws=cloud.access(NOBODY))
    code, said = refusal_of(unasked)
    assert (code, "ec2:DescribeInstances" in said) == ("E_DENIED", True)


def test_a_profile_that_is_not_configured_is_named(unasked: Runtime, cloud: Cloud) -> None:
    unasked.connect("botocore:ec2", name="aws", aws=cloud.access("no-such-profile"))
    code, said = refusal_of(unasked)
    assert (code, "no-such-profile" in said) == ("E_CONFIG", True)


def test_an_endpoint_where_nobody_listens_is_named(unasked: Runtime, cloud: Cloud) -> None:
    nobody = AwsAccess(regions=("us-east-1",), profile=cloud.access().profile, endpoint_url="http://127.0.0.1:1")
    unasked.connect("botocore:ec2", name="aws", aws=nobody)
    code, said = refusal_of(unasked)
    assert (code, "us-east-1" in said) == ("E_BACKEND", True)


def test_one_region_needs_no_column_for_it(tmp_path: Path, cloud: Cloud) -> None:
    access = cloud.access().model_copy(update={"regions": ("eu-west-1",)})
    with cloud.known_to_the_sdk(), Runtime(Settings(home=tmp_path / "home", library=tmp_path / "library", cache=CACHE)) as wired:
        wired.connect("botocore:ec2,cloudwatch", name="aws", aws=access)
        answer = answer_to(wired, BUSY)
    assert "region" not in answer.columns
    assert len(answer.rows) == 3
