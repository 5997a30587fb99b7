"""Which network addresses a document may be fetched from.

An operator's own URL may be private: that is where the APIs of an infrastructure are. A redirect is the server's word, and must not
lead from outside to inside (server-side request forgery). The addresses at which clouds hand out credentials are never contacted.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import ip_address

from schemas.addresses import Address, is_forbidden, is_forbidden_name, is_public
from schemas.errors import Denied, quoted

Resolve = Callable[[str, int], Sequence[str]]
"""A host's IP addresses in order of preference. Raises OSError where it has none."""


def resolve_host(host: str, port: int) -> Sequence[str]:
    """The system's answer."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def check_metadata(host: str, addresses: Sequence[str]) -> None:
    """Raise Denied where a host is a cloud's metadata service, by name or by address."""
    if is_forbidden_name(host) or any(is_forbidden(_parsed(address)) for address in addresses):
        raise Denied(
            f"The host {quoted(host)} is a cloud's metadata service, which hands out credentials; it is never contacted.",
            hint="No API description is served there: check the address of the source.",
        )


def check_public(host: str, addresses: Sequence[str]) -> None:
    """Raise Denied where any address of a host is not a public one."""
    inside = [address for address in addresses if not is_public(_parsed(address))]
    if inside:
        raise Denied(
            f"A redirect leads to the host {quoted(host)}, whose address {inside[0]} is not public.",
            hint="If that is where the description is, give its own address when adding the source.",
        )


def _parsed(address: str) -> Address:
    """Without its zone (`fe80::1%eth0`)."""
    return ip_address(address.partition("%")[0])
