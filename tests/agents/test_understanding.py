"""What no engine gets to see."""

from __future__ import annotations

import pytest

from agents.speech.language import language_of
from agents.speech.voice import Voice
from agents.understanding import LONGEST_QUESTION, check_question
from schemas.errors import QuestionDeclined, ReadOnly

ENGLISH = Voice("en")


@pytest.mark.parametrize("nothing", ["", "   ", "\n\t", "???", "123 456", "…"])
def test_nothing_asked_is_declined_with_an_example(nothing: str) -> None:
    with pytest.raises(QuestionDeclined, match="top 5 hosts by memory"):
        check_question(nothing, ENGLISH)


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
        "acknowledge all alerts",
        "close ticket 1003",
        "resolve all critical alerts",
        "escalate P1 tickets",
        "shut down all hosts",
    ],
)
def test_a_wish_for_a_change_is_refused(change: str) -> None:
    with pytest.raises(ReadOnly, match="only reads"):
        check_question(change, ENGLISH)


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
    assert check_question(f"  {question} ", ENGLISH) == question


def test_the_longest_question_is_read_and_a_longer_one_is_not() -> None:
    assert check_question("a" * LONGEST_QUESTION, ENGLISH)
    with pytest.raises(QuestionDeclined, match=f"{LONGEST_QUESTION + 1} characters"):
        check_question("a" * (LONGEST_QUESTION + 1), ENGLISH)


def test_chinese_counts_as_words() -> None:
    assert check_question("哪些服務沒有值班人員", Voice("zh-Hant")) == "哪些服務沒有值班人員"


CHINESE_CHANGES = (
    "删除所有服务",
    "請重啟checkout服務",
    "把checkout服务重启一下",
    "将payments扩容到5个副本",
    "列出主机，然后删除它们",
    "帮我回滚最近一次部署",
    "能不能把失败的部署回滚",
    "找出失败的部署并回滚最新的一个",
    "delete所有服务",
    "请kill掉host-1",
    "部署checkout到生产环境",
    "請部署新版本",
    "给服务设置负责人",
    "關閉所有未解決的事件",
)
CHINESE_QUESTIONS = (
    "失败的重启",
    "删除的服务有哪些",
    "重启次数最多的pod",
    "更新时间最近的服务",
    "部署按状态统计",
    "列出已停止的实例",
    "把运行中的部署列出来",
    "将所有服务按创建时间排序",
    "给我看没有设置负责人的服务",
    "哪些部署被回滾了",
    "今天创建了多少服务",
    "打开的事件",
)


@pytest.mark.parametrize("change", CHINESE_CHANGES)
def test_a_wish_for_a_change_is_refused_in_chinese(change: str) -> None:
    with pytest.raises(ReadOnly, match=r"只(读取|讀取)"):
        check_question(change, Voice(language_of(change)))


@pytest.mark.parametrize("question", CHINESE_QUESTIONS)
def test_a_chinese_question_about_changes_is_none(question: str) -> None:
    assert check_question(question, Voice(language_of(question))) == question
