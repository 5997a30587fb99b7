"""Values as people read them on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table

from schemas.answer import Answer
from schemas.run import CallRecord, Failure, RunRecord
from schemas.source import Source
from schemas.tool import RegisteredTool, ToolManifest
from schemas.verification import Verification

MARKS = {True: "[green]✓[/green]", False: "[red]✗[/red]"}


def table(*headings: str, rows: Iterable[Sequence[Any]]) -> Table:
    """A plain table; cells are shown as they are, whatever markup they may look like."""
    made = Table(*headings, header_style="bold", show_edge=False, pad_edge=False)
    for row in rows:
        made.add_row(*(cell(value) for value in row))
    return made


def cell(value: Any) -> str:
    """A value in a table: figures short, nothing as a dash."""
    if value is None:
        return "[dim]–[/dim]"
    if isinstance(value, float):
        return f"{value:,.1f}" if value % 1 else f"{value:,.0f}"
    if isinstance(value, list | tuple):
        return escape(", ".join(str(item) for item in value))
    return escape(str(value))


def answer(value: Answer) -> RenderableType:
    """Rows with the calls that each rests on, and everything that qualifies them."""
    headings = (*value.columns, "calls")
    rows = [(*row, _calls(evidence.calls)) for row, evidence in zip(value.rows, value.evidence, strict=True)]
    parts: list[RenderableType] = [f"[bold]{escape(value.sentence)}[/bold]"]
    if rows:
        parts.append(table(*headings, rows=rows))
    seen = value.completeness
    state = "complete" if seen.complete else "[yellow]partial[/yellow]"
    how = "reused" if value.reused else "written and proven now"
    parts.append(f"[dim]{state}: {seen.rows_seen} rows in {seen.calls} calls to {escape(value.source)}; tool {value.tool}, {how}[/dim]")
    parts += [f"[yellow]![/yellow] {escape(gap)}" for gap in seen.gaps]
    parts += [f"[dim]· {escape(caveat)}[/dim]" for caveat in value.caveats]
    return Group(*parts)


def _calls(numbers: Sequence[int]) -> str:
    """`1–3, 7` for 1, 2, 3, 7."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(low) if low == high else f"{low}–{high}" for low, high in spans)


def verification(value: Verification) -> RenderableType:
    """Each check with what it looked at and what it found."""
    made = Table("", "check", "what it looked at", "ms", show_edge=False, pad_edge=False, header_style="bold")
    for check in value.checks:
        made.add_row(MARKS[check.passed], check.check, escape(check.detail), f"{check.milliseconds:.0f}")
    findings = [f"  {finding.severity}: {escape(finding.message)}" for finding in value.findings]
    return Group(made, *findings, f"[dim]semantics: {value.semantics}[/dim]")


def code(tool: RegisteredTool) -> RenderableType:
    """The tool's source."""
    title = f"{tool.manifest.reference} · {tool.manifest.title}"
    return Panel(Syntax(tool.code, "python", theme="ansi_dark", background_color="default"), title=escape(title), title_align="left")


def tools(manifests: Sequence[ToolManifest], uses: dict[str, int]) -> RenderableType:
    """The registry."""
    rows = [(m.reference, m.title, m.source, m.engine, uses.get(m.reference, 0)) for m in manifests]
    return table("tool", "what it returns", "source", "written by", "uses", rows=rows)


def sources(configured: Sequence[Source], operations: dict[str, int]) -> RenderableType:
    """The configured sources; credentials by reference only."""
    rows = [(s.name, s.title, s.base_url, s.credential.secret if s.credential else "none", operations.get(s.name, 0)) for s in configured]
    return table("source", "title", "calls go to", "credential", "operations", rows=rows)


def runs(records: Sequence[RunRecord]) -> RenderableType:
    """The latest runs."""
    rows = [(r.id, r.started_at.astimezone().strftime("%Y-%m-%d %H:%M:%S"), r.status, r.question) for r in records]
    return table("run", "asked at", "status", "question", rows=rows)


def calls(records: Sequence[CallRecord]) -> RenderableType:
    """What went through the broker."""
    rows = [
        (call.number, f"{call.method} {call.url}", call.status or "–", f"{call.milliseconds:.0f}", call.refusal or call.failure)
        for call in records
    ]
    return table("#", "call", "status", "ms", "refused or failed", rows=rows)


def failure(value: Failure) -> RenderableType:
    """An error: its code, what is wrong, and the way out."""
    parts = [f"[bold red]{value.code}[/bold red] {escape(value.message)}"]
    return Group(*parts, *([escape(value.hint)] if value.hint else []))


def console(*, stderr: bool = False) -> Console:
    """A terminal, or a pipe: then no colours, and lines as long as they are."""
    made = Console(stderr=stderr, highlight=False)
    return made if made.is_terminal else Console(stderr=stderr, highlight=False, width=max(made.width, 160))
