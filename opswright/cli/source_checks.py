"""What `opswright doctor` says of each source: whether its description can be read, and whether anything listens where its calls go."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from doc_sources.addresses import check_metadata, resolve_host
from doc_sources.urls import parsed
from opswright.cli.findings import Finding
from opswright.cli.render import counted, place
from schemas.errors import OpswrightError
from schemas.source import Source

if TYPE_CHECKING:
    from opswright.wiring import Runtime

_PORTS: Final = {"http": 80, "https": 443}
_SECONDS: Final = 3.0


def sources(wired: Runtime) -> Iterator[Finding]:
    """Reads each description again, and opens a connection to each server; sends nothing on it, and so no credential."""
    configured = wired.sources.all()
    if not configured:
        yield Finding("note", "sources", "none; add one: opswright sources add <openapi url>, or write connections.yaml")
    for source in configured:
        yield _source(wired, source)


def _source(wired: Runtime, source: Source) -> Finding:
    subject = f"source {source.name}"
    try:
        report = wired.documents.refresh(source)
        # A description that is the catalogue's own is there however long the server is away.
        away = _why_away(source)
    except OpswrightError as error:
        return Finding("note", subject, f"{error.code}: {error}")
    calls = f"{counted(report.operations, 'operation')}; calls go to {place(source)}"
    return Finding("note", subject, f"{calls}, which can't be reached: {away}") if away else Finding("ok", subject, calls)


def _why_away(source: Source) -> str:
    """Empty where somebody listens, where nothing is called, and for AWS, whose hosts are many. Raises Denied as for a call."""
    if source.aws or not source.base_url:
        return ""
    url = parsed(source.base_url)
    port = url.port or _PORTS[url.scheme]
    try:
        addresses = resolve_host(url.host, port)
        check_metadata(url.host, addresses)
        socket.create_connection((addresses[0], port), timeout=_SECONDS).close()
    except OSError as error:
        return error.strerror or str(error)
    return ""
