"""`opswright replay` and `opswright diff`: what is the same and what changed, as people read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final, TypeVar

import orjson
from rich.console import Group, RenderableType

from opswright.cli import render
from opswright.cli.render import counted, plain, table
from schemas.base import Frozen, Json

if TYPE_CHECKING:
    from agents.call_changes import CallChange
    from agents.changes import RowChange, RowChanges
    from agents.comparison import Comparison, Side
    from agents.replay import PlaceReplay, Replay

LONGEST: Final = 160
"""Characters of a value or a request in a table; --json has all of it."""

_MARKS: Final = {"added": "+", "removed": "-", "changed": "~"}
_LINES: Final = {"+": "green", "-": "red", "@": "cyan"}

Value = TypeVar("Value", bound=Frozen)


def show(value: Value, readable: Callable[[Value], RenderableType], *, as_json: bool) -> None:
    """Print it; as JSON, nothing else goes to standard output."""
    if as_json:
        print(value.model_dump_json(indent=2))
    else:
        render.console().print(readable(value))


def replayed(value: Replay) -> RenderableType:
    """Whether a run's tool made the same of the same."""
    verdict = "[green]the same[/green]" if value.same else "[red]not the same[/red]"
    parts: list[RenderableType] = [f"[bold]{plain(value.run)}[/bold] · {plain(value.tool)} · {verdict}"]
    parts += [line for place in value.places for line in _place(place)]
    if not value.same_image:
        parts.append("[yellow]![/yellow] the isolate's image is another than that of the run")
    return Group(*parts)


def _place(value: PlaceReplay) -> Iterator[RenderableType]:
    where = f"{plain(value.place)}: " if value.place else ""
    if value.differences:
        yield from (f"{where}[red]{plain(difference)}[/red]" for difference in value.differences)
    elif value.digest:
        yield f"{where}{value.bytes} bytes, digest {value.digest[:12]}"
    else:
        yield f"{where}it ended without a result, as it did then"
    if value.rows:
        yield from _rows(value.rows)


def compared(value: Comparison) -> RenderableType:
    """What changed between two runs, section by section."""
    return Group(
        _side(value.before),
        _side(value.after),
        *_section("code", _code(value)),
        *_section("arguments", _arguments(value)),
        *_section("calls", _calls(value)),
        *_section("result", _rows(value.result) if value.result else ()),
        *_section("completeness", _completeness(value)),
        *(f"[yellow]![/yellow] not compared: {plain(missing)}" for missing in value.unknown),
    )


def _side(side: Side) -> str:
    return f"[bold]{plain(side.question)}[/bold] · {plain(side.run)} · {side.status}" + (f" · {plain(side.tool)}" if side.tool else "")


def _section(title: str, lines: Iterable[RenderableType]) -> Iterator[RenderableType]:
    """Its lines below its name."""
    shown = list(lines)
    if shown:
        yield f"\n[bold]{title}[/bold]"
        yield from shown


def _code(value: Comparison) -> Iterator[str]:
    if not value.code and value.same_image is not None:
        yield "[dim]the same[/dim]"
    for line in value.code:
        style = _LINES.get(line[:1], "")
        yield f"[{style}]{plain(line)}[/{style}]" if style else plain(line)
    if value.lines_left_out:
        yield f"[dim]… {counted(value.lines_left_out, 'more line')}[/dim]"
    if value.same_image is False:
        yield "[yellow]![/yellow] the isolate's image changed, too"


def _arguments(value: Comparison) -> Iterator[RenderableType]:
    if value.arguments:
        yield table("argument", "before", "after", rows=[(name, *pair) for name, pair in value.arguments.items()])
    elif value.same_image is not None:
        yield "[dim]the same[/dim]"


def _calls(value: Comparison) -> Iterator[RenderableType]:
    if value.calls:
        yield table("#", "call", "status", "what changed", rows=map(_call, value.calls))
    if value.calls_left_out:
        yield f"[dim]… {counted(value.calls_left_out, 'more changed call')}[/dim]"
    if value.calls_same:
        yield f"[dim]{counted(value.calls_same, 'call')} the same[/dim]"


def _call(change: CallChange) -> tuple[str, str, str, str]:
    sides = [side for side in (change.before, change.after) if side]
    numbers = _arrow(*(str(side.number) for side in sides))
    statuses = _arrow(*(str(side.status or "–") for side in sides))
    title = f"{change.operation} ({change.place})" if change.place else change.operation
    return numbers, title, statuses, "; ".join(_reasons(change))


def _reasons(change: CallChange) -> Iterator[str]:
    before, after = change.before, change.after
    if before is None or after is None:
        yield "only in the second run" if before is None else "only in the first run"
        return
    if before.request != after.request:
        yield f"asked: {_arrow(*map(_cut, _parting(before.request, after.request)))}"
    if before.refused != after.refused:
        yield f"refused or failed: {_arrow(_cut(before.refused or 'no'), _cut(after.refused or 'no'))}"
    if change.rows and (change.rows.total or change.rows.reordered):
        yield _counts(change.rows)
    if change.pointers:
        yield (
            "differs at " + ", ".join(pointer or "the whole body" for pointer in change.pointers) + (", …" if change.more_pointers else "")
        )


def _parting(before: str, after: str) -> tuple[str, str]:
    """Two requests from where they part, or a little before it."""
    alike = next((at for at, (old, new) in enumerate(zip(before, after, strict=False)) if old != new), min(len(before), len(after)))
    start = max(before.rfind("?", 0, alike), before.rfind("&", 0, alike), before.rfind(",", 0, alike), before.rfind(" ", 0, alike)) + 1
    return before[start:], after[start:]


def _rows(changes: RowChanges) -> Iterator[RenderableType]:
    yield _counts(changes)
    if changes.samples:
        yield table("", "row", rows=[(_MARKS[sample.kind], _cut(_row(sample, changes.by))) for sample in changes.samples])
    if more := changes.total - len(changes.samples):
        yield f"[dim]… {counted(more, 'more row')}[/dim]"


def _counts(changes: RowChanges) -> str:
    """`2 rows changed, 1 row added`."""
    kinds = (("changed", changes.changed), ("added", changes.added), ("removed", changes.removed))
    told = ", ".join(f"{counted(number, 'row')} {kind}" for kind, number in kinds if number)
    return told or ("the same rows in another order" if changes.reordered else "the same rows")


def _row(change: RowChange, by: tuple[str, ...]) -> str:
    """The whole row; of one that changed what it is called and what is new."""
    before, after = change.before, change.after
    if change.kind != "changed":
        return _text(after if change.kind == "added" else before)
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return _arrow(_text(before), _text(after))
    names = [name for name in dict.fromkeys((*before, *after)) if before.get(name) != after.get(name)]
    changed = (f"{name}: {_arrow(_text(before.get(name)), _text(after.get(name)))}" for name in names)
    return ", ".join((*(str(before[name]) for name in by), *changed))


def _completeness(value: Comparison) -> Iterator[str]:
    before, after = value.before.completeness, value.after.completeness
    if before is None or after is None:
        return
    states = ("complete" if seen.complete else "partial" for seen in (before, after))
    rows, calls = _arrow(str(before.rows_seen), str(after.rows_seen)), _arrow(str(before.calls), str(after.calls))
    yield f"{_arrow(*states)}; rows seen: {rows}; calls: {calls}"
    yield from (f"- {plain(gap)}" for gap in before.gaps if gap not in after.gaps)
    yield from (f"+ {plain(gap)}" for gap in after.gaps if gap not in before.gaps)


def _text(value: Json) -> str:
    """A row as `name=value, …`; any other value as JSON."""
    if isinstance(value, dict):
        return ", ".join(f"{name}={_text(inner)}" for name, inner in value.items())
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _arrow(*sides: str) -> str:
    """`a → b`, or what both are."""
    return " → ".join(dict.fromkeys(sides))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
