from __future__ import annotations

import pytest

from doc_sources.yaml_reader import read_yaml
from schemas.base import Json
from schemas.errors import SpecUnusable


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("version: 2023-08-16", {"version": "2023-08-16"}),
        ("200: {description: ok}", {"200": {"description": "ok"}}),
        ("{on: 1, yes: 2, ~: 3, 1.5: 4}", {"on": 1, "yes": 2, "~": 3, "1.5": 4}),
        ("[no, off, 12:30, 0777, 0x1f]", ["no", "off", "12:30", 777, "0x1f"]),
        ("[true, False, null, ~, '', '1', \"2\"]", [True, False, None, None, "", "1", "2"]),
        ("[1, -2, +3, 1.5, .5, 1e3, .inf]", [1, -2, 3, 1.5, 0.5, 1000.0, ".inf"]),
        ("[18446744073709551615, 18446744073709551616]", [18446744073709551615, 1.8446744073709552e19]),
        ("a: &x {k: 1}\nb: *x", {"a": {"k": 1}, "b": {"k": 1}}),
        ("a: &x {k: 1, l: 2}\nb: {<<: *x, l: 3}", {"a": {"k": 1, "l": 2}, "b": {"l": 3, "k": 1}}),
        ("a: &x {k: 1}\nb: &y {k: 2, m: 3}\nc: {<<: [*x, *y]}", {"a": {"k": 1}, "b": {"k": 2, "m": 3}, "c": {"k": 1, "m": 3}}),
        ("a: {<<: text}", {"a": {"<<": "text"}}),
        ("&k key: *k", {"key": "key"}),
        ("a: &x b\n*x : c", {"a": "b", "b": "c"}),
        ("empty:", {"empty": None}),
    ],
)
def test_a_scalar_means_what_yaml_1_2_says_and_a_key_what_was_written(text: str, value: Json) -> None:
    assert read_yaml(text.encode()) == value


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: [", "not valid YAML"),
        ("a: 1\n---\nb: 2", "several documents"),
        ("[a]: 1", "a list or an object as a key"),
        ("a: &x [*x]", "not complete before it"),
        ("a: *x", "not complete before it"),
    ],
)
def test_what_json_cannot_express_is_refused_by_name(text: str, found: str) -> None:
    with pytest.raises(SpecUnusable, match=found):
        read_yaml(text.encode())


def test_nodes_are_counted_up_to_the_bound() -> None:
    assert read_yaml(b"[1, 2, 3]", max_nodes=4) == [1, 2, 3]
    with pytest.raises(SpecUnusable, match="more than 4 values"):
        read_yaml(b"[1, 2, 3, 4]", max_nodes=4)


def test_an_alias_counts_for_all_that_it_stands_for() -> None:
    assert read_yaml(b"[&x [1, 2], *x]", max_nodes=7) == [[1, 2], [1, 2]]
    with pytest.raises(SpecUnusable, match="aliases are expanded"):
        read_yaml(b"[&x [1, 2], *x]", max_nodes=6)


@pytest.mark.parametrize("item", ["*{0}", "{{<<: *{0}}}"])
def test_a_billion_laughs_are_stopped_before_they_are_expanded(item: str) -> None:
    def line(level: int) -> str:
        members = ", ".join(f"k{number}: {item.format(f'a{level}')}" for number in range(10))
        return f"a{level + 1}: &a{level + 1} {{{members}}}"

    lines = ["a0: &a0 {k: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}", *(line(level) for level in range(12))]
    with pytest.raises(SpecUnusable, match="more than 2,000,000 values"):
        read_yaml("\n".join(lines).encode())


def test_nesting_is_counted_up_to_the_bound() -> None:
    assert read_yaml(b"[[1]]", max_depth=2) == [[1]]
    with pytest.raises(SpecUnusable, match="deeper than 2"):
        read_yaml(b"[[[1]]]", max_depth=2)


def test_nesting_through_aliases_is_counted_too() -> None:
    assert read_yaml(b"[&x [1], [*x]]", max_depth=3) == [[1], [[1]]]
    with pytest.raises(SpecUnusable, match="deeper than 2"):
        read_yaml(b"[&x [1], [*x]]", max_depth=2)


def test_a_hundred_thousand_brackets_do_not_end_the_process() -> None:
    with pytest.raises(SpecUnusable, match="deeper than 200"):
        read_yaml(b"[" * 100_000)
