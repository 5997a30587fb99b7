"""What an operator says of AWS, as a source."""

from __future__ import annotations

from typing import Any

import pytest

from opswright.aws_sourcing import access_of, is_aws, prospect_aws, spec_url
from schemas.credential import Bearer
from schemas.errors import Denied, Misconfigured
from schemas.source import AwsAccess, Source

ROLE = "arn:aws:iam::123456789012:role/ops/read-only"


def access(url: str = "aws", **said: Any) -> AwsAccess | None:
    return access_of(url, **{"regions": ["us-east-1"], "services": [], "profile": "", "role_arn": "", "endpoint_url": "", **said})


def prospected(url: str = "botocore:ec2", **said: Any) -> Source:
    return prospect_aws(url, AwsAccess(**{"regions": ("us-east-1",), **said}))


@pytest.mark.parametrize(
    ("url", "yes"), [("aws", True), ("botocore:*", True), (" botocore:", True), ("https://aws", False), ("aws.yaml", False)]
)
def test_an_address_of_aws_is_known(url: str, yes: bool) -> None:
    assert is_aws(url) is yes


@pytest.mark.parametrize(
    ("url", "services", "address"),
    [
        ("aws", [], "botocore:"),
        ("aws", ["ec2", "rds"], "botocore:ec2,rds"),
        ("aws", ["*"], "botocore:*"),
        ("botocore:ec2", [], "botocore:ec2"),
        ("botocore:ec2", ["rds"], "botocore:ec2,rds"),
    ],
)
def test_services_narrow_the_address(url: str, services: list[str], address: str) -> None:
    assert spec_url(url, services) == address


def test_what_is_said_of_aws_is_its_access() -> None:
    assert access(
        regions=["us-east-1", "eu-west-1", "us-east-1"], profile="prod", role_arn=ROLE, endpoint_url="http://a:5000/"
    ) == AwsAccess(regions=("us-east-1", "eu-west-1"), profile="prod", role_arn=ROLE, endpoint_url="http://a:5000")


def test_aws_without_a_region_is_refused() -> None:
    with pytest.raises(Misconfigured, match=r"in which regions .* opswright sources add aws --region eu-west-1"):
        access(regions=[])


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ({}, "--region can"),
        ({"regions": [], "profile": "prod"}, "--profile can"),
        ({"regions": [], "services": ["ec2"], "role_arn": ROLE, "endpoint_url": "http://a"}, "--service and --role and --endpoint can"),
    ],
)
def test_what_is_only_awss_is_refused_elsewhere(said: dict[str, Any], options: str) -> None:
    with pytest.raises(Misconfigured, match=f"{options} be said of AWS only"):
        access("https://api.example/openapi.json", **said)
    assert access("https://api.example/openapi.json", regions=[]) is None


def test_aws_as_a_source() -> None:
    source = prospected(role_arn=ROLE, endpoint_url="http://127.0.0.1:5000")
    assert (source.name, source.title, source.at("us-east-1").base_url) == ("aws", "Amazon Web Services", "aws://us-east-1")
    assert (source.spec_url, source.places) == ("botocore:ec2", ("us-east-1",))
    assert prospect_aws("botocore:", AwsAccess(regions=("cn-north-1",)), name="china").name == "china"


BAD = [
    ({"regions": ("us-east-1", "us-est-1")}, Misconfigured, r"no region 'us-est-1'\. The nearest: .*us-east-1"),
    ({"regions": ("%",)}, Misconfigured, "Regions have names such as"),
    ({"role_arn": "read-only"}, Misconfigured, "'read-only' is no ARN of a role"),
    ({"role_arn": f"{ROLE}\n"}, Misconfigured, "no ARN of a role"),
    ({"endpoint_url": "moto"}, Misconfigured, "not on HTTP"),
    ({"endpoint_url": "http://a/path"}, Misconfigured, "more than an address"),
    ({"endpoint_url": "http://me:s3cr3t@a"}, Misconfigured, "more than an address"),
    ({"endpoint_url": "http://169.254.169.254"}, Denied, "keep their credentials.*--endpoint"),
    ({"endpoint_url": "http://0xa9fea9fe:80"}, Denied, "keep their credentials"),
    ({"endpoint_url": "http://[fd00:ec2::254]"}, Denied, "keep their credentials"),
]


@pytest.mark.parametrize(("said", "error", "message"), BAD)
def test_what_can_not_be_is_refused_with_the_way_out(said: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message) as raised:
        prospected(**said)
    assert "s3cr3t" not in str(raised.value)


def test_an_unknown_service_is_refused_with_the_nearest() -> None:
    with pytest.raises(Misconfigured, match=r"no AWS service 'ec3'\. The nearest: .*ec2"):
        prospected("botocore:ec3")


@pytest.mark.parametrize("said", [{"base_url": "https://a"}, {"credential": Bearer(secret="env:X")}])
def test_aws_has_no_base_url_and_no_bearer_token(said: dict[str, Any]) -> None:
    with pytest.raises(Misconfigured, match="neither a base URL nor a bearer token"):
        prospect_aws("botocore:", AwsAccess(regions=("us-east-1",)), **said)
