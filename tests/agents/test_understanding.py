"""What no engine gets to see."""

from __future__ import annotations

import pytest

from agents.understanding import LONGEST_QUESTION, check_question
from schemas.errors import QuestionDeclined, ReadOnly


@pytest.mark.parametrize("nothing", ["", "   ", "\n\t", "???", "123 456", "…"])
def test_nothing_asked_is_declined_with_an_example(nothing: str) -> None:
    with pytest.raises(QuestionDeclined, match="top 5 hosts by memory"):
        check_question(nothing)


@pytest.mark.parametrize(
    "change",
    [
        "delete all services",
        "Please restart the checkout service",
        "could you scale payments to 5 replicas",
        "list hosts, then delete them",
        "find the failed deployments and rollback the newest",
        "show pods; kill them",
        "go ahead and reboot host-1",
    ],
)
def test_a_wish_for_a_change_is_refused(change: str) -> None:
    with pytest.raises(ReadOnly, match="only reads"):
        check_question(change)


@pytest.mark.parametrize(
    "question",
    [
        "which deployments failed to start",
        "list stopped instances",
        "count restarts by pod",
        "services created this week",
        "hosts that need a reboot",
    ],
)
def test_a_question_about_changes_is_none(question: str) -> None:
    assert check_question(f"  {question} ") == question


def test_the_longest_question_is_read_and_a_longer_one_is_not() -> None:
    assert check_question("a" * LONGEST_QUESTION)
    with pytest.raises(QuestionDeclined, match=f"{LONGEST_QUESTION + 1} characters"):
        check_question("a" * (LONGEST_QUESTION + 1))


def test_chinese_counts_as_words() -> None:
    assert check_question("哪些服務沒有值班人員") == "哪些服務沒有值班人員"
