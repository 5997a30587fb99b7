"""Sources, their operations and how these change, as people read them on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType

from opswright.cli import render
from opswright.cli.source_states import SourceState
from rag.changes import ChangeReport, Detail, OperationChange, Severity
from schemas.base import Frozen, canonical_json
from schemas.operation import Operation, Pagination, Parameter
from schemas.run import Failure
from schemas.source import Source

if TYPE_CHECKING:
    from rag.store import CachedSource
    from rag.versions import SourceVersion

MOST_CHANGES = 200
"""Of one report on a terminal."""

_STANDING = ("source", "state", "operations", "reads", "last read", "calls go to", "credential", "version", "title", "kept in")
_STATES = {"fresh": "green", "stale": "yellow", "away": "red", "unread": "dim", "awaits approval": "yellow"}
_SEVERITIES = {Severity.BREAKING: "red", Severity.COMPATIBLE: "green", Severity.WORDS: "dim"}


class Refreshed(Frozen):
    """What became of reading one source again: a report, or a failure."""

    source: str
    report: ChangeReport | None = None
    failure: Failure | None = None


def states(known: Sequence[SourceState], configured: Iterable[Source], now: datetime) -> RenderableType:
    """The configured sources with how each stands, and under them what is wrong; credentials by reference only."""
    places = {source.name: source for source in configured}
    made = render.Columns(_STANDING, [_standing(one, places[one.name], now) for one in known])
    return Group(made, *(f"[yellow]![/yellow] {render.plain(one.name)}: {render.plain(one.why)}" for one in known if one.why))


def _standing(one: SourceState, source: Source, now: datetime) -> tuple[str, ...]:
    state = f"[{_STATES[one.state]}]{one.state}[/{_STATES[one.state]}]"
    counts = map(render.cell, (one.operations, one.reads, _age(one.read_at, now)))
    rest = map(render.cell, (render.place(source), render.identity(source), one.version, one.title, one.kept_in))
    return (render.cell(one.name), state, *counts, *rest)


def refreshed(outcomes: Sequence[Refreshed]) -> RenderableType:
    """What became of each source, then what changed in which."""
    made = render.table("source", "operations", "added", "removed", "changed", "worst", "", rows=map(_outcome, outcomes))
    reports = [outcome.report for outcome in outcomes if outcome.report and outcome.report.changes]
    warnings = [(outcome.source, text) for outcome in outcomes if outcome.report for text in outcome.report.warnings[:5]]
    told = (f"[yellow]![/yellow] {render.plain(source)}: {render.plain(text)}" for source, text in warnings)
    return Group(made, *told, *([reports_of(reports)] if reports else []))


def _outcome(outcome: Refreshed) -> tuple[object, ...]:
    report, failure = outcome.report, outcome.failure
    if report is None:
        return (outcome.source, None, None, None, None, None, f"{failure.message} {failure.hint}".strip() if failure else "")
    severity = report.severity.label if report.severity is not None else None
    note = "read for the first time" if report.is_first else ""
    return (outcome.source, report.operations, len(report.added), len(report.removed), len(report.changed), severity, note)


def reports(found: Sequence[ChangeReport]) -> RenderableType:
    """Change reports, or a word that there is none."""
    return reports_of(found) if found else "[dim]nothing has changed[/dim]"


def reports_of(found: Sequence[ChangeReport]) -> RenderableType:
    """Each report with its operations, the worst first."""
    return Group(*(part for report in found for part in _report(report)))


def _report(report: ChangeReport) -> Iterable[RenderableType]:
    cause = ", as our own rules read it otherwise" if report.cause == "ours" else ""
    what = f"read for the first time: {render.counted(report.operations, 'operation')}" if report.is_first else "changed" + cause
    yield f"[bold]{render.plain(report.source)}[/bold] [dim]{render.local(report.at)}[/dim] {what}"
    yield from changes(report.changes)


def changes(found: Sequence[OperationChange]) -> Iterable[RenderableType]:
    """One line an operation, the worst first."""
    ordered = sorted(found, key=lambda change: (-change.severity, change.operation))
    for change in ordered[:MOST_CHANGES]:
        colour = _SEVERITIES[change.severity]
        details = f": {render.plain('; '.join(map(_detail, change.details)))}" if change.details else ""
        yield f"  [{colour}]{change.severity.label:10}[/{colour}] {render.plain(change.operation)} {change.kind}{details}"
    if len(ordered) > MOST_CHANGES:
        yield f"[dim]… {render.counted(len(ordered) - MOST_CHANGES, 'more operation')}: use --json[/dim]"


def _detail(detail: Detail) -> str:
    what = f"{detail.subject} {detail.name}".strip()
    how = f"{detail.change}" if detail.subject != "words" else ""
    values = f" ({detail.before or 'none'} → {detail.after or 'none'})" if detail.before or detail.after else ""
    return f"{what} {how}{values}".strip()


def source(of: Source, held: CachedSource | None, versions: Sequence[SourceVersion], operations: Sequence[Operation]) -> RenderableType:
    """A source with where it comes from, its versions if it was added by hand, and its operations."""
    parts: list[RenderableType] = [f"[bold]{render.plain(of.name)}[/bold] {render.plain(of.title)}", *_provenance(of.spec_url, held)]
    if versions:
        parts.append(render.table("version", "state", "added", "operations", "approved by", "approved", rows=map(_version, versions)))
    return Group(*parts, _operations(operations))


def version(of: SourceVersion, operations: Sequence[Operation], changed: Sequence[OperationChange]) -> RenderableType:
    """A version of a hand-added description, with what it changes."""
    head = f"[bold]{render.plain(of.reference)}[/bold] {_state(of)}, added {render.local(of.added_at)}"
    return Group(head, *changes(changed), _operations(operations))


def _version(of: SourceVersion) -> tuple[object, ...]:
    approved = render.local(of.approved_at) if of.approved_at else None
    return (of.number, _state(of), render.local(of.added_at), of.operations, of.approved_by or None, approved)


def _state(of: SourceVersion) -> str:
    return "awaits approval" if of.state == "added" else of.state


def _operations(operations: Sequence[Operation]) -> RenderableType:
    rows = [(o.name, _call(o), o.effect.value, o.summary) for o in operations]
    return render.table("operation", "call", "effect", "what it does", rows=rows)


def _call(of: Operation) -> str:
    return of.label if of.is_callable else "text only"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def operation(of: Operation, held: CachedSource | None) -> RenderableType:
    """An operation in full. Each line of a text that is not ours is marked: none of them can pass for what we say of its effect."""
    parts: list[RenderableType] = [
        f"[bold]{render.plain(of.name)}[/bold] {render.plain(_call(of))}",
        *(f"[dim]│[/dim] {render.plain(line)}" for line in f"{of.summary}\n{of.description}".split("\n") if line.strip()),
        f"effect: {of.effect.value} ({render.plain(of.effect_reason)})",
        f"rows: {render.plain(_rows(of))}; pagination: {render.plain(_pagination(of.pagination))}",
    ]
    if not of.is_callable:
        parts.append("[yellow]![/yellow] It can't be called from here: it is known as text.")
    if of.docs_url:
        parts.append(f"documentation: {render.plain(of.docs_url)}")
    parameters = [(p.name, p.location, _type(p), "required" if p.required else "", _one_line(p.description)) for p in of.parameters]
    fields = [(f.path, f"{f.type} {f.format}".strip(), ", ".join(f.enum), _one_line(f.description)) for f in of.fields]
    if parameters:
        parts.append(render.table("parameter", "in", "type", "", "meaning", rows=parameters))
    if fields:
        parts.append(render.table("field of a row", "type", "values", "meaning", rows=fields))
    return Group(*parts, *_provenance(held.spec_url if held else "", held))


def _provenance(spec_url: str, held: CachedSource | None) -> list[str]:
    if held is None:
        return [f"[dim]from {render.plain(spec_url)}, not read yet[/dim]"] if spec_url else []
    release = f", {render.plain(held.version)}" if held.version else ""
    return [f"[dim]from {render.plain(spec_url)}{release}, read {render.local(held.fetched_at)}[/dim]"]


def _rows(of: Operation) -> str:
    if of.rows_path is None:
        return "none"
    return ("one, at " if of.row_is_single else "at ") + (of.rows_path or "the top of the response")


def _pagination(style: Pagination | None) -> str:
    if style is None:
        return "none"
    settings = style.model_dump(exclude_none=True, exclude={"style"})
    return f"{style.style} ({', '.join(f'{name} {value}' for name, value in settings.items())})"


def _type(parameter: Parameter) -> str:
    schema = parameter.value_schema if isinstance(parameter.value_schema, dict) else {}
    if values := schema.get("enum"):
        return " | ".join(value if isinstance(value, str) else canonical_json(value).decode() for value in values)
    declared = schema.get("type", "any")
    return " | ".join(map(str, declared)) if isinstance(declared, list) else str(declared)


def _age(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "never"
    hours = (now - moment) / timedelta(hours=1)
    return f"{hours * 60:.0f} min ago" if hours < 2 else f"{hours:.0f} h ago" if hours < 72 else f"{hours / 24:.0f} days ago"
