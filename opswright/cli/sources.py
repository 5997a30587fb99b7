"""`opswright sources`: the APIs that questions are answered from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from opswright.aws_sourcing import access_of, is_aws, spec_url
from opswright.cli import documents, render
from opswright.cli.opening import runtime
from opswright.sourcing import Meant, bearer_of, meant, missing_credential
from schemas.source import Source

if TYPE_CHECKING:
    from opswright.wiring import Runtime

sources = typer.Typer(no_args_is_help=True)


@sources.command()
def add(
    url: Annotated[str, typer.Argument(help="A name of the catalogue, such as prometheus or aws; or a description's URL or file.")],
    name: Annotated[str, typer.Option(help="What to call it; by default made from its title.")] = "",
    base_url: Annotated[str, typer.Option(help="Where calls go; by default what the description says.")] = "",
    bearer: Annotated[str, typer.Option(help="Reference to a bearer token: env:NAME or file:/PATH, never the token itself.")] = "",
    region: Annotated[list[str] | None, typer.Option(help="AWS: a region to look in; may be given several times.")] = None,
    service: Annotated[list[str] | None, typer.Option(help="AWS, gcp …: a service, such as ec2. Of AWS '*' is all.")] = None,
    profile: Annotated[str, typer.Option(help="AWS: a profile of your AWS configuration; by default what the AWS SDK finds.")] = "",
    role: Annotated[str, typer.Option(help="AWS: the ARN of a role to assume, best one that may only read.")] = "",
    endpoint: Annotated[str, typer.Option(help="AWS: the address of what stands in for AWS, such as a simulator.")] = "",
    approve: Annotated[bool, typer.Option("--approve", help="A file or folder: you have looked at it, and it may answer.")] = False,
) -> None:
    """Add an API and read its description.

    Passwords, API keys, client certificates, private authorities and Kubernetes clusters go into connections.yaml instead: see
    docs/connections.md.
    """
    services = service or ()
    of_aws = services if is_aws(url) else ()
    access = access_of(url, regions=region or (), services=of_aws, profile=profile, role_arn=role, endpoint_url=endpoint)
    credential = bearer_of(bearer) if bearer else None
    from rag.versions import AwaitsApproval  # brings the database, which no help text waits for

    with runtime() as wired:
        if access:
            asked: tuple[Meant, ...] = (Meant(spec_url(url, services), name, base_url),)
        else:
            asked = meant(wired.catalogue, url, services, name=name, base_url=base_url)
        for one in asked:
            try:
                source, report = wired.add_source(
                    one.url, name=one.name, base_url=one.base_url, credential=credential, aws=access, approve=approve
                )
            except AwaitsApproval as waiting:
                render.console().print(f"[yellow]![/yellow] It is kept, and answers nothing yet. {render.plain(waiting)}")
            else:
                _tell_added(wired, source, [*filter(None, [missing_credential(one, credential)]), *report.warnings])


def _tell_added(wired: Runtime, source: Source, warnings: Sequence[str]) -> None:
    console = render.console()
    operations = wired.documents.operations(source.name)
    reads = sum(operation.effect == "read" for operation in operations)
    name, title, goes_to = map(render.plain, (source.name, source.title, render.place(source)))
    counts = f"{render.counted(len(operations), 'operation')}, {render.counted(reads, 'read')}"
    console.print(f"[bold]{name}[/bold] {title}: {counts}; calls go to {goes_to}")
    for warning in warnings[:5]:
        console.print(f"[yellow]![/yellow] {render.plain(warning)}")


@sources.command()
def remove(name: Annotated[str, typer.Argument(help="The source's name.")]) -> None:
    """Forget an API that was added. Its tools stay, and answer again when it is back."""
    with runtime() as wired:
        wired.sources.remove(name)
        render.console().print(f"{render.plain(name)} is removed")


sources.command("list")(documents.list_sources)
sources.command()(documents.refresh)
sources.command()(documents.show)
sources.command()(documents.changes)
sources.command()(documents.approve)
