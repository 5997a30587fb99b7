"""What is said to people, and in which language."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from agents.rules.grammar import read
from agents.speech.language import language_of
from agents.speech.script import is_traditional, to_simplified, to_traditional
from agents.speech.titles import title
from agents.speech.voice import Voice, catalogue
from schemas.answer import Language
from schemas.query import Aggregate, Call, Column, Grouping, Join, Order, Predicate, Query, QueryParameter, Window

ROOM = Path(__file__).parents[2] / "agents"


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("list services", "en"),
        ("", "en"),
        ("哪些服務沒有值班人員", "zh-Hant"),
        ("哪些服务没有值班人员", "zh-Hans"),
        ("列出CPU>80%的EC2实例", "zh-Hans"),
        ("列出5台主機", "zh-Hant"),
        ("主机", "zh-Hans"),
        ("5台", "zh-Hans"),
        ("list services owned by 支付团队", "en"),
        ('services named "支付的网关"', "en"),
        ("show 内存最高的5台主机", "zh-Hans"),
        ("top 5 hosts 按memory排序", "zh-Hans"),
        ("top 5 主機 按記憶體", "zh-Hant"),
    ],
)
def test_the_grammar_decides_the_language_and_not_the_names(question: str, language: Language) -> None:
    assert language_of(question) == language


def test_conversion_to_simplified_keeps_every_position() -> None:
    assert to_simplified("記憶體最高的5台伺服器") == "记忆体最高的5台伺服器"
    assert to_traditional("服务器的内存") == "伺服器的記憶體"
    assert not is_traditional("")


def _fields(template: object) -> set[str]:
    texts = template.values() if isinstance(template, dict) else [template]
    return {name for text in texts for _, name, _, _ in Formatter().parse(str(text)) if name}


def test_every_message_is_in_every_catalogue_with_the_same_values() -> None:
    english, chinese = catalogue("en"), catalogue("zh")
    of_titles = {key for key in chinese if key.startswith("title_")}
    assert set(chinese) - of_titles == set(english)
    assert [key for key in english if _fields(english[key]) != _fields(chinese[key])] == []


def test_every_message_is_used_and_every_used_one_exists() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in ROOM.rglob("*.py"))
    named = set(re.findall(r"(?:say|misfit|misfit_with_fields)\(\s*\"(\w+)\"", code))
    assert named <= set(catalogue("zh")) | {"misfit"}
    assert [key for key in catalogue("en") if not re.search(rf"[\"']{key}[\"']", code) and not key.startswith("no_such_field_in_")] == []


def test_only_the_words_of_the_catalogue_change_script() -> None:
    said = Voice("zh-Hant").say("not_explained", said="独角兽")
    assert said == "其中沒有內容對應“独角兽”。"


@pytest.mark.parametrize(("count", "said"), [(1, "1 row has no owner"), (2, "2 rows have no owner"), (0, "0 rows have no owner")])
def test_one_thing_is_said_otherwise_than_several(count: int, said: str) -> None:
    assert Voice("en").say("rows_lack", count=count, field="owner") == said


HOSTS = Query(
    call=Call(alias="hosts", operation="estate:list_hosts"),
    where=(Predicate(path="hosts.cpu_used_percent", op="gt", parameter="threshold"), Predicate(path="hosts.kernel", op="is_not_empty")),
    order=(Order(path="hosts.memory_used_percent", descending=True),),
    limit="limit",
    select=(Column(name="hostname", path="hosts.hostname"),),
    parameters=(
        QueryParameter(name="threshold", type="number", default=80.0, unit="percent"),
        QueryParameter(name="limit", type="integer", default=5),
    ),
)
SERVICES = Query(
    call=Call(alias="services", operation="estate:list_services"),
    joins=(
        Join(
            call=Call(alias="on_call_rotas", operation="estate:list_on_call_rotas"),
            left="services.id",
            right="on_call_rotas.service",
            where=(Predicate(path="on_call_rotas.on_call_engineer", op="is_not_empty"),),
        ),
    ),
    where=(Predicate(path="on_call_rotas.service", op="is_empty"),),
    select=(Column(name="name", path="services.name"),),
)
DEPLOYMENTS = Query(
    call=Call(alias="deployments", operation="estate:list_deployments"),
    window=Window(path="deployments.started_at", parameter="window_hours"),
    group=Grouping(by=(Column(name="fleet_xyz", path="deployments.fleet_xyz"),), aggregates=(Aggregate(name="count", function="count"),)),
    parameters=(QueryParameter(name="window_hours", type="number", default=24.0, unit="hours"),),
)


@pytest.mark.parametrize(
    ("query", "language", "said"),
    [
        (HOSTS, "zh-Hans", "CPU使用率大于 80% 且有内核的主机，按内存使用率降序，最多 5 条"),
        (SERVICES, "zh-Hans", "在值班表中没有值班人员的服务"),
        (SERVICES, "zh-Hant", "在值班表中沒有值班人員的服務"),
        (DEPLOYMENTS, "zh-Hans", "开始时间在最近 24 小时内的部署的数量，按 fleet_xyz 分组"),
        (SERVICES, "en", "Services with no on call engineer in on call rotas"),
    ],
)
def test_an_answer_is_titled_in_the_language_of_its_question(query: Query, language: Language, said: str) -> None:
    assert title(query, query.defaults, Voice(language)) == said


def test_english_questions_have_an_english_intent() -> None:
    assert read("list services").language == "en"
