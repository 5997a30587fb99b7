"""How each source stands: what is held of it, how old that is, and whether it answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from opswright.cli import render
from schemas.base import Frozen
from schemas.operation import Effect
from schemas.source import Source

if TYPE_CHECKING:
    from opswright.wiring import Runtime

State = Literal["fresh", "stale", "away", "unread", "awaits approval"]
"""`away`: the latest attempt to read it came to nothing. `awaits approval`: nothing of it answers, or a newer version could."""


class SourceState(Frozen):
    """A source as `opswright sources list` tells of it. `why` says what is wrong, if anything is."""

    name: str
    title: str
    description: str
    calls_go_to: str
    kept_in: Literal["added", "connections.yaml"]
    state: State
    why: str = ""
    operations: int = 0
    reads: int = 0
    version: str = ""
    read_at: datetime | None = None


def source_states(wired: Runtime, now: datetime) -> Iterator[SourceState]:
    """Every source that is configured, by name. Reads the database, and asks no server."""
    written = wired.sources.written()
    for source in wired.sources.all():
        yield _state(wired, source, now, "connections.yaml" if source.name in written else "added")


def _state(wired: Runtime, source: Source, now: datetime, kept_in: Literal["added", "connections.yaml"]) -> SourceState:
    held = wired.documents.source(source.name)
    operations = wired.documents.operations(source.name)
    state, why = _standing(wired, source, now)
    return SourceState(
        name=source.name,
        title=source.title,
        description=source.spec_url,
        calls_go_to=render.place(source),
        kept_in=kept_in,
        state=state,
        why=why,
        operations=len(operations),
        reads=sum(operation.effect is Effect.READ for operation in operations),
        version=held.version if held else "",
        read_at=held.fetched_at if held else None,
    )


def _standing(wired: Runtime, source: Source, now: datetime) -> tuple[State, str]:
    held, failure = wired.documents.source(source.name), wired.documents.attempts(source.name).failure
    newest = next(iter(wired.documents.versions.all(source.name)), None)
    if newest and newest.state == "added":
        return "awaits approval", f"opswright sources approve {source.name} --version {newest.number}"
    if failure:
        return "away", failure
    if held is None:
        return "unread", ""
    is_fresh = now - held.fetched_at < timedelta(hours=wired.settings.document_max_age_hours)
    return ("fresh" if is_fresh else "stale"), ""
