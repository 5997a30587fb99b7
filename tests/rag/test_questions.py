"""The questions that ship: how they are read, and what they must be like."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.questions import is_chinese, load, shipped
from schemas.errors import Misconfigured

HEADER = '{"provider": "estate", "names": ["estate"]}\n'
FAMILY = '{"family": "host", "operations": ["GET /hosts | listHosts"], "en": ["which boxes are up"], "zh": ["哪些机器活着"]}\n'


def test_order_in_the_file_is_need(tmp_path: Path) -> None:
    Path(tmp_path, "estate.jsonl").write_text(HEADER + FAMILY + FAMILY.replace("host", "disk").replace("Hosts", "Disks"))
    read = load(tmp_path)
    assert [(family.name, family.need) for family in read.families] == [("host", 0), ("disk", 1)]
    assert read.families[0].questions == ("which boxes are up", "哪些机器活着")
    assert read.names == {"estate": ("estate",)}
    assert read.by_provider["estate"]["listDisks"].name == "disk"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "estate.jsonl:1"),
        ("[]\n", "estate.jsonl:1: not an object"),
        (HEADER + "{\n", "estate.jsonl:2: not JSON"),
        (HEADER + FAMILY + FAMILY.replace('"host"', "1"), "estate.jsonl:3: `family`"),
        (HEADER + FAMILY.replace('["which boxes are up"]', "[]"), "estate.jsonl:2: `en`"),
        (HEADER + FAMILY.replace('["哪些机器活着"]', "[1]"), "estate.jsonl:2: `zh`"),
    ],
)
def test_a_line_that_is_not_as_it_should_be_is_named(content: str, message: str, tmp_path: Path) -> None:
    Path(tmp_path, "estate.jsonl").write_text(content)
    with pytest.raises(Misconfigured, match=message):
        load(tmp_path)


def test_what_ships_is_enough() -> None:
    assert len(shipped().families) >= 1_500
    for family in shipped().families:
        assert min(len(family.english), len(family.chinese)) >= 4, family.name
        assert len({question.casefold() for question in family.questions}) == len(family.questions), family.name
        assert all(map(is_chinese, family.chinese)), family.name
        assert not any(map(is_chinese, family.english)), family.name


def test_no_family_ships_twice() -> None:
    names = [(family.provider, family.name) for family in shipped().families]
    assert len(set(names)) == len(names)
    assert set(shipped().names or {}) == {family.provider for family in shipped().families}
