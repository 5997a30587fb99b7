"""Text that is not ours, on a terminal: it is read, and never obeyed."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from rich.console import Console, RenderableType

from opswright.cli import render
from schemas.run import CallRecord, Failure, RunRecord
from schemas.source import Source

RED = "\x1b[31m"


def shown(*what: RenderableType) -> str:
    """What reaches a terminal with colours."""
    console = Console(file=io.StringIO(), force_terminal=True, color_system=None, highlight=False, width=200)
    console.print(*what)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("list [/x] hosts", "list [/x] hosts"),
        ("[bold]CPU[/bold]", "[bold]CPU[/bold]"),
        (r"C:\hosts\[a-z]", r"C:\hosts\[a-z]"),
        (f"{RED}red", r"\x1b[31mred"),
        ("\x9b31mred", r"\x9b31mred"),
        ("over\rwritten\b\x7f", r"over\rwritten\x08\x7f"),
        ("two\nlines\u2028three\u2029", r"two\nlines\u2028three\u2029"),
        ("\u202egnp.exe\u2069", r"\u202egnp.exe\u2069"),
        ("\ud800", r"\ud800"),
        ("\x1f \x7e \xa0é上海", "\\x1f \x7e \xa0é上海"),
    ],
)
def test_plain_text_is_shown_as_it_is_with_what_acts_on_a_terminal_spelled_out(text: str, spelled: str) -> None:
    assert shown(f"[bold]{render.plain(text)}[/bold]").strip("\n").removeprefix("\x1b[1m").removesuffix("\x1b[0m") == spelled


@pytest.mark.parametrize("value", [RED, [RED, "b"], {"a": RED}])
def test_a_cell_is_inert(value: object) -> None:
    assert RED not in shown(render.table("h", rows=[(value,)]))


def test_every_view_of_foreign_text_is_inert() -> None:
    hostile = f"{RED}[/x]"
    source = Source(name="a", spec_url="http://a", base_url=f"http://a/{hostile}", title=hostile)
    run = RunRecord(id="1", question=hostile, status="failed", started_at=datetime(2026, 1, 1, tzinfo=UTC))
    call = CallRecord(number=1, source="a", operation=None, method="GET", url=hostile, refusal=hostile)
    failure = Failure(code="E_SPEC", message=hostile, hint=hostile)
    table = render.table(hostile, rows=())
    written = shown(render.sources([source], {}), render.runs([run]), render.calls([call]), render.failure(failure), table)
    assert RED not in written
    assert written.count(r"\x1b[31m[/x]") == 8
