"""Values as people read them on a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.markup import escape
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from schemas.answer import Answer
from schemas.credential import Credential
from schemas.run import CallRecord, Failure, RunRecord
from schemas.source import Source
from schemas.tool import RegisteredTool, ToolManifest
from schemas.verification import Verification

if TYPE_CHECKING:
    from generated_tools.usage import Usage

MOST_ROWS = 50
"""Of an answer on a terminal: more scroll what is said of them out of sight."""

FEWEST_COLUMNS = 3
"""Of an answer, however narrow the terminal: what identifies a row, and what was asked of it."""

LONG_CELL = 32
"""Characters. A cell that is longer is wrapped before a column is left out."""

UNBOUNDED = 10_000
"""Width of what is no terminal: programs read lines, and wrap none."""

MARKS = {True: "[green]✓[/green]", False: "[red]✗[/red]"}

# Control characters (C0, DEL, C1) move the cursor and set colours, line separators forge lines, the controls of text direction show
# a text in another order than it has, and lone surrogates can't be printed at all.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(value: object) -> str:
    """Text that is not ours, as it goes into markup: shown as it is, with characters that act on a terminal spelled out."""
    return escape(_spelled_out(str(value)))


def _spelled_out(text: str) -> str:
    return _UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def table(*headings: str, rows: Iterable[Sequence[Any]]) -> Table:
    """A plain table; cells are shown as they are, whatever markup they may look like."""
    made = Table(*map(plain, headings), header_style="bold", show_edge=False, pad_edge=False)
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
        return plain(", ".join(str(item) for item in value))
    return plain(value)


def answer(value: Answer) -> RenderableType:
    """Rows with the calls that each rests on, and everything that qualifies them."""
    parts: list[RenderableType] = [f"[bold]{plain(value.sentence)}[/bold]"]
    if value.rows:
        parts.append(_Rows(value))
    seen = value.completeness
    state = "complete" if seen.complete else "[yellow]partial[/yellow]"
    how = "reused" if value.reused else "written and proven now"
    parts.append(
        f"[dim]{state}: {counted(seen.rows_seen, 'row')} in {counted(seen.calls, 'call')} to {plain(value.source)}; "
        f"tool {plain(value.tool)}, {how}[/dim]"
    )
    parts += [f"[yellow]![/yellow] {plain(gap)}" for gap in seen.gaps]
    parts += [f"[dim]· {plain(caveat)}[/dim]" for caveat in value.caveats]
    return Group(*parts)


@dataclass(frozen=True)
class _Rows:
    """The rows of an answer: all of them in a pipe; on a terminal as many as can be read there, and what was left out."""

    of: Answer

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        rows = self.of.rows[:MOST_ROWS] if console.is_terminal else self.of.rows
        calls = [_calls(evidence.calls) for evidence in self.of.evidence[: len(rows)]]
        left = options.max_width - _breadth("calls", calls)
        fitting = _fitting(self.of.columns, [list(map(cell, row)) for row in rows], left) if console.is_terminal else len(self.of.columns)
        shown = [(*row[:fitting], numbers) for row, numbers in zip(rows, calls, strict=True)]
        yield table(*self.of.columns[:fitting], "calls", rows=shown)
        if hidden := self.of.columns[fitting:]:
            yield f"[dim]… {counted(len(hidden), 'more column')} ({plain(', '.join(hidden))}): use --json[/dim]"
        if more := len(self.of.rows) - len(rows):
            yield f"[dim]… {counted(more, 'more row')}: use --json[/dim]"


@dataclass(frozen=True)
class Columns:
    """A table of cells in markup, what matters most first: all of it in a pipe; on a terminal the first columns, as many as can be read.

    The first one's cells are never cut: they are what its reader types.
    """

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        fitting = _fitting(self.headings, self.rows, options.max_width) if console.is_terminal else len(self.headings)
        made = Table(header_style="bold", show_edge=False, pad_edge=False)
        for number, heading in enumerate(self.headings[:fitting]):
            made.add_column(heading, no_wrap=number == 0, overflow="fold")
        for row in self.rows:
            made.add_row(*row[:fitting])
        yield made
        if hidden := self.headings[fitting:]:
            yield f"[dim]… {counted(len(hidden), 'more column')} ({plain(', '.join(hidden))}): use a wider terminal, or a pipe[/dim]"


def _fitting(headings: Sequence[str], rows: Sequence[Sequence[str]], left: int) -> int:
    """How many columns fit: the first ones, for an answer begins with what identifies a row and what was asked."""
    for count, heading in enumerate(headings):
        left -= _breadth(heading, [row[count] for row in rows])
        if left < 0:
            return max(count, min(FEWEST_COLUMNS, len(headings)))
    return len(headings)


def _breadth(heading: str, cells: Iterable[str]) -> int:
    """Of a column with the border beside it."""
    widest = max((Text.from_markup(text).cell_len for text in cells), default=0)
    return max(cell_len(heading), min(widest, LONG_CELL)) + 3


def counted(number: int, thing: str) -> str:
    """`1 row`, `2 rows`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


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
        made.add_row(MARKS[check.passed], check.check, plain(check.detail), f"{check.milliseconds:.0f}")
    findings = [f"  {finding.severity}: {plain(finding.message)}" for finding in value.findings]
    return Group(made, *findings, f"[dim]semantics: {value.semantics}[/dim]")


def code(tool: RegisteredTool) -> RenderableType:
    """The tool's source."""
    title = f"{tool.manifest.reference} · {tool.manifest.title}"
    source = "\n".join(map(_spelled_out, tool.code.split("\n")))
    return Panel(
        Syntax(source, "python", theme="ansi_dark", background_color="default"), title=plain(title), title_align="left", expand=False
    )


def tools(manifests: Sequence[ToolManifest], usage: Mapping[str, Usage]) -> RenderableType:
    """The registry with its statistics."""
    rows = [(m.reference, m.title, m.source, m.engine, *_used(usage.get(m.reference))) for m in manifests]
    return table("tool", "what it returns", "source", "written by", "uses", "last used", "mean ms", rows=rows)


def _used(usage: Usage | None) -> tuple[int, str | None, float | None]:
    if usage is None or usage.last_used_at is None:
        return 0, None, None
    return usage.uses, local(usage.last_used_at), usage.mean_milliseconds


def place(source: Source) -> str:
    """Where calls go: a base URL, or AWS's regions with what stands in for AWS, if anything does."""
    if source.aws is None:
        return source.base_url or "no server, as it is only read"
    regions = ", ".join(source.aws.regions)
    return f"{regions} at {source.aws.endpoint_url}" if source.aws.endpoint_url else regions


def identity(source: Source) -> str:
    """Whom calls are made as, by reference only."""
    if source.aws is None:
        return _credential(source.credential) if source.credential else "none"
    profile = f"profile {source.aws.profile}" if source.aws.profile else "the AWS SDK's own"
    return f"{profile}, as {source.aws.role_arn}" if source.aws.role_arn else profile


def _credential(credential: Credential) -> str:
    references = ", ".join(credential.references)
    return references if credential.kind == "bearer" else f"{credential.kind}: {references}"


def runs(records: Iterable[tuple[RunRecord, str]]) -> RenderableType:
    """The latest runs, each with its status."""
    rows = [(r.id, local(r.started_at), status, r.question) for r, status in records]
    return table("run", "asked at", "status", "question", rows=rows)


def local(moment: datetime) -> str:
    """By this machine's clock."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def calls(records: Sequence[CallRecord]) -> RenderableType:
    """What went through the broker."""
    rows = [
        (call.number, f"{call.method} {call.url}", call.status or "–", f"{call.milliseconds:.0f}", call.refusal or call.failure)
        for call in records
    ]
    return table("#", "call", "status", "ms", "refused or failed", rows=rows)


def failure(value: Failure) -> RenderableType:
    """An error: its code, what is wrong, and the way out."""
    parts = [f"[bold red]{value.code}[/bold red] {plain(value.message)}"]
    return Group(*parts, *([plain(value.hint)] if value.hint else []))


def console(*, stderr: bool = False) -> Console:
    """A terminal, or a pipe: then no colours, and lines as long as they are."""
    made = Console(stderr=stderr, highlight=False, emoji=False)
    if not made.is_terminal:
        made.width = UNBOUNDED
    return made
