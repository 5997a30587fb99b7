"""Step 6: which addresses a run may reach. Private ones it may: the APIs of operations are. Metadata services never."""

from __future__ import annotations

import socket
from collections.abc import Callable
from ipaddress import ip_address

from sandbox.broker.denials import ForbiddenTarget
from sandbox.broker.wire import TransportFailure
from schemas.addresses import Address, is_forbidden, is_forbidden_name
from schemas.errors import quoted

Lookup = Callable[[str, int], list[str]]
"""All addresses of a host name, as texts. Raises OSError."""


def resolve(host: str, port: int, lookup: Lookup) -> tuple[Address, ...]:
    """The addresses to connect to, checked. Raises ForbiddenTarget if any may not be reached, TransportFailure if there is none.

    A name with one good and one forbidden address is refused whole: nobody publishes that by accident.
    """
    if is_forbidden_name(host):
        raise _forbidden(host, host)
    try:
        found = lookup(host, port)
    except OSError as error:
        raise TransportFailure("connect", f"the name {quoted(host)} can't be resolved: {quoted(error)}") from error
    addresses = tuple(dict.fromkeys(ip_address(text.partition("%")[0]) for text in found))
    for address in addresses:
        if is_forbidden(address):
            raise _forbidden(host, str(address))
    return addresses


def system_lookup(host: str, port: int) -> list[str]:
    """What the system's resolver says. Any notation that it takes for an address (`0xa9fea9fe`, `127.1`) comes out plain."""
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _forbidden(host: str, address: str) -> ForbiddenTarget:
    return ForbiddenTarget(
        f"{quoted(host)} leads to {address}, where machines keep their credentials; no run may go there.",
        hint="If the source's base URL is right, its DNS entry is not.",
    )
