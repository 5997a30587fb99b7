"""boto3 inside the isolate: real sessions, clients and paginators whose calls cross the wall as operations."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sandbox.egress import EgressFailure, NoNetwork
from sandbox.jobs import AwsSession, Job, Outcome
from sandbox.supervisor import WorkerPool
from tests.sandbox.aws_services import service
from tests.sandbox.isolates import STARTED_AT, Answer, Host, call_job

REGION = "eu-west-1"
EC2 = service("ec2", "DescribeInstances", "DescribeVpcs")
AWS = AwsSession(REGION, {"ec2": EC2})
HEAD = "import json\nfrom datetime import UTC, datetime\nimport boto3\nfrom botocore.exceptions import ClientError\n"


def aws_job(body: str, **services: Any) -> Job:
    """A job whose tool has this body, for a session that knows these services, or else EC2."""
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    aws = AwsSession(REGION, services) if services else AWS
    return replace(call_job(f"{HEAD}def tool(session: boto3.Session):\n{lines}\n"), base_url=f"aws://{REGION}", aws=aws)


def run(pool: WorkerPool, body: str, host: Host | None = None, **services: Any) -> Outcome:
    return pool.run(aws_job(body, **services), host or Host(lambda _: said({})))


def run_tests(pool: WorkerPool, tests: str, aws: AwsSession | None = AWS) -> Outcome:
    return pool.run(Job("", "tests", f"aws://{REGION}", STARTED_AT, tests=f"{HEAD}{tests}", aws=aws), NoNetwork())


def said(output: object, status: int = 200) -> Answer:
    """An AWS response envelope."""
    return {"status": status, "headers": [["content-type", "application/json"]], "body": json.dumps(output)}


def refused(code: str, message: str, status: int = 400) -> Answer:
    return said({"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}, status)


def error_of(outcome: Outcome) -> tuple[str, str]:
    assert outcome.error is not None
    return outcome.error.type, outcome.error.message


def reservations(*ids: str, more: str = "") -> Answer:
    found = [{"Instances": [{"InstanceId": name, "LaunchTime": "2026-01-02T03:04:05+00:00"}]} for name in ids]
    return said({"Reservations": found} | ({"NextToken": more} if more else {}))


def test_a_call_crosses_as_its_name_with_its_parameters(pool: WorkerPool) -> None:
    host = Host(lambda _: reservations("i-1"))
    outcome = run(
        pool, "return session.client('ec2').describe_instances(InstanceIds=['i-1'])['Reservations'][0]['Instances'][0]['InstanceId']", host
    )
    assert outcome.value == "i-1"
    [sent] = host.requests
    assert sent == {
        "method": "POST",
        "url": "aws://eu-west-1/ec2/DescribeInstances",
        "headers": [["content-type", "application/json"]],
        "body": '{"InstanceIds": ["i-1"]}',
    }


def test_an_output_that_is_embedded_in_its_envelope_is_read_too(pool: WorkerPool) -> None:
    host = Host(lambda _: {"status": 200, "headers": [], "json": {"Vpcs": [{"VpcId": "vpc-1"}]}})
    assert run(pool, "return session.client('ec2').describe_vpcs()['Vpcs']", host).value == [{"VpcId": "vpc-1"}]


def test_a_paginator_goes_through_all_pages(pool: WorkerPool) -> None:
    pages = {None: reservations("i-1", "i-2", more="two"), "two": reservations("i-3")}
    host = Host(lambda request: pages[json.loads(request["body"]).get("NextToken")])
    body = (
        "pages = session.client('ec2').get_paginator('describe_instances').paginate(PaginationConfig={'PageSize': 2})\n"
        "return [i['InstanceId'] for page in pages for r in page['Reservations'] for i in r['Instances']]"
    )
    assert run(pool, body, host).value == ["i-1", "i-2", "i-3"]
    assert [json.loads(request["body"]) for request in host.requests] == [{"MaxResults": 2}, {"MaxResults": 2, "NextToken": "two"}]


def test_a_paginator_s_search_and_full_result_work(pool: WorkerPool) -> None:
    body = (
        "pages = session.client('ec2').get_paginator('describe_instances').paginate()\n"
        "ids = list(pages.search('Reservations[].Instances[].InstanceId'))\n"
        "return [ids, len(pages.build_full_result()['Reservations'])]"
    )
    assert run(pool, body, Host(lambda _: reservations("i-1", "i-2"))).value == [["i-1", "i-2"], 2]


def test_a_refusal_is_botocore_s_client_error_and_leaves_the_tool(pool: WorkerPool) -> None:
    host = Host(lambda _: refused("UnauthorizedOperation", "You are not authorized to perform this operation.", 403))
    outcome = run(pool, "return session.client('ec2').describe_instances()", host)
    assert (outcome.status, outcome.finding) == ("raised", None)
    assert error_of(outcome) == (
        "botocore.exceptions.ClientError",
        "An error occurred (UnauthorizedOperation) when calling the DescribeInstances operation: "
        "You are not authorized to perform this operation.",
    )


def test_a_tool_can_handle_a_client_error_by_its_code(pool: WorkerPool) -> None:
    body = (
        "try:\n    session.client('ec2').describe_instances()\n"
        "except ClientError as error:\n"
        "    return [error.response['Error']['Code'], error.operation_name, error.response['ResponseMetadata']['HTTPStatusCode']]"
    )
    outcome = run(pool, body, Host(lambda _: refused("RequestLimitExceeded", "slow down", 503)))
    assert outcome.value == ["RequestLimitExceeded", "DescribeInstances", 503]


def test_a_modelled_error_has_a_class_of_its_own(pool: WorkerPool) -> None:
    body = (
        "client = session.client('ecs')\n"
        "try:\n    client.describe_clusters()\n"
        "except client.exceptions.InvalidParameterException as error:\n    return str(error)"
    )
    outcome = run(pool, body, Host(lambda _: refused("InvalidParameterException", "no")), ecs=service("ecs", "DescribeClusters"))
    assert outcome.value == "An error occurred (InvalidParameterException) when calling the DescribeClusters operation: no"


def test_dates_come_back_as_aware_datetimes(pool: WorkerPool) -> None:
    body = (
        "at = session.client('ec2').describe_instances()['Reservations'][0]['Instances'][0]['LaunchTime']\n"
        "return [isinstance(at, datetime), at < datetime.now(UTC), at.isoformat()]"
    )
    assert run(pool, body, Host(lambda _: reservations("i-1"))).value == [True, True, "2026-01-02T03:04:05+00:00"]


def test_numbers_may_be_decimals_as_outside(pool: WorkerPool) -> None:
    host = Host(lambda _: said({"MetricAlarms": []}))
    body = (
        "from decimal import Decimal\n"
        "session.client('cloudwatch').put_metric_alarm(AlarmName='a', EvaluationPeriods=1, ComparisonOperator='x', Threshold=Decimal('80.5'))"
    )
    assert run(pool, body, host, cloudwatch=service("cloudwatch", "PutMetricAlarm")).status == "returned"
    assert json.loads(host.requests[0]["body"])["Threshold"] == 80.5


@pytest.mark.parametrize("value", ["float('nan')", "'\\ud800'", "object()", "[[]]"])
def test_a_parameter_that_can_not_cross_is_an_error_of_the_tool(pool: WorkerPool, value: str) -> None:
    outcome = run(pool, f"session.client('ec2').describe_instances(InstanceIds=[{value}])")
    assert (outcome.status, outcome.finding, outcome.usage.calls) == ("raised", None, 0)


def test_dates_go_out_with_their_offset(pool: WorkerPool) -> None:
    host = Host(lambda _: said({"MetricDataResults": [{"Id": "a", "Timestamps": ["2026-01-01T00:00:00+00:00"], "Values": [1.5]}]}))
    body = (
        "query = {'Id': 'a', 'MetricStat': {'Metric': {'Namespace': 'AWS/EC2'}, 'Period': 300, 'Stat': 'Average'}}\n"
        "end = datetime(2026, 1, 1, 12, tzinfo=UTC)\n"
        "found = session.client('cloudwatch').get_metric_data(MetricDataQueries=[query], StartTime=end.replace(hour=11), EndTime=end)\n"
        "return [at.year for at in found['MetricDataResults'][0]['Timestamps']]"
    )
    assert run(pool, body, host, cloudwatch=service("cloudwatch", "GetMetricData")).value == [2026]
    sent = json.loads(host.requests[0]["body"])
    assert (sent["StartTime"], sent["EndTime"]) == ("2026-01-01T11:00:00+00:00", "2026-01-01T12:00:00+00:00")


def test_bytes_cross_as_base64_in_both_directions(pool: WorkerPool) -> None:
    content = base64.b64encode(b"\x00\xff").decode()
    host = Host(lambda _: said({"Records": [{"Data": content, "SequenceNumber": "1"}], "NextShardIterator": None}))
    body = "return list(session.client('kinesis').get_records(ShardIterator='s')['Records'][0]['Data'])"
    assert run(pool, body, host, kinesis=service("kinesis", "GetRecords")).value == [0, 255]
    kms = Host(lambda _: said({"SignatureValid": True}))
    body = "return session.client('kms').verify(KeyId='k', Message=b'\\x00\\xff', Signature=b's', SigningAlgorithm='A')['SignatureValid']"
    assert run(pool, body, kms, kms=service("kms", "Verify")).value is True
    assert json.loads(kms.requests[0]["body"])["Message"] == content


def test_a_streamed_body_is_read_as_outside(pool: WorkerPool) -> None:
    host = Host(lambda _: said({"Body": base64.b64encode(b"line").decode(), "ContentLength": 4}))
    body = "return session.client('s3').get_object(Bucket='b', Key='k')['Body'].read().decode()"
    assert run(pool, body, host, s3=service("s3", "GetObject")).value == "line"


def test_a_shape_that_holds_itself_is_restored_all_the_way(pool: WorkerPool) -> None:
    item = {"L": [{"M": {"inner": {"B": base64.b64encode(b"deep").decode()}}}]}
    body = (
        "return session.client('dynamodb').get_item(TableName='t', Key={'id': {'S': '1'}})['Item']['a']['L'][0]['M']['inner']['B'].decode()"
    )
    outcome = run(pool, body, Host(lambda _: said({"Item": {"a": item}})), dynamodb=service("dynamodb", "GetItem"))
    assert outcome.value == "deep"


@pytest.mark.parametrize(
    ("call", "named"),
    [
        ("ec2.describe_instances(InstanceIds='i-1')", "Invalid type for parameter InstanceIds, value: i-1"),
        ("ec2.describe_instances(Instances=['i-1'])", 'Unknown parameter in input: "Instances", must be one of: InstanceIds'),
        ("ec2.describe_instances(Filters=[{'Nam': 'x'}])", 'Unknown parameter in Filters[0]: "Nam"'),
        ("cloudwatch.get_metric_data(MetricDataQueries=[])", 'Missing required parameter in input: "StartTime"'),
        (
            "cloudwatch.get_metric_data(MetricDataQueries=[{'Id': ''}], StartTime=NOW, EndTime=NOW)",
            "Invalid length for parameter MetricDataQueries[0].Id",
        ),
        ("cloudwatch.get_metric_data(MetricDataQueries=[], StartTime='soon', EndTime=NOW)", "Invalid type for parameter StartTime"),
    ],
)
def test_botocore_refuses_wrong_parameters_before_anything_is_sent(pool: WorkerPool, call: str, named: str) -> None:
    host = Host(lambda _: said({}))
    body = f"NOW = datetime.now(UTC)\nec2, cloudwatch = session.client('ec2'), session.client('cloudwatch')\nreturn {call}"
    kind, message = error_of(run(pool, body, host, ec2=EC2, cloudwatch=service("cloudwatch", "GetMetricData")))
    assert kind == "botocore.exceptions.ParamValidationError"
    assert named in message
    assert host.requests == []


def test_what_the_fast_check_does_not_judge_botocore_may_still_allow(pool: WorkerPool) -> None:
    host = Host(lambda _: said({"MetricDataResults": []}))
    body = "return session.client('cloudwatch').get_metric_data(MetricDataQueries=(), StartTime='2026-01-01T00:00:00Z', EndTime=1767225600)['MetricDataResults']"
    assert run(pool, body, host, cloudwatch=service("cloudwatch", "GetMetricData")).value == []
    assert json.loads(host.requests[0]["body"])["EndTime"] == 1767225600


def test_an_operation_that_the_tool_may_not_call_does_not_exist(pool: WorkerPool) -> None:
    assert error_of(run(pool, "session.client('ec2').terminate_instances(InstanceIds=['i-1'])")) == (
        "AttributeError",
        "'EC2' object has no attribute 'terminate_instances'; the operations that it may call are: describe_instances, describe_vpcs",
    )


def test_an_unknown_service_says_which_there_are(pool: WorkerPool) -> None:
    kind, message = error_of(run(pool, "session.client('s3')", ec2=EC2, cloudwatch=service("cloudwatch", "GetMetricData")))
    assert (kind, message) == ("botocore.exceptions.UnknownServiceError", "Unknown service: 's3'. Valid service names are: cloudwatch, ec2")


def test_a_session_knows_its_region_and_no_credentials(pool: WorkerPool) -> None:
    body = (
        "client = session.client('ec2')\n"
        "return [session.region_name, client.meta.region_name, session.get_credentials(), session.get_available_services(), repr(session)]"
    )
    assert run(pool, body).value == [REGION, REGION, None, ["ec2"], "Session(region_name='eu-west-1')"]


def test_what_is_of_no_single_service_is_not_there(pool: WorkerPool) -> None:
    assert error_of(run(pool, "session.get_available_regions('ec2')"))[0] == "botocore.exceptions.DataNotFoundError"


def test_another_region_is_named_to_the_host_who_judges_it(pool: WorkerPool) -> None:
    host = Host(lambda _: said({"Vpcs": []}))
    run(pool, "return session.client('ec2', region_name='us-east-1').describe_vpcs()['Vpcs']", host)
    assert host.requests[0]["url"] == "aws://us-east-1/ec2/DescribeVpcs"


def test_a_region_that_would_change_the_url_is_no_region(pool: WorkerPool) -> None:
    assert (
        error_of(run(pool, "session.client('ec2', region_name='x/ec2/TerminateInstances?')"))[0] == "botocore.exceptions.InvalidRegionError"
    )


@pytest.mark.parametrize(
    ("kind", "raised"),
    [("connect", "EndpointConnectionError"), ("timeout", "ReadTimeoutError"), ("protocol", "ConnectionClosedError")],
)
def test_a_backend_that_is_away_is_botocore_s_own_exception(pool: WorkerPool, kind: Any, raised: str) -> None:
    outcome = run(pool, "session.client('ec2').describe_vpcs()", Host(_failing(kind)))
    assert error_of(outcome) == (f"botocore.exceptions.{raised}", "ec2.eu-west-1.amazonaws.com is away")


@pytest.mark.parametrize("kind", ["denied", "limit"])
def test_a_denied_call_ends_the_run_whatever_the_tool_catches(pool: WorkerPool, kind: Any) -> None:
    body = "try:\n    session.client('ec2').describe_vpcs()\nexcept Exception:\n    return 'handled'"
    outcome = run(pool, body, Host(_failing(kind)))
    assert (outcome.status, outcome.finding, outcome.error and outcome.error.code) == ("raised", "F_DENIED", "E_TEST")


def _failing(kind: Any) -> Callable[[Answer], Answer]:
    def answer(_: Answer) -> Answer:
        raise EgressFailure(kind, "E_TEST", "ec2.eu-west-1.amazonaws.com is away")

    return answer


def test_waiters_are_there_where_the_model_has_them(pool: WorkerPool) -> None:
    waiters = {"version": 2, "waiters": {"VpcAvailable": {
        "operation": "DescribeVpcs", "delay": 15, "maxAttempts": 3,
        "acceptors": [{"matcher": "pathAll", "argument": "Vpcs[].State", "expected": "available", "state": "success"}],
    }}}  # fmt: skip
    answers = iter(["pending", "available"])
    host = Host(lambda _: said({"Vpcs": [{"State": next(answers)}]}))
    assert (
        run(pool, "session.client('ec2').get_waiter('vpc_available').wait()", host, ec2=EC2 | {"waiters-2": waiters}).status == "returned"
    )
    assert host.sleeps == [15.0]
    assert error_of(run(pool, "session.client('ec2').get_waiter('vpc_available')")) == (
        "ValueError",
        "Waiter does not exist: vpc_available",
    )


def test_equal_jobs_are_equal_to_the_byte(pool: WorkerPool) -> None:
    body = "client = session.client('ec2')\nreturn [repr(client), id(client), client.describe_vpcs()]"
    runs = []
    for _ in range(3):
        host = Host(lambda _: said({"Vpcs": [{"VpcId": "vpc-1"}]}))
        outcome = pool.run(replace(aws_job(body), trace=True), host)
        runs.append((outcome.value, outcome.coverage, host.requests))
    assert runs[1:] == runs[:-1]
    assert runs[0][0][2]["ResponseMetadata"] == {
        "HTTPStatusCode": 200,
        "HTTPHeaders": {"content-type": "application/json"},
        "RetryAttempts": 0,
    }


def test_no_run_knows_the_services_of_the_one_before(pool: WorkerPool) -> None:
    for _ in range(3):
        run(pool, "return session.client('ec2').describe_vpcs()", Host(lambda _: said({"Vpcs": []})))
        plain = pool.run(call_job(f"{HEAD}def tool(client):\n    return boto3.Session().get_available_services()"), Host())
        assert plain.value == []


STUBBED = """
from botocore.stub import ANY, Stubber

def test_stubbed():
    client = boto3.Session(region_name="eu-west-1").client("ec2")
    with Stubber(client) as stubber:
        stubber.add_response("describe_vpcs", {"Vpcs": [{"VpcId": "vpc-1"}], "NextToken": "2"}, {})
        stubber.add_response("describe_vpcs", {"Vpcs": [{"VpcId": "vpc-2"}]}, {"NextToken": ANY})
        pages = client.get_paginator("describe_vpcs").paginate()
        assert [vpc["VpcId"] for page in pages for vpc in page["Vpcs"]] == ["vpc-1", "vpc-2"]
        stubber.assert_no_pending_responses()

class StubbedSession(boto3.Session):
    def __init__(self):
        super().__init__(region_name="eu-west-1")
        self.ec2 = super().client("ec2")

    def client(self, *args, **kwargs):
        return self.ec2

def test_own_session():
    session = StubbedSession()
    with Stubber(session.ec2) as stubber:
        stubber.add_response("describe_vpcs", {"Vpcs": []})
        assert session.client("ec2").describe_vpcs()["Vpcs"] == []

def test_default_session():
    client = boto3.client("ec2", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    with Stubber(client) as stubber:
        stubber.add_client_error("describe_vpcs", "UnauthorizedOperation", "no", 403)
        try:
            client.describe_vpcs()
        except ClientError as error:
            assert error.response["Error"]["Code"] == "UnauthorizedOperation"
        else:
            assert False

def test_wrong_response():
    with Stubber(boto3.client("ec2", region_name="eu-west-1")) as stubber:
        stubber.add_response("describe_vpcs", {"Vpc": []})
"""


def test_a_tool_s_tests_use_botocore_s_stubber(pool: WorkerPool) -> None:
    outcome = run_tests(pool, STUBBED)
    assert [(test.name, test.ok) for test in outcome.tests] == [
        ("test_stubbed", True),
        ("test_own_session", True),
        ("test_default_session", True),
        ("test_wrong_response", False),
    ]
    assert 'Unknown parameter in input: "Vpc"' in outcome.tests[3].message


def test_a_call_that_no_test_stubbed_is_refused_with_the_way_out(pool: WorkerPool) -> None:
    [test] = run_tests(pool, "def test_calls():\n    boto3.client('ec2', region_name='eu-west-1').describe_vpcs()").tests
    assert (test.ok, test.line) == (False, 6)
    assert "botocore.stub.Stubber" in test.message


def test_a_client_without_a_region_is_refused_as_outside(pool: WorkerPool) -> None:
    [test] = run_tests(pool, "def test_calls():\n    boto3.client('ec2')").tests
    assert test.message == "NoRegionError: You must specify a region."


def test_tests_without_a_session_have_no_services(pool: WorkerPool) -> None:
    [test] = run_tests(pool, "def test_calls():\n    boto3.client('ec2', region_name='eu-west-1')", aws=None).tests
    assert test.message == "UnknownServiceError: Unknown service: 'ec2'. Valid service names are: none"
