"""`opswright`: the commands.

Everything heavy is imported inside the commands: `--help` must not wait for the state machine and the vector index.
"""

from __future__ import annotations

from typing import Annotated

import typer

from opswright.cli import render
from opswright.cli.ending import errors_as_json
from opswright.cli.opening import runtime
from opswright.cli.rag import rag
from opswright.cli.runs import runs
from opswright.cli.sources import sources
from opswright.cli.tools import tools
from opswright.settings import load

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Ask your infrastructure a question.",
)
app.add_typer(tools, name="tools", help="The registered tools.")
app.add_typer(sources, name="sources", help="The APIs that questions are answered from.")
app.add_typer(rag, name="rag", help="How well search finds what answers a question.")
app.add_typer(runs, name="runs", help="What was asked before; an interrupted run can go on.")


@app.command()
def ask(
    question: Annotated[list[str], typer.Argument(help='What you want to know: "top 5 hosts by memory", or without the quotes.')],
    source: Annotated[str, typer.Option(help="Ask only this source.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON and nothing else.")] = False,
    show_code: Annotated[bool, typer.Option("--code", help="Print the tool and what the checks said of it, too.")] = False,
) -> None:
    """Answer a question, with a proven tool: a kept one where there is one, else a new one."""
    from opswright.cli.asking import ask as ask_and_show
    from opswright.cli.asking import check

    with errors_as_json(as_json):
        checked = check(" ".join(question))
        with runtime() as wired:
            ask_and_show(wired, checked, source=source or None, as_json=as_json, show_code=show_code)


@app.command()
def replay(
    run: Annotated[str, typer.Argument(help="The run's id, or its beginning.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the comparison as JSON and nothing else.")] = False,
) -> None:
    """Run a past run's tool again on what it was answered then, without network; exit status 1 where anything differs."""
    from opswright.cli import changes

    with errors_as_json(as_json), runtime() as wired:
        replayed = wired.replayer.replay(wired.runs.load(run).id)
    changes.show(replayed, changes.replayed, as_json=as_json)
    raise typer.Exit(0 if replayed.same else 1)


@app.command()
def diff(
    before: Annotated[str, typer.Argument(help="A run's id, or its beginning.")],
    after: Annotated[str, typer.Argument(help="Another run's.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print what changed as JSON and nothing else.")] = False,
) -> None:
    """Show what changed from one run to another: code, arguments, calls, result, completeness."""
    from agents.comparison import compare
    from opswright.cli import changes

    with errors_as_json(as_json), runtime() as wired:
        compared = compare(wired.runs.load(before), wired.runs.load(after), wired.transcripts, wired.contents)
    changes.show(compared, changes.compared, as_json=as_json)


@app.command()
def doctor() -> None:
    """Check this installation: folders, sandbox walls, type checker, search, sources."""
    from opswright.cli.doctor import examine

    with runtime() as wired:
        healthy = examine(wired, render.console())
    raise typer.Exit(0 if healthy else 1)


@app.command()
def demo() -> None:
    """Start two services and an AWS account on loopback, ask them questions, and show how each answer came about."""
    from eval.demo import play
    from opswright.cli.asking import progress_bar
    from opswright.cli.staging import Terminal, stage_settings

    with runtime(stage_settings(load())) as wired:
        with progress_bar() as progress:
            wired.prepare(progress)
        play(wired, Terminal(wired))


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on; any but this machine's own needs OPSWRIGHT_API_KEY.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The TCP port; 0 takes a free one.")] = 8600,
) -> None:
    """Answer questions over HTTP until told to stop. GET /api/v1/openapi.json describes the API."""
    from opswright.api.server import listen, url_of
    from opswright.api.server import serve as serve_api
    from opswright.cli.asking import progress_bar

    with runtime() as wired, listen(wired.settings, host, port) as listener:
        with progress_bar() as progress:
            wired.prepare(progress)
        serve_api(wired, listener, lambda: print(f"listening on {url_of(listener)}", flush=True))


@app.command()
def bench(
    area: Annotated[str, typer.Argument(help="What to measure; an unknown name is answered with the known ones.")],
    quick: Annotated[bool, typer.Option(help="Within a minute, with fewer repetitions.")] = False,
) -> None:
    """Measure one area, print the figures and keep them in eval/bench/results."""
    from eval.bench.conditions import Conditions
    from eval.bench.runner import keep, measure, table
    from opswright.wiring import open_runtime

    settings = load()
    report = measure(area, Conditions(quick, open_runtime(settings), settings.specs))
    render.console().print(table(report))
    render.console().print(f"[dim]kept in {render.plain(keep(report))}[/dim]")
