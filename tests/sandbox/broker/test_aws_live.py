"""Calling AWS for real: as whom, how often, to checked addresses only, and what it means when there is no answer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from eval.cloud.access import NOBODY
from eval.cloud.faults import Fault
from eval.servers import Cloud
from sandbox.broker.aws_account import ATTEMPTS
from sandbox.broker.aws_live import AwsTransport
from sandbox.broker.broker import Broker
from sandbox.broker.budget import Budget
from sandbox.broker.denials import BudgetSpent, ForbiddenTarget, UndeclaredShape
from sandbox.broker.grant import Grant
from sandbox.broker.pool import Patience
from sandbox.broker.target import Lookup
from sandbox.broker.wire import TransportFailure, WireResponse
from schemas.errors import Misconfigured
from schemas.source import AwsAccess
from tests.clouds import client, failing
from tests.sandbox.broker.cloud import ALL, DESCRIBE_INSTANCES, REGION, aws, call
from tests.sandbox.broker.loopback import Script, answer, dripping, raw, serving, silent

KEY = {"aws_access_key_id": "AKIAQQQQQQQQQQQQQQQQ", "aws_secret_access_key": "s3cr3t/s3cr3t+s3cr3t/s3cr3t+s3cr3t"}

ROLE = "arn:aws:iam::123456789012:role/reader"


def _here(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


@pytest.fixture
def signed_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An AWS configuration with one profile, `ops`; the returned file may be written anew."""
    file = tmp_path / "config"
    file.write_text("[profile ops]\n" + "".join(f"{name} = {value}\n" for name, value in KEY.items()))
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return file


@pytest.fixture
def cloudy(cloud: Cloud) -> Iterator[Cloud]:
    with cloud.known_to_the_sdk():
        yield cloud


def _transport(endpoint_url: str, patience: Patience | None = None, lookup: Lookup = _here, **access: Any) -> AwsTransport:
    said = AwsAccess(**{"regions": (REGION,), "profile": "ops", "endpoint_url": endpoint_url} | access)
    return AwsTransport(aws(said), patience, lookup=lookup)


def _body(response: WireResponse) -> Any:
    return orjson.loads(response.body)


# Against a cloud with IAM in force


def test_an_answer_is_what_plain_boto3_gives(cloudy: Cloud) -> None:
    with AwsTransport(aws(cloudy.access())) as transport:
        response = transport.send(call(parameters={"MaxResults": 5}, region="eu-west-1"))
    expected = client(cloudy, "ec2", "eu-west-1").describe_instances(MaxResults=5)

    def ids(said: Any) -> list[tuple[str, str]]:
        return [(i["InstanceId"], str(i["LaunchTime"])[:10]) for r in said["Reservations"] for i in r["Instances"]]

    assert ids(_body(response)) == ids(expected)
    assert _body(response)["NextToken"] == expected["NextToken"]
    assert set(_body(response)["ResponseMetadata"]) == {"RequestId", "HTTPStatusCode", "RetryAttempts"}
    assert (response.status, response.attempts) == (200, 1)


def test_what_the_identity_may_not_do_is_an_error_response(cloudy: Cloud) -> None:
    with AwsTransport(aws(cloudy.access(NOBODY))) as transport:
        response = transport.send(call())

    assert response.status == 403
    assert _body(response)["Error"]["Code"] == "AccessDenied"
    assert response.attempts == 1


@pytest.mark.parametrize(("times", "status", "attempts"), [(ATTEMPTS - 1, 200, ATTEMPTS), (ATTEMPTS, 503, ATTEMPTS)])
def test_a_busy_service_is_asked_again_so_often_and_no_more(cloudy: Cloud, times: int, status: int, attempts: int) -> None:
    fault = Fault(region="eu-west-1", service="ec2", status=503, code="RequestLimitExceeded", times=times)
    with failing(cloudy, fault), AwsTransport(aws(cloudy.access())) as transport:
        response = transport.send(call(region="eu-west-1"))
        elsewhere = transport.send(call(region=REGION, parameters={"MaxResults": 5}))

    assert (response.status, response.attempts) == (status, attempts)
    assert elsewhere.status == 200


def test_each_attempt_is_one_of_the_runs_requests(cloudy: Cloud) -> None:
    fault = Fault(region=REGION, service="ec2", status=503, code="RequestLimitExceeded", times=2)
    grant = Grant(aws().at(REGION), (DESCRIBE_INSTANCES,), tuple(piece.operation for piece in ALL))
    for requests, is_enough in ((2, False), (3, True)):
        with failing(cloudy, fault), AwsTransport(aws(cloudy.access())) as transport:
            made = Broker(grant, transport, budget=Budget(requests=requests), authenticate=transport.authenticate)
            if is_enough:
                assert made.exchange(call(parameters={"MaxResults": 5})).status == 200
            else:
                with pytest.raises(BudgetSpent):
                    made.exchange(call(parameters={"MaxResults": 5}))


def test_a_role_that_may_not_be_assumed_is_the_operator_s_to_mend(cloudy: Cloud) -> None:
    access = cloudy.access().model_copy(update={"role_arn": ROLE})
    with AwsTransport(aws(access)) as transport, pytest.raises(Misconfigured) as error:
        transport.authenticate(call())

    for part in (ROLE, "profile 'opswright-demo'", "'AccessDenied'", "--role"):
        assert part in str(error.value)


# As whom


def test_the_secrets_that_sign_are_told_and_shown_nowhere(signed_in: Path) -> None:
    with _transport("http://aws.test") as transport:
        signed = transport.authenticate(call())

    assert signed.secrets == (KEY["aws_secret_access_key"],)
    assert "s3cr3t" not in repr(signed)


@pytest.mark.parametrize(
    ("configuration", "parts"),
    [
        ("", ("profile 'ops'", "does not have", "aws configure --profile ops")),
        ("[profile ops]\nregion = us-east-1\n", ("no AWS credentials as profile 'ops'", "aws sso login --profile ops")),
        ("[profile ops]\naws_access_key_id = AKIAQQQQQQQQQQQQQQQQ\n", ("no AWS credentials as profile 'ops'",)),
        ("[profile ops]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = gone\n", ("AWS configuration can't be used", "gone")),
        ("[profile ops]\nsso_session = x\nsso_account_id = 1\nsso_role_name = y\n[sso-session x]\nsso_region = us-east-1\n"
         "sso_start_url = https://x.test\n", ("no AWS credentials", "aws sso login --profile ops")),
        ("[profile ops\n", ("AWS configuration can't be used",)),
        ("[profile ops]\ncredential_process = /bin/false s3cr3t\n", ("no AWS credentials", "CredentialRetrievalError")),
    ],
)  # fmt: skip
def test_missing_credentials_are_named_with_the_way_in(signed_in: Path, configuration: str, parts: tuple[str, ...]) -> None:
    signed_in.write_text(configuration)

    with _transport("http://aws.test") as transport, pytest.raises(Misconfigured) as error:
        transport.authenticate(call())

    for part in parts:
        assert part in str(error.value)
    assert "s3cr3t" not in str(error.value)


def test_a_role_is_assumed_once_for_all_regions_and_its_secrets_are_known(signed_in: Path) -> None:
    said = (
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAQQQQQQQQQQQQQQQQ</AccessKeyId><SecretAccessKey>its-secret"
        "</SecretAccessKey><SessionToken>its-token</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials>"
        "</AssumeRoleResult></AssumeRoleResponse>"
    )
    with serving(answer(said.encode())) as server, _transport(server.base_url, role_arn=ROLE) as transport:
        secrets = [transport.authenticate(call(region=region)).secrets for region in (REGION, "eu-west-1")]

    assert secrets == [("its-secret", "its-token")] * 2
    assert len(server.requests) == 1
    assert b"AKIAQQQQQQQQQQQQQQQQ" in server.requests[0]


# Where to, and for how long


def test_what_arrives_is_signed_for_its_region_and_says_who_asks(signed_in: Path) -> None:
    with serving(answer(b"<DescribeInstancesResponse/>")) as server, _transport(server.base_url) as transport:
        transport.send(call(parameters={"MaxResults": 5}))

    head, _, body = server.requests[0].decode().partition("\r\n\r\n")
    assert f"/{REGION}/ec2/aws4_request" in head
    assert "opswright" in head.lower()
    assert f"host: estate.test:{server.port}" in head.lower()
    assert "Action=DescribeInstances" in body
    assert "MaxResults=5" in body


@pytest.mark.parametrize("address", ["169.254.169.254", "fd00:ec2::254", "::ffff:169.254.169.254"])
def test_where_machines_keep_their_credentials_nobody_goes(signed_in: Path, address: str) -> None:
    with _transport("http://aws.test", lookup=lambda host, port: [address]) as transport, pytest.raises(ForbiddenTarget):
        transport.send(call())


def test_the_environment_s_proxy_is_not_used(signed_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving(answer(b"<DescribeInstancesResponse/>")) as server, _transport(server.base_url) as transport:
        assert transport.send(call()).status == 200


def test_a_refused_connection_is_a_failure_after_all_attempts(signed_in: Path) -> None:
    asked: list[str] = []

    def lookup(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with _transport("http://aws.test:9", lookup=lookup) as transport, pytest.raises(TransportFailure) as failure:
        transport.send(call())

    assert (failure.value.kind, len(asked)) == ("connect", ATTEMPTS)
    assert f"{REGION}: aws at aws.test:9 can't be reached" in str(failure.value)


@pytest.mark.parametrize(
    ("script", "patience", "kind"),
    [
        (raw(b""), Patience(), "protocol"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n<Describe"), Patience(), "protocol"),
        (silent, Patience(seconds=0.2), "timeout"),
        (dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"), Patience(seconds=0.2), "timeout"),
        (answer(b"no XML"), Patience(), "protocol"),
    ],
)
def test_an_answer_that_never_comes_or_can_t_be_used_is_a_failure(signed_in: Path, script: Script, patience: Patience, kind: str) -> None:
    with serving(script) as server, _transport(server.base_url, patience) as transport, pytest.raises(TransportFailure) as failure:
        transport.send(call())

    assert failure.value.kind == kind


@pytest.mark.parametrize(("header", "seconds"), [("X-Other: 1", 1.9), ("x-amz-retry-after: 100", 6.9)])
def test_a_call_is_not_sent_again_where_the_pause_could_outlast_the_run(signed_in: Path, header: str, seconds: float) -> None:
    body = b"<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>slow</Message></Error></Errors></Response>"
    with serving(answer(body, header, status="503 Busy")) as server, _transport(server.base_url) as transport:
        response = transport.send(replace(call(), ends=time.monotonic() + seconds))

    assert (response.status, response.attempts, len(server.requests)) == (503, 1, 1)


def test_no_answer_is_waited_for_when_the_run_is_over(signed_in: Path) -> None:
    with serving(silent) as server, _transport(server.base_url) as transport, pytest.raises(TransportFailure) as failure:
        transport.send(replace(call(), ends=time.monotonic() + 0.2))

    assert failure.value.kind == "timeout"


@pytest.mark.parametrize(("size", "is_delivered"), [(1000, True), (1001, False)])
def test_a_response_is_read_up_to_its_limit(signed_in: Path, size: int, is_delivered: bool) -> None:
    body = b"<DescribeInstancesResponse/>".ljust(size)
    with serving(answer(body)) as server, _transport(server.base_url, Patience(response_bytes=1000)) as transport:
        if is_delivered:
            assert transport.send(call()).status == 200
        else:
            with pytest.raises(BudgetSpent):
                transport.send(call())
    assert len(server.requests) == 1


def test_what_botocore_objects_to_is_not_sent(signed_in: Path) -> None:
    with serving(answer()) as server, _transport(server.base_url) as transport:
        with pytest.raises(UndeclaredShape, match=r"ec2:DescribeInstances: .*Tenancy"):
            transport.send(call(parameters={"Tenancy": "x"}))
        for unknown in ("ec2/DescribeTheWeather", "weather/Describe"):
            with pytest.raises(Misconfigured, match="does not know"):
                transport.send(call(unknown))

    assert server.requests == []


def test_a_secret_that_comes_back_is_hidden(signed_in: Path) -> None:
    secret = KEY["aws_secret_access_key"]
    body = f"<DescribeInstancesResponse><requestId>{secret}</requestId><nextToken>{secret}</nextToken></DescribeInstancesResponse>"
    grant = Grant(aws().at(REGION), (DESCRIBE_INSTANCES,), tuple(piece.operation for piece in ALL))
    with serving(answer(body.encode())) as server, _transport(server.base_url) as transport:
        delivered = Broker(grant, transport, authenticate=transport.authenticate).exchange(call())

    assert secret not in delivered.body.decode()
