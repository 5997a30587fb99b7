"""`opswright tools`: what is registered, what it looks like, and running it by name."""

from __future__ import annotations

from typing import Annotated

import typer

from opswright.cli import render
from opswright.cli.ending import errors_as_json
from opswright.cli.opening import runtime
from schemas.base import Scalar
from schemas.errors import QuestionDeclined, quoted
from schemas.query import QueryParameter
from schemas.tool import ToolManifest

tools = typer.Typer(no_args_is_help=True)

_TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@tools.command("list")
def list_tools() -> None:
    """List the registered tools."""
    with runtime() as wired:
        render.console().print(render.tools(wired.registry.all(), wired.registry.usage()))
        for damage in wired.registry.damaged():
            render.console(stderr=True).print(f"[yellow]![/yellow] {render.plain(damage)}")


@tools.command()
def show(tool: Annotated[str, typer.Argument(help="NAME, or NAME@VERSION.")]) -> None:
    """Show a tool's source and what the checks said of it."""
    with runtime() as wired:
        found = wired.registry.load(tool)
        render.console().print(render.code(found), render.verification(found.verification))


@tools.command()
def run(
    tool: Annotated[str, typer.Argument(help="NAME, or NAME@VERSION.")],
    arguments: Annotated[list[str] | None, typer.Argument(help="PARAMETER=VALUE, for each that shall not be the default.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON and nothing else.")] = False,
) -> None:
    """Run a registered tool against its source."""
    from opswright.cli.asking import follow, prepare, show

    with errors_as_json(as_json), runtime() as wired:
        manifest = wired.registry.load(tool).manifest
        values = _values(manifest, arguments or [])
        prepare(wired)
        record = follow(wired, wired.runner.begin_tool(manifest, values))
        show(wired, record, as_json=as_json, show_code=False)


def _values(manifest: ToolManifest, arguments: list[str]) -> dict[str, Scalar]:
    parameters = {parameter.name: parameter for parameter in manifest.query.parameters}
    values: dict[str, Scalar] = {}
    for argument in arguments:
        name, equals, text = argument.partition("=")
        if not equals or name not in parameters:
            known = ", ".join(f"{p.name}={p.default}" for p in parameters.values()) or "none: it takes no parameters"
            raise QuestionDeclined(f"{quoted(argument)} sets no parameter of {manifest.reference}.", hint=f"Its parameters: {known}.")
        values[name] = _value(parameters[name], text)
    return values


def _value(parameter: QueryParameter, text: str) -> Scalar:
    try:
        match parameter.type:
            case "integer":
                return int(text)
            case "number":
                return float(text)
            case "boolean":
                return _TRUTHS[text.lower()]
            case _:
                return text
    except (ValueError, KeyError) as error:
        example = f"For example {parameter.name}={parameter.default}."
        raise QuestionDeclined(f"{parameter.name}={quoted(text)} is no {parameter.type}.", hint=example) from error
