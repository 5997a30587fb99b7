"""The generator on AWS: boto3 tools that are proven, metrics included, with tests whose answers fit the service's model."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from agents.generate import author
from agents.generate.complete import Answers
from agents.house_example import house_example
from agents.knowledge import Knowledge
from agents.rules.engine import RulesEngine
from sandbox.lint import format_both, lint
from sandbox.typecheck import TypeChecker
from sandbox.verify import Verifier
from schemas.operation import Slice
from schemas.query import Call, Column, Join, Order, Predicate, Query
from schemas.tool import Candidate
from tests.agents.conftest import NOW


@pytest.fixture(scope="module")
def formatting_engine() -> RulesEngine:
    return RulesEngine(format_both, lambda: NOW)


def written(question: str, engine: RulesEngine, knowledge: Knowledge, slices: Mapping[str, Slice]) -> Candidate:
    return engine.write(engine.plan(question, knowledge), slices, ())


@pytest.mark.parametrize(
    "question",
    [
        "list EC2 instances with CPU > 80%",
        "running instances with peak CPU above 90% in the last 3 hours",
        "top 5 instances by CPU",
        "average cpu of instances by type",
        "count running instances by type",
        "EC2 instances launched in the last 24 hours",
        "auto scaling groups with CPU above 60%",
        "auto scaling groups with max size above 5",
        "volumes without attachments",
        "instances with cpu below 5%",
        "S3 buckets",
    ],
)
def test_what_is_written_is_proven(
    question: str, formatting_engine: RulesEngine, aws_knowledge: Knowledge, aws_slices: Mapping[str, Slice], verifier: Verifier
) -> None:
    candidate = written(question, formatting_engine, aws_knowledge, aws_slices)
    verification = verifier.verify(candidate, {call.operation: aws_slices[call.operation] for call in candidate.query.calls})
    blocking = [finding.message for finding in verification.findings if finding.severity == "block"]
    assert (blocking, verification.semantics) == ([], "proven")


def test_a_tool_says_what_it_reads_and_asks_as_many_keys_as_a_call_takes(
    formatting_engine: RulesEngine, aws_knowledge: Knowledge, aws_slices: Mapping[str, Slice]
) -> None:
    candidate = written("list EC2 instances with CPU > 80%", formatting_engine, aws_knowledge, aws_slices)
    assert candidate.name == "instances_with_cpu_above"
    assert candidate.title == "EC2 instances with CPU above `threshold_percent`"
    assert "Reads ec2:DescribeInstances and cloudwatch:GetMetricData; changes nothing." in candidate.source
    assert "BATCH = 500" in candidate.source
    assert 'for reservation in page.get("Reservations", []):' in candidate.source


def test_rows_of_two_operations_can_be_joined_sorted_and_measured(
    formatting_engine: RulesEngine, aws_knowledge: Knowledge, aws_slices: Mapping[str, Slice], types: TypeChecker
) -> None:
    query = formatting_engine.plan("EC2 instances by cpu", aws_knowledge)
    volumes = Call(alias="volumes", operation="aws:ec2.DescribeVolumes")
    joined = query.model_copy(
        update={
            "joins": (Join(call=volumes, left="instances.InstanceId", right="volumes.OutpostArn"),),
            "where": (Predicate(path="volumes.VolumeId", op="is_empty"),),
            "order": (Order(path="instances.LaunchTime"), Order(path="cpu.value", descending=True)),
        }
    )
    candidate = formatting_engine.write(Query.model_validate(joined.model_dump()), aws_slices, ())
    assert [f for f in lint(candidate.source, candidate.tests) if f.severity == "block"] == []
    assert types.check(candidate.source, candidate.tests) == ()


def test_an_operation_without_pages_is_called_once(aws_slices: Mapping[str, Slice]) -> None:
    piece = aws_slices["aws:ec2.DescribeRegions"]
    call = Call(alias="regions", operation=piece.operation.id)
    query = Query(call=call, select=(Column(name="RegionName", path="regions.RegionName"),))
    candidate = author.write(query, {piece.operation.id: piece.operation}, NOW, {piece.operation.id: piece.document})
    assert 'session.client("ec2").describe_regions()' in candidate.source
    assert "paginator" not in candidate.source + candidate.tests


def test_the_house_s_example_for_models_is_a_tool_that_passes_lint_and_types(types: TypeChecker) -> None:
    source, tests = format_both(house_example("aws").source, house_example("aws").tests)
    assert [finding for finding in lint(source, tests) if finding.severity == "block"] == []
    assert types.check(source, tests) == ()


def test_a_sample_row_is_completed_to_what_the_model_demands(aws_slices: Mapping[str, Slice]) -> None:
    piece = aws_slices["aws:autoscaling.DescribeAutoScalingGroups"]
    row = Answers.of(piece.operation, piece.document, "now").row("AutoScalingGroups", {"AutoScalingGroupName": "web"})
    assert (row["AutoScalingGroupName"], row["MinSize"], row["AvailabilityZones"], row["CreatedTime"]) == ("web", 0, [], "now")


@pytest.mark.parametrize(("length", "completed"), [(21, 22), (22, 22), (23, 23)])
def test_a_text_is_as_long_as_the_model_demands(length: int, completed: int) -> None:
    shapes = {"Out": {"type": "structure", "members": {"Id": {"shape": "Id"}}}, "Id": {"type": "string", "min": 22}}
    assert len(Answers(shapes, "Out", "").body({"Id": "x" * length})["Id"]) == completed
