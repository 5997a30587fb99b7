"""What `opswright doctor` says of `connections.yaml`: the file, each secret, certificate and cluster in it. Never a value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from opswright.cli.findings import Finding
from opswright.tls import TlsMaterial, material_of
from schemas.credential import TokenGrant
from schemas.errors import Misconfigured, OpswrightError
from schemas.source import Source

if TYPE_CHECKING:
    from opswright.connections import Connections
    from opswright.wiring import Runtime

SOON: Final = timedelta(days=14)
"""Time enough to have a certificate renewed by hand."""


def connections(wired: Runtime, now: Callable[[], datetime]) -> Iterator[Finding]:
    """Everything that can be said without calling anybody; nothing where there is no such file. Raises Misconfigured for a broken one."""
    directory = wired.sources
    if not directory.file.exists():
        return
    names = directory.written()
    yield Finding("ok", "connections", f"{len(names)} in {directory.file}")
    for name in directory.shadowed():
        text = f"added by `opswright sources add`, too: that of {directory.file.name} counts. Give one of them another name"
        yield Finding("note", f"connection {name}", text)
    for name in names:
        yield from _connection(wired, directory, name, now())


def _connection(wired: Runtime, directory: Connections, name: str, now: datetime) -> Iterator[Finding]:
    subject = f"connection {name}"
    try:
        source = directory.get(name)
        _check_aws(source)
    except OpswrightError as error:
        yield Finding("fault", subject, f"{error.code}: {error}")
        return
    yield from (_reference(wired, subject, reference) for reference in _references(source))
    yield from _grant(wired, subject, source, now)
    yield from _certificates(wired, subject, source, now)


def _references(source: Source) -> list[str]:
    own = source.credential.references if source.credential else ()
    authorities = [source.ca, source.credential.ca if isinstance(source.credential, TokenGrant) else ""]
    return [*own, *filter(None, authorities)]


def _reference(wired: Runtime, subject: str, reference: str) -> Finding:
    try:
        wired.secrets.resolve(reference)
    except Misconfigured as error:
        return Finding("fault", subject, f"{error.code}: {error}")
    return Finding("ok", subject, f"{reference} is there")


def _grant(wired: Runtime, subject: str, source: Source, now: datetime) -> Iterator[Finding]:
    """Whether a token could be asked for: a key that is there may still be none. What is missing was said before."""
    from sandbox.broker.token_request import token_request

    grant = source.credential
    if not isinstance(grant, TokenGrant) or any(_reference(wired, subject, one).verdict != "ok" for one in _references(source)):
        return
    try:
        request = token_request(grant, wired.secrets.resolve(grant.secret), now)
        TlsMaterial(source.name, wired.secrets.resolve(grant.ca) if grant.ca else "").context()
    except Misconfigured as error:
        yield Finding("fault", subject, f"{error.code}: {error}")
    else:
        yield Finding("ok", subject, f"its tokens are {request.origin}'s")


def _check_aws(source: Source) -> None:
    if source.aws:
        from opswright.aws_sourcing import prospect_aws

        prospect_aws(source.spec_url, source.aws)


def _certificates(wired: Runtime, subject: str, source: Source, now: datetime) -> Iterator[Finding]:
    """Whether OpenSSL takes what there is, and how long each certificate lasts. What is missing was said before."""
    from cryptography import x509

    try:
        material = material_of(source, wired.secrets)
        material.context()
    except Misconfigured as error:
        if all(_reference(wired, subject, reference).verdict == "ok" for reference in _references(source)):
            yield Finding("fault", subject, f"{error.code}: {error}")
        return
    for what, text in (("authority", material.authority), ("client certificate", material.certificate)):
        for certificate in x509.load_pem_x509_certificates(text.encode()) if text else ():
            yield _lasting(subject, what, certificate.not_valid_after_utc, now)


def _lasting(subject: str, what: str, end: datetime, now: datetime) -> Finding:
    day = f"{end:%Y-%m-%d}"
    if end <= now:
        return Finding("fault", subject, f"its {what} expired on {day}; have it renewed")
    if end - now <= SOON:
        return Finding("note", subject, f"its {what} expires on {day}: have it renewed")
    return Finding("ok", subject, f"its {what} is valid until {day}")
