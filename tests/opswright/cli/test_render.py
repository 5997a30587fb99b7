"""Text that is not ours, on a terminal: it is read, and never obeyed."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime

import pytest
from rich.console import Console, RenderableType

from opswright.cli import render
from schemas.answer import Answer, Completeness, Evidence
from schemas.run import CallRecord, Failure, RunRecord

RED = "\x1b[31m"


def shown(*what: RenderableType, width: int = 200, is_terminal: bool = True) -> str:
    """What reaches a terminal with colours, or a pipe."""
    console = Console(file=io.StringIO(), force_terminal=is_terminal, color_system=None, highlight=False, width=width)
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
    run = RunRecord(id="1", question=hostile, status="failed", started_at=datetime(2026, 1, 1, tzinfo=UTC))
    call = CallRecord(number=1, source="a", operation=None, method="GET", url=hostile, refusal=hostile)
    failure = Failure(code="E_SPEC", message=hostile, hint=hostile)
    table = render.table(hostile, rows=())
    written = shown(render.runs([(run, "failed")]), render.calls([call]), render.failure(failure), table)
    assert RED not in written
    assert written.count(r"\x1b[31m[/x]") == 6


def answered(rows: int, columns: int = 2) -> Answer:
    """An answer whose cells have ten characters."""
    return Answer(
        question="list hosts",
        sentence="Hosts.",
        columns=tuple(f"column{number}" for number in range(columns)),
        rows=tuple(tuple(f"row-{row:02}-{column:03}" for column in range(columns)) for row in range(rows)),
        evidence=(Evidence(calls=(1,)),) * rows,
        completeness=Completeness(complete=True, calls=1, rows_seen=rows),
        caveats=("a caveat",),
        source="estate",
        tool="hosts@1",
        reused=True,
        run_id="1",
        backend_milliseconds=1.0,
    )


@pytest.mark.parametrize(
    ("rows", "kept", "said"), [(50, 50, ""), (51, 50, "… 1 more row: use --json"), (230, 50, "… 180 more rows: use --json")]
)
def test_a_terminal_gets_as_many_rows_as_can_be_read(rows: int, kept: int, said: str) -> None:
    written = shown(render.answer(answered(rows)))
    assert written.count("row-") == kept * 2
    assert said in written
    assert ("more row" in written) is bool(said)
    assert "a caveat" in written


def test_a_pipe_gets_every_row_and_column() -> None:
    written = shown(render.answer(answered(230, columns=40)), width=render.UNBOUNDED, is_terminal=False)
    assert written.count("row-") == 230 * 40
    assert "--json" not in written


@pytest.mark.parametrize(("width", "kept"), [(200, 6), (86, 6), (85, 5), (60, 4), (47, 3), (40, 3)])
def test_a_narrow_terminal_loses_columns_from_the_right_but_not_the_first_ones_nor_the_calls(width: int, kept: int) -> None:
    written = shown(render.answer(answered(1, columns=6)), width=width)
    assert re.findall(r"\w+", written.splitlines()[1]) == [*(f"column{number}" for number in range(kept)), "calls"]
    assert ("--json" in written) is (kept < 6)


@pytest.mark.parametrize(("number", "said"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows")])
def test_one_thing_is_not_called_several(number: int, said: str) -> None:
    assert render.counted(number, "row") == said
    assert f"complete: {said} in 1 call to" in shown(render.answer(answered(number)))
