"""`opswright runs`: what was asked, how it went, and going on with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from opswright.cli import render
from opswright.cli.ending import errors_as_json
from opswright.cli.opening import runtime
from schemas.errors import NotFound
from schemas.run import RunRecord

if TYPE_CHECKING:
    from opswright.wiring import Runtime

runs = typer.Typer(no_args_is_help=True)


@runs.command("list")
def list_runs(limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, the newest first.")] = 20) -> None:
    """List the latest runs."""
    with runtime() as wired:
        render.console().print(render.runs([(record, _status(wired, record)) for record in wired.runs.latest(limit)]))


@runs.command()
def show(run: Annotated[str, typer.Argument(help="The run's id, or its beginning.")]) -> None:
    """Show a run: its steps, the calls that were made, the answer or the error."""
    with runtime() as wired:
        record, console = wired.runs.load(run), render.console()
        console.print(f"[bold]{render.plain(record.question)}[/bold] · {record.id} · {_status(wired, record)}")
        console.print(f"steps: {' → '.join(wired.runner.steps(record.id)) or 'none'}")
        if draft := wired.runner.verification(record.id):
            console.print(render.verification(draft))
        try:
            console.print(render.calls(wired.transcripts.load(record.id).calls))
        except NotFound:
            days = wired.settings.transcript_days
            had = wired.runner.tool(record.id)
            console.print(f"[dim]its calls are no longer kept: {days:g} days are over[/dim]" if had else "[dim]no calls were made[/dim]")
        if record.failure:
            console.print(render.failure(record.failure))
        if record.answer:
            console.print(render.answer(record.answer))


@runs.command()
def resume(
    run: Annotated[str, typer.Argument(help="The run's id, or its beginning.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON and nothing else.")] = False,
) -> None:
    """Go on with a run that was killed or failed, after its last finished step."""
    from opswright.cli.asking import follow, prepare
    from opswright.cli.asking import show as show_answer

    with errors_as_json(as_json), runtime() as wired:
        record = wired.runs.load(run)
        prepare(wired)
        show_answer(wired, follow(wired, record), as_json=as_json, show_code=False)


def _status(wired: Runtime, record: RunRecord) -> str:
    """`interrupted` where no living process is at a run that has not ended."""
    if record.status != "running" or wired.runner.is_held(record.id):
        return record.status
    again = wired.runs.load(record.id).status  # it may have ended since it was read
    return "interrupted" if again == "running" else again
