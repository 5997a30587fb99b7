"""Scores of a ranking, and the causes of what it failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.retrieval.questions import Asked, load, names_of
from eval.retrieval.scoring import answer, by_group, causes
from schemas.errors import Misconfigured
from tests.rag.operations import operation

FOUND = [{"k8s:listPod"}, {"k8s:listNode"}, {"aws:ec2.X"}, {"k8s:listEvent"}]


def asked(gold: str, lang: str = "en", query: str = "q") -> Asked:
    return Asked(query=query, lang=lang, gold=frozenset({gold}))


def test_hit_rates_and_reciprocal_ranks_by_language_and_provider() -> None:
    answers = answer([asked("k8s:listPod"), asked("k8s:listEvent", "zh-Hant"), asked("aws:other")], lambda _: FOUND)
    assert [answered.rank for answered in answers] == [1, 4, None]
    scores = by_group(answers)
    assert scores["all"].hits == pytest.approx((1 / 3, 1 / 3, 2 / 3))
    assert scores["all"].reciprocal_rank == pytest.approx((1 + 1 / 4) / 3)
    assert (scores["zh"].hits, scores["k8s"].questions, scores["aws"].hits) == ((0, 0, 1), 2, (0, 0, 0))


def test_failures_are_told_by_cause() -> None:
    questions = [
        asked("k8s:listEvent"),
        asked("k8s:listLease"),
        asked("github:x"),
        asked("gone:x"),
        asked("k8s:listJob", query="zzz"),
        asked("k8s:listPod"),
    ]
    indexed = {"k8s:listEvent", "k8s:listLease", "github:x", "k8s:listJob", "k8s:listPod"}
    found = causes(answer(questions, lambda _: FOUND), indexed, lambda query: query != "zzz")
    assert {cause: min(failed[0].asked.gold) for cause, failed in found.items()} == {
        "among the best ten": "k8s:listEvent",
        "family missed": "k8s:listLease",
        "provider missed": "github:x",
        "not indexed": "gone:x",
        "words unknown": "k8s:listJob",
    }


def test_an_operation_has_the_names_that_files_of_questions_use() -> None:
    assert {"datadog:v1.ListHosts", "datadog.v1:ListHosts", "datadog:ListHosts"} <= names_of(operation("ListHosts", source="datadog.v1"))
    aws = operation("ec2.DescribeInstances", source="aws").model_copy(update={"protocol": "aws"})
    assert {"aws:ec2.DescribeInstances", "aws.ec2:DescribeInstances"} <= names_of(aws)


@pytest.mark.parametrize("line", ["{", '{"query": "q", "lang": "en"}'])
def test_a_line_that_is_no_question_is_named(line: str, tmp_path: Path) -> None:
    file = tmp_path / "queries.jsonl"
    file.write_text('{"query": "q", "lang": "en", "gold": ["a:b"]}\n\n' + line)
    with pytest.raises(Misconfigured, match=r"queries.jsonl:3"):
        load(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="nowhere"):
        load(tmp_path / "nowhere.jsonl")
