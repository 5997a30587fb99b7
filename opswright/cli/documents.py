"""What `opswright sources` tells of descriptions: reading them again, showing them, what changed, and approving them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import RenderableType

from opswright.cli import render, source_views
from opswright.cli.ending import errors_as_json
from opswright.cli.opening import runtime
from opswright.cli.source_views import Refreshed
from schemas.base import Frozen
from schemas.errors import OpswrightError
from schemas.operation import Operation
from schemas.run import Failure
from schemas.source import Source

if TYPE_CHECKING:
    from opswright.wiring import Runtime

ALL = "all"

JsonOption = Annotated[bool, typer.Option("--json", help="Print it as JSON and nothing else.")]
NameArgument = Annotated[str, typer.Argument(help="The source's name.")]


def list_sources(as_json: JsonOption = False) -> None:
    """List the APIs: what is known of each, how old that is, and whether it can be read."""
    from opswright.cli.source_states import source_states
    from opswright.wiring import now

    with errors_as_json(as_json), runtime() as wired:
        states = list(source_states(wired, now()))
        if as_json:
            _print_json(states)
        else:
            render.console().print(source_views.states(states, wired.sources.all(), now()))


def refresh(
    names: Annotated[list[str] | None, typer.Argument(help="Sources to read again, or all; by default all.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Read descriptions again now, and tell what changed. One that can't be read does not keep the others; exit status 1 then."""
    from opswright.cli.asking import progress_bar

    with errors_as_json(as_json), runtime() as wired:
        chosen = _chosen(wired, names or [ALL])
        outcomes = []
        with progress_bar() as progress:
            for number, source in enumerate(chosen):
                progress(f"Reading {render.plain(source.name)}", number / len(chosen))
                outcomes.append(_refreshed(wired, source))
        if as_json:
            _print_json(outcomes)
        else:
            render.console().print(source_views.refreshed(outcomes))
    raise typer.Exit(1 if any(outcome.failure for outcome in outcomes) else 0)


def show(
    name: NameArgument,
    operation: Annotated[str, typer.Argument(help="One of its operations, to see it in full.")] = "",
    version: Annotated[int | None, typer.Option(min=1, help="This version of a description that was added by hand.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show what is known of an API, or of one of its operations."""
    shown: Sequence[Operation]
    with errors_as_json(as_json), runtime() as wired:
        if operation:
            found = wired.documents.operation(name, operation, _operations(wired, name, version))
            shown, view = [found], source_views.operation(found, wired.documents.source(name))
        else:
            shown, view = _operations(wired, name, version), _overview(wired, name, version)
        if as_json:
            _print_json(shown)
        else:
            render.console().print(view)


def changes(
    name: Annotated[str, typer.Argument(help="Only of this source.")] = "",
    since: Annotated[datetime | None, typer.Option(help="Only from then on, by this machine's clock.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Tell how descriptions have changed, the newest report first."""
    with errors_as_json(as_json), runtime() as wired:
        if name and not wired.documents.log.latest(name):
            wired.sources.get(name)  # raises where nobody knows it: a removed one has reports yet
        entries = wired.documents.log.latest(name or None, since.astimezone() if since else None)
        reports = [entry.report for entry in entries]
        if as_json:
            _print_json(reports)
        else:
            render.console().print(source_views.reports(reports))


def approve(
    name: NameArgument,
    version: Annotated[int | None, typer.Option(min=1, help="Which one; by default the newest.")] = None,
) -> None:
    """Let a description that was added by hand answer, or a changed one instead of the version before."""
    with runtime() as wired:
        approved = wired.approve(name, version)
        render.console().print(f"{render.plain(approved.reference)} is {approved.state}, approved by {render.plain(approved.approved_by)}")


def _operations(wired: Runtime, name: str, version: int | None) -> Sequence[Operation]:
    """What answers, read now where it never was; or what that version has."""
    if version:
        return wired.documents.versions.operations(wired.documents.versions.get(name, version))
    source = wired.sources.get(name)
    if not wired.documents.operations(name):
        wired.documents.refresh(source)
    return wired.documents.operations(name)


def _overview(wired: Runtime, name: str, version: int | None) -> RenderableType:
    versions, operations = wired.documents.versions, _operations(wired, name, version)
    if version:
        chosen = versions.get(name, version)
        return source_views.version(chosen, operations, versions.changes(chosen))
    return source_views.source(wired.sources.get(name), wired.documents.source(name), versions.all(name), operations)


def _chosen(wired: Runtime, names: Sequence[str]) -> list[Source]:
    if ALL in names:
        return list(wired.sources.all())
    return [wired.sources.get(name) for name in dict.fromkeys(names)]


def _refreshed(wired: Runtime, source: Source) -> Refreshed:
    try:
        return Refreshed(source=source.name, report=wired.documents.refresh(source))
    except OpswrightError as error:
        return Refreshed(source=source.name, failure=Failure(code=error.code, message=error.message, hint=error.hint))


def _print_json(values: Sequence[Frozen]) -> None:
    """As one array."""
    print(f"[{','.join(value.model_dump_json() for value in values)}]")
