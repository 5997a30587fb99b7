"""`opswright sources`: the APIs that questions are answered from."""

from __future__ import annotations

from typing import Annotated

import typer

from opswright.aws_sourcing import access_of, spec_url
from opswright.cli import render
from opswright.cli.opening import runtime
from opswright.sourcing import bearer_of

sources = typer.Typer(no_args_is_help=True)


@sources.command()
def add(
    url: Annotated[str, typer.Argument(help="Where the OpenAPI description is: a URL, or a file's path. Or aws.")],
    name: Annotated[str, typer.Option(help="What to call it; by default made from its title.")] = "",
    base_url: Annotated[str, typer.Option(help="Where calls go; by default what the description says.")] = "",
    bearer: Annotated[str, typer.Option(help="Reference to a bearer token: env:NAME or file:/PATH, never the token itself.")] = "",
    region: Annotated[list[str] | None, typer.Option(help="AWS: a region to look in; may be given several times.")] = None,
    service: Annotated[list[str] | None, typer.Option(help="AWS: a service, such as ec2; by default the usual ones. '*' is all.")] = None,
    profile: Annotated[str, typer.Option(help="AWS: a profile of your AWS configuration; by default what the AWS SDK finds.")] = "",
    role: Annotated[str, typer.Option(help="AWS: the ARN of a role to assume, best one that may only read.")] = "",
    endpoint: Annotated[str, typer.Option(help="AWS: the address of what stands in for AWS, such as a simulator.")] = "",
) -> None:
    """Add an API and read its description.

    Passwords, API keys, client certificates, private authorities and Kubernetes clusters go into connections.yaml instead: see
    docs/connections.md.
    """
    access = access_of(url, regions=region or (), services=service or (), profile=profile, role_arn=role, endpoint_url=endpoint)
    address = spec_url(url, service or ()) if access else url
    credential = bearer_of(bearer) if bearer else None
    with runtime() as wired:
        source, report = wired.add_source(address, name=name, base_url=base_url, credential=credential, aws=access)
        console = render.console()
        reads = sum(operation.effect == "read" for operation in wired.documents.operations(source.name))
        total = len(wired.documents.operations(source.name))
        name, title, goes_to = map(render.plain, (source.name, source.title, render.place(source)))
        console.print(
            f"[bold]{name}[/bold] {title}: {render.counted(total, 'operation')}, {render.counted(reads, 'read')}; calls go to {goes_to}"
        )
        for warning in report.warnings[:5]:
            console.print(f"[yellow]![/yellow] {render.plain(warning)}")


@sources.command("list")
def list_sources() -> None:
    """List the APIs."""
    with runtime() as wired:
        configured = wired.sources.all()
        counts = {source.name: len(wired.documents.operations(source.name)) for source in configured}
        render.console().print(render.sources(configured, counts, wired.sources.written()))


@sources.command()
def remove(name: Annotated[str, typer.Argument(help="The source's name.")]) -> None:
    """Forget an API that was added. Its tools stay, and answer again when it is back."""
    with runtime() as wired:
        wired.sources.remove(name)
        render.console().print(f"{render.plain(name)} is removed")
