"""The rules engine on AWS: of thousands of operations the one that is meant, and metrics where a figure is none of a row's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from agents.knowledge import Knowledge
from agents.rules.engine import RulesEngine
from agents.speech.titles import title
from agents.speech.voice import Voice
from rag.index import OperationIndex
from schemas.answer import Language
from schemas.errors import QuestionDeclined
from schemas.operation import Slice
from tests.agents.notation import compact

CASES = yaml.safe_load((Path(__file__).parent / "data" / "aws_questions.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def both(slices: Mapping[str, Slice], aws_slices: Mapping[str, Slice]) -> Knowledge:
    """The estate and AWS beside each other."""
    operations = [piece.operation for piece in (*slices.values(), *aws_slices.values())]
    index = OperationIndex()
    index.rebuild(operations)
    return Knowledge(index, operations, None)


@pytest.mark.parametrize(("question", "expected"), CASES["answered"].items())
def test_a_question_is_the_query_that_it_says(question: str, expected: str, engine: RulesEngine, aws_knowledge: Knowledge) -> None:
    assert compact(engine.plan(question, aws_knowledge)).replace("aws:", "") == expected


@pytest.mark.parametrize(("question", "reason"), CASES["declined"].items())
def test_what_it_can_t_tell_is_declined_with_the_reason(question: str, reason: str, engine: RulesEngine, aws_knowledge: Knowledge) -> None:
    with pytest.raises(QuestionDeclined) as declined:
        engine.plan(question, aws_knowledge)
    assert reason in declined.value.message


@pytest.mark.parametrize(
    "question", ["哪些服務沒有值班人員", "list services", "count services by tier", "hosts with cpu above 80%", "services named checkout"]
)
def test_a_cloud_beside_it_changes_no_answer_of_another_source(
    question: str, engine: RulesEngine, knowledge: Knowledge, both: Knowledge
) -> None:
    assert engine.plan(question, both) == engine.plan(question, knowledge)


def test_two_languages_and_two_thresholds_are_one_shape(engine: RulesEngine, aws_knowledge: Knowledge) -> None:
    asked = [engine.plan(q, aws_knowledge) for q in ("list EC2 instances with CPU > 80%", "列出CPU>90的EC2实例")]
    assert asked[0].shape_digest == asked[1].shape_digest
    assert asked[1].defaults == {"threshold_percent": 90.0, "window_minutes": 30}


def test_the_newest_figure_and_the_mean_of_a_window_are_not(engine: RulesEngine, aws_knowledge: Knowledge) -> None:
    asked = [engine.plan(f"EC2 instances with CPU > 80%{more}", aws_knowledge) for more in ("", " in the last 2 hours")]
    assert asked[0].shape_digest != asked[1].shape_digest


@pytest.mark.parametrize(
    ("question", "columns"),
    [
        ("list EC2 instances with CPU > 80%", ("InstanceId", "State", "InstanceType", "AvailabilityZone", "LaunchTime", "cpu")),
        ("Lambda functions with errors above 10", ("FunctionName", "State", "Runtime", "errors")),
        ("IAM users", ("UserName", "UserId", "Path", "Arn")),
    ],
)
def test_of_a_hundred_fields_the_telling_ones_are_shown(
    question: str, columns: tuple[str, ...], engine: RulesEngine, aws_knowledge: Knowledge
) -> None:
    assert engine.plan(question, aws_knowledge).column_names[: len(columns)] == columns


def test_a_name_that_two_services_share_is_told_with_the_choice(engine: RulesEngine, aws_knowledge: Knowledge) -> None:
    [assumption] = engine.plan("list load balancers", aws_knowledge).assumptions
    assert assumption == "“load balancers” read as elbv2:DescribeLoadBalancers (there are also elb:DescribeLoadBalancers)"


@pytest.mark.parametrize(
    ("question", "language", "expected"),
    [
        ("list EC2 instances with CPU > 80%", "en", "EC2 instances with CPU above 80%"),
        ("列出CPU>80%的EC2实例", "zh-Hans", "CPU使用率大于 80% 的EC2实例"),
        ("列出CPU使用率超過80%的EC2執行個體", "zh-Hant", "CPU使用率大於 80% 的EC2例項"),
        ("count running instances by type", "en", "Number of EC2 instances with state running, by instance type"),
        ("按类型统计运行中的实例", "zh-Hans", "状态为 running 的EC2实例的数量，按实例类型分组"),
        ("CPU最高的5个实例", "zh-Hans", "EC2实例，按CPU使用率降序，最多 5 条"),
    ],
)
def test_an_answer_is_titled_by_service_rows_and_metric(
    question: str, language: Language, expected: str, engine: RulesEngine, aws_knowledge: Knowledge
) -> None:
    query = engine.plan(question, aws_knowledge)
    assert title(query, query.defaults, Voice(language)) == expected
