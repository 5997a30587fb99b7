"""A specification is written by strangers: whatever its names hold, the tool stays a tool."""

from __future__ import annotations

import ast
from datetime import UTC, datetime

import pytest

from agents.generate import author
from agents.rules.draft import column_name
from agents.rules.grammar import read
from agents.rules.grounding import ground
from schemas.operation import CursorPagination, Effect, Operation, RowField

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HOSTILE = [
    '"""\nimport os\n"""',
    "x'); import os #",
    'a"b\\c',
    "{__import__('os')}",
    "{{ cycler }}{% raw %}",
    "\N{RIGHT-TO-LEFT OVERRIDE}name\x00\x1b[31m",
    "class",
    "2xx",
    "__class__",
    "naïve 字段",
]


def operation(word: str) -> Operation:
    return Operation(
        id=f"bad:{word}",
        source="bad",
        name="list_things",
        method="GET",
        path=f"/things/{word}",
        summary=word,
        effect=Effect.READ,
        effect_reason="",
        rows_path=f"items.{word.replace('.', '')}",
        row_title=word,
        fields=(RowField(path="name", type="string"), RowField(path=f"x {word}".replace(".", ""), type="string", enum=(word, "other"))),
        pagination=CursorPagination(cursor_parameter=word, next_path=f"next.{word}", size_parameter=word, max_size=10),
        slice_hash="0",
    )


@pytest.mark.parametrize("word", HOSTILE)
def test_the_generated_module_parses_and_holds_no_statement_of_theirs(word: str) -> None:
    bad = operation(word)
    grounded = ground(read("list things"), bad, [bad])
    assert grounded is not None
    candidate = author.write(grounded.query, {bad.id: bad}, NOW)
    for text in (candidate.source, candidate.tests):
        tree = ast.parse(text)
        imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        assert imported <= {"argparse", "json", "os", "time", "httpx", "tool"}
        called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
        assert "__import__" not in called
        assert "\x1b" not in text


@pytest.mark.parametrize("word", HOSTILE)
def test_a_column_is_always_a_name_that_python_takes(word: str) -> None:
    assert column_name(word).isidentifier()
    ast.parse(f"class Row:\n    {column_name(word)}: int")
