"""Questions in Chinese: the Query of the English ones, and every decline in the language and script of the question."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from agents.knowledge import Knowledge
from agents.rules.chinese import read
from agents.rules.chinese.glossary import terms
from agents.rules.chinese.keywords import fillers, keywords
from agents.rules.chinese.numerals import read_numeral
from agents.rules.chinese.segment import read_sentence
from agents.rules.engine import RulesEngine
from agents.speech.script import to_simplified
from schemas.errors import QuestionDeclined
from tests.agents.notation import compact

CASES = yaml.safe_load((Path(__file__).parent / "data" / "questions_zh.yaml").read_text(encoding="utf-8"))
SAME = [(english, wording) for english, wordings in CASES["same"].items() for wording in wordings]


@pytest.mark.parametrize(("english", "wording"), SAME)
def test_a_question_is_the_same_query_in_either_language(english: str, wording: str, engine: RulesEngine, knowledge: Knowledge) -> None:
    expected, found = engine.plan(english, knowledge), engine.plan(wording, knowledge)
    assert compact(found) == compact(expected)
    assert found.shape_digest == expected.shape_digest


@pytest.mark.parametrize(("question", "expected"), CASES["queries"].items())
def test_a_question_is_the_query_that_it_says(question: str, expected: str, engine: RulesEngine, knowledge: Knowledge) -> None:
    assert compact(engine.plan(question, knowledge)).replace("estate:", "") == expected


@pytest.mark.parametrize(("question", "reason"), CASES["declined"].items())
def test_a_question_outside_the_family_is_declined_in_its_own_script(
    question: str, reason: str, engine: RulesEngine, knowledge: Knowledge
) -> None:
    with pytest.raises(QuestionDeclined) as declined:
        engine.plan(question, knowledge)
    assert reason in declined.value.message


def test_what_was_typed_is_repeated_as_it_was_typed(engine: RulesEngine, knowledge: Knowledge) -> None:
    query = engine.plan("記憶體最高的5台主機", knowledge)
    assert query.assumptions == ("“記憶體”理解為 memory_used_percent（另有 memory_used_bytes）",)


@pytest.mark.parametrize(
    ("question", "hours"), [("最近半小时的事件", 0.5), ("過去兩天的事件", 48), ("十二小時內的事件", 12), ("近1个月的事件", 720)]
)
def test_windows_are_read_in_figures_and_numerals(question: str, hours: float) -> None:
    assert read(question, "zh-Hans").window_hours == hours


@pytest.mark.parametrize(
    ("text", "number"), [("两", 2), ("十", 10), ("二十四", 24), ("一百零五", 105), ("三千", 3000), ("半", 0.5), ("九十", 90)]
)
def test_numerals_are_numbers(text: str, number: float) -> None:
    assert read_numeral(text) == number


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("CPU使用率>80%", "cpu-used <gt> #percent"),
        ("ＣＰＵ使用率＞８０％", "cpu-used <gt> #percent"),
        ("8GB以上", "#bytes <up>"),
        ("10.0.0.1", "10.0.0.1"),
        ("5xx", "5xx"),
        ("2026-03-01", "2026-03-01"),
        ("svc-001的部署", "svc-001 <of> deployments"),
        ("「支付 网关」", "§"),
        ("独角兽的服务", "独角兽 <of> services"),
        ("記憶體 > 5", "memory <gt> #"),
        ("", ""),
        ("，。#|§<>", "<and> <lt> <gt>"),
    ],
)
def test_a_sentence_is_cut_into_terms_marks_and_numbers(text: str, marks: str) -> None:
    assert read_sentence(text).line == marks


def test_the_glossary_is_large_simplified_and_unambiguous() -> None:
    parsed = yaml.safe_load((Path(__file__).parents[2] / "agents/rules/chinese/glossary.yaml").read_text(encoding="utf-8"))
    spellings = [spelling for rows in parsed.values() for line in rows.values() for spelling in line.split()]
    assert len(spellings) >= 400
    assert sorted(spellings) == sorted(set(spellings))
    assert [spelling for spelling in spellings if to_simplified(spelling) != spelling] == []
    assert set(terms()) & (set(keywords()) | fillers()) == set()
