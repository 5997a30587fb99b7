"""What AWS's operations do: all of them are judged, and those that reveal are listed by name in a file that is looked at."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import botocore
import pytest

from doc_sources import data_files
from doc_sources.aws_documents import description, shape_of, summary
from doc_sources.aws_effects import AwsFacts, AwsRules, load_aws_judge
from doc_sources.aws_services import ServiceModels
from doc_sources.aws_shapes import Shapes
from doc_sources.effects import FOLDER, Judgement
from doc_sources.words import split
from schemas.operation import Effect

REVEALS = Path(__file__).parent / "data" / "aws_reveals.txt"
LOOKED_AT = "1.44.5"
JUDGE = load_aws_judge()
RULES = data_files.load(FOLDER / "aws.yaml", AwsRules)

CHANGES = frozenset(
    """abort accept activate add allocate apply approve assign associate assume attach authorize cancel change clear close complete configure
    confirm connect copy create deactivate decrypt delete deploy deregister detach disable disassociate disconnect enable encrypt evict
    execute export failover flush generate grant import initiate invite invoke issue join launch lock merge migrate modify move pause poll
    post promote provision publish purchase purge push put reboot receive redrive register reject release remove replace request reset
    resize restart restore resume resync retire retry revoke rollback rotate run send set share sign start stop submit subscribe suspend swap
    switchover tag terminate transfer unlock unsubscribe untag update upgrade upload write""".split()
)


@cache
def judged() -> dict[str, Judgement]:
    """Every operation of every service."""
    models = ServiceModels()
    found = {}
    for service in models.names:
        model = models.load(service)
        shapes = Shapes(model.model["shapes"])
        for name, said in model.operations.items():
            output = shape_of(said, "output")
            facts = AwsFacts(
                service,
                name,
                summary(said),
                description(said),
                texts=shapes.texts(output) if output else frozenset(),
                is_streamed=bool(output) and shapes.is_streamed(output),
            )
            found[f"{service}.{name}"] = JUDGE.judge(facts)
    return found


def named(effect: Effect) -> set[str]:
    return {name for name, judgement in judged().items() if judgement.effect is effect}


def test_every_operation_is_judged_and_most_are_no_reads() -> None:
    counts = Counter(judgement.effect for judgement in judged().values())
    assert sum(counts.values()) > 19_000
    assert counts[Effect.WRITE] > counts[Effect.READ] > 30 * counts[Effect.REVEAL]


def test_as_many_read_reveal_and_write_as_were_looked_at() -> None:
    """Where these differ, look at what changed before the figures are."""
    if botocore.__version__ != LOOKED_AT:
        pytest.skip(f"the figures are of botocore {LOOKED_AT}")
    assert Counter(judgement.effect.value for judgement in judged().values()) == {"read": 8162, "reveal": 242, "write": 11392}


def test_no_operation_that_is_named_after_a_change_is_a_read() -> None:
    verbs = {name: _first_verb(name) for name in named(Effect.READ)}
    assert {name for name, verb in verbs.items() if verb in CHANGES} == set()
    assert set(verbs.values()) <= RULES.reading_verbs


def _first_verb(name: str) -> str:
    words = split(name.partition(".")[2])
    return words[1] if words[0] == "batch" else words[0]


def test_those_that_reveal_are_the_ones_that_were_looked_at() -> None:
    """A newer botocore brings others: look at each, then list it or name it in `effects/aws.yaml`."""
    assert sorted(named(Effect.REVEAL)) == REVEALS.read_text().split()


def test_every_operation_that_is_named_in_the_file_is_one_and_is_named_once() -> None:
    names = [operation for entry in RULES.named for operation in entry.operations]
    assert set(names) - judged().keys() == set()
    assert len(names) == len(set(names))


READS = """ec2.DescribeInstances ec2.DescribeVolumes ec2.DescribeSecurityGroups ec2.GetConsoleOutput cloudwatch.GetMetricData
cloudwatch.DescribeAlarms cloudwatch.GetMetricStatistics iam.ListUsers iam.ListAccessKeys iam.GetAccountSummary iam.GetCredentialReport
sts.GetCallerIdentity rds.DescribeDBInstances rds.DescribeDBClusters redshift.DescribeClusters lambda.ListFunctions
lambda.GetFunctionConfiguration s3.ListBuckets s3.GetBucketPolicy s3.HeadBucket dynamodb.DescribeTable dynamodb.Query ecs.DescribeTasks
ecs.DescribeServices eks.DescribeCluster elbv2.DescribeLoadBalancers elbv2.DescribeListeners elbv2.DescribeTargetHealth logs.FilterLogEvents
cloudtrail.LookupEvents kms.ListKeys kms.DescribeKey secretsmanager.ListSecrets ssm.DescribeParameters ssm.DescribeInstanceInformation
organizations.ListAccounts ce.GetCostAndUsage securityhub.GetFindings acm.ListCertificates codebuild.BatchGetBuilds sqs.GetQueueAttributes
autoscaling.DescribeAutoScalingGroups elasticache.DescribeCacheClusters fsx.DescribeFileSystems""".split()

REVEALING = """ec2.GetPasswordData ec2.DescribeVpnConnections ecr.GetAuthorizationToken ssm.GetParameter ssm.GetParameters
ssm.GetParametersByPath ssm.GetParameterHistory secretsmanager.GetSecretValue secretsmanager.BatchGetSecretValue kms.Decrypt
kms.GenerateDataKey sts.AssumeRole sts.AssumeRoleWithSAML sts.AssumeRoleWithWebIdentity sts.GetSessionToken sts.GetFederationToken
lambda.GetFunction lambda.GetLayerVersion apigateway.GetApiKeys redshift.GetClusterCredentials cognito-idp.DescribeUserPoolClient
cognito-identity.GetCredentialsForIdentity sso.GetRoleCredentials s3.GetObject lightsail.GetInstanceAccessDetails ecr.GetDownloadUrlForLayer
codepipeline.GetJobDetails emr.GetClusterSessionCredentials snowball.GetJobUnlockCode""".split()

WRITES = """ec2.TerminateInstances ec2.RunInstances ec2.CreateTags s3.PutObject s3.DeleteBucket iam.CreateAccessKey lambda.Invoke
logs.StartQuery sqs.ReceiveMessage sqs.PurgeQueue ssm.SendCommand ecs.ExecuteCommand dynamodb.ExecuteStatement rds.StopDBInstance
cloudformation.DetectStackDrift kms.Encrypt sts.DecodeAuthorizationMessage athena.StartQueryExecution stepfunctions.GetActivityTask
kinesis.SubscribeToShard logs.StartLiveTail iot.DescribeEndpoint timestream-query.Query support.RefreshTrustedAdvisorCheck""".split()


@pytest.mark.parametrize(("effect", "names"), [(Effect.READ, READS), (Effect.REVEAL, REVEALING), (Effect.WRITE, WRITES)])
def test_a_sample_that_people_agree_on(effect: Effect, names: list[str]) -> None:
    assert {name: judged()[name] for name in names if judged()[name].effect is not effect} == {}


def test_botocores_word_alone_makes_no_read() -> None:
    for name in (
        "deadline.StartSessionsStatisticsAggregation",
        "controltower.ListLandingZones",
        "account-access-runtime.GetRoleCredentials",
    ):
        service, _, operation = name.partition(".")
        assert ServiceModels().load(service).operations[operation]["readonly"]
        assert judged()[name].effect is not Effect.READ


REASONS = [
    (AwsFacts("x", "DescribeThings"), Effect.READ, "its name begins with 'describe', and nothing speaks of a change"),
    (AwsFacts("x", "BatchGetThings"), Effect.READ, "its name begins with 'get', and nothing speaks of a change"),
    (AwsFacts("x", "FrobThings"), Effect.WRITE, "its name begins with 'frob', which is not known to read"),
    (AwsFacts("x", "BatchDeleteThings"), Effect.WRITE, "its name begins with 'delete', which is not known to read"),
    (AwsFacts("x", "GetThings", summary="Resets the counters of things"), Effect.WRITE, "its summary says 'resets'"),
    (AwsFacts("x", "GetSecretValue"), Effect.REVEAL, "its name is about a secret: 'secret value'"),
    (AwsFacts("x", "GetThingUrl"), Effect.REVEAL, "its name is about a signed address: 'url'"),
    (
        AwsFacts("x", "GetThing", texts=frozenset({"Name", "adminClientSecret"})),
        Effect.REVEAL,
        "its answer holds a secret: 'adminClientSecret'",
    ),
    (AwsFacts("x", "GetThing", texts=frozenset({"ClientSecretArn", "NextToken", "MasterUserPassword"})), Effect.READ, ""),
    (AwsFacts("x", "GetThing", is_streamed=True), Effect.REVEAL, "it hands out stored content"),
    (AwsFacts("ec2", "GetPasswordData"), Effect.REVEAL, "it shows a password"),
    (AwsFacts("other", "GetFunction"), Effect.READ, ""),
]


@pytest.mark.parametrize(("facts", "effect", "reason"), REASONS)
def test_a_judgement_says_why(facts: AwsFacts, effect: Effect, reason: str) -> None:
    found = JUDGE.judge(facts)
    assert (found.effect, found.reason if reason else "") == (effect, reason)
