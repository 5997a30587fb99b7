"""A run stays in its region, however the address is spelt, and calls what it was granted, in the shape that is declared."""

from __future__ import annotations

import pytest

from sandbox.broker.broker import Broker
from sandbox.broker.connection import Connection
from sandbox.broker.denials import ForeignAddress, NotARead, NotGranted, UndeclaredShape, UnknownOperation
from sandbox.broker.grant import Grant
from sandbox.broker.region import Region, connection_of, named
from sandbox.broker.wire import WireRequest
from schemas.errors import Denied, Misconfigured
from schemas.source import Source
from tests.sandbox.broker.cloud import ALL, DESCRIBE_INSTANCES, aws, call
from tests.sandbox.broker.estate import SOURCE, Wire, response

_HERE = Region.of(aws().at("us-east-1"))


def _broker(wire: Wire) -> Broker:
    return Broker(Grant(aws().at("us-east-1"), (DESCRIBE_INSTANCES,), tuple(piece.operation for piece in ALL)), wire)


def test_a_source_of_aws_is_a_region_and_another_is_a_base_url() -> None:
    assert connection_of(aws().at("eu-west-1")) == Region("aws", "eu-west-1")
    assert isinstance(connection_of(SOURCE), Connection)


@pytest.mark.parametrize(
    "base_url", ["aws://", "aws://us-east-1/", "aws://us-east-1/ec2", "aws://US-EAST-1", "aws://u", "aws://us-east-1?x", "http://x"]
)
def test_a_source_that_is_bound_to_no_region_can_t_be_called(base_url: str) -> None:
    with pytest.raises(Misconfigured, match="bound to no AWS region"):
        Region.of(Source(name="aws", spec_url="botocore:ec2", base_url=base_url))


def test_an_address_names_service_and_operation() -> None:
    location = _HERE.locate("aws://us-east-1/ec2/DescribeInstances")

    assert (location.segments, location.query) == (("ec2", "DescribeInstances"), "")
    assert _HERE.address(location.segments, location.query) == "aws://us-east-1/ec2/DescribeInstances"
    assert named("aws://us-east-1/ec2/DescribeInstances") == ("us-east-1", "ec2", "DescribeInstances")


@pytest.mark.parametrize(
    "url",
    [
        "aws://eu-west-1/ec2/DescribeInstances",
        "aws://us-east-1.evil.test/ec2/DescribeInstances",
        "aws://us-east-1@evil.test/ec2/DescribeInstances",
        "AWS://us-east-1/ec2/DescribeInstances",
        "aws://us-east-1/ec2/DescribeInstances/",
        "aws://us-east-1//DescribeInstances",
        "aws://us-east-1/ec2/DescribeInstances?Action=TerminateInstances",
        "aws://us-east-1/ec2/DescribeInstances#x",
        "aws://us-east-1/ec2/%44escribeInstances",
        "aws://us-east-1/ec2/../ec2/DescribeInstances",
        "aws://us-east-1/ec2/DescribeInstances\n",
        "aws://us-east-1/ec2/Describe\u0130nstances",
        "aws://us-east-1/ec2/" + "D" * 300,
        "https://ec2.us-east-1.amazonaws.com/?Action=DescribeInstances",
        "http://169.254.169.254/latest/meta-data/",
        "",
    ],
)
def test_any_other_region_or_spelling_is_foreign(url: str) -> None:
    with pytest.raises(ForeignAddress, match="bound to aws in us-east-1"):
        _HERE.locate(url)


def test_a_call_goes_out_as_it_was_judged_and_is_on_record() -> None:
    wire = Wire(response({"Reservations": []}))
    made = _broker(wire)

    made.exchange(call(content=b'{"InstanceIds": ["i-1"], "MaxResults": 5, "MaxResults": 7}'))

    assert wire.sent[0].url == "aws://us-east-1/ec2/DescribeInstances"
    assert wire.sent[0].body == b'{"InstanceIds":["i-1"],"MaxResults":7}'


@pytest.mark.parametrize(
    ("request_", "denial", "words"),
    [
        (call("ec2/TerminateInstances"), NotARead, "ec2:TerminateInstances counts as write"),
        (call("ec2/GetPasswordData"), NotARead, "ec2:GetPasswordData counts as reveal"),
        (call("ec2/DescribeVolumes"), NotGranted, "ec2:DescribeVolumes is not among the operations of this tool. It may call ec2:DescribeInstances"),
        (call("ec2/DescribeInstance"), UnknownOperation, "no operation 'ec2:DescribeInstance'. The nearest are ec2:DescribeInstances"),
        (call("ec2/describeinstances"), UnknownOperation, "no operation 'ec2:describeinstances'"),
        (call("ssm/DescribeInstances"), UnknownOperation, "no operation 'ssm:DescribeInstances'"),
        (call(parameters={"Action": "TerminateInstances"}), UndeclaredShape, "ec2:DescribeInstances: .*'Action'"),
        (call(parameters={"InstanceIds": "i-1"}), UndeclaredShape, "ec2:DescribeInstances: the body 'InstanceIds' is wrong"),
        (call(content=b"InstanceIds=i-1"), UndeclaredShape, "not JSON"),
        (WireRequest("GET", call().url), UnknownOperation, "no operation"),
        (WireRequest("POST", call().url, (("x-amz-target", "Logs.PutLogEvents"),), b"{}"), UndeclaredShape, "x-amz-target"),
        (WireRequest("POST", call().url, (("authorization", "AWS4-HMAC-SHA256 x"),), b"{}"), UndeclaredShape, "the broker's"),
    ],
)  # fmt: skip
def test_what_is_not_a_granted_read_in_its_declared_shape_does_not_leave(request_: WireRequest, denial: type[Denied], words: str) -> None:
    wire = Wire()

    with pytest.raises(denial, match=words):
        _broker(wire).exchange(request_)

    assert wire.sent == []
