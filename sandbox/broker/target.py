"""Step 6: which addresses a run may reach. Private ones it may: the APIs of operations are. Metadata services never."""

from __future__ import annotations

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from sandbox.broker.denials import ForbiddenTarget
from sandbox.broker.wire import TransportFailure
from schemas.errors import quoted

Address = IPv4Address | IPv6Address
Lookup = Callable[[str, int], list[str]]
"""All addresses of a host name, as texts. Raises OSError."""

_NAMES = frozenset({"metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal"})
_NETWORKS = tuple(
    ip_network(text)
    for text in (
        "169.254.0.0/16",  # link-local: AWS, Azure, Google, OpenStack, ECS task credentials
        "100.100.100.200/32",  # Alibaba Cloud
        "192.0.0.192/32",  # Oracle Cloud
        "168.63.129.16/32",  # Azure's wire server
        "fe80::/10",  # link-local
        "fd00:ec2::/32",  # AWS
        "fd20:ce::/32",  # Google
    )
)
_NAT64 = ip_network("64:ff9b::/96")


def resolve(host: str, port: int, lookup: Lookup | None = None) -> tuple[Address, ...]:
    """The addresses to connect to, checked. Raises ForbiddenTarget if any may not be reached, TransportFailure if there is none.

    A name with one good and one forbidden address is refused whole: nobody publishes that by accident.
    """
    if host.rstrip(".").lower() in _NAMES:
        raise _forbidden(host, host)
    try:
        found = (lookup or system_lookup)(host, port)
    except OSError as error:
        raise TransportFailure("connect", f"the name {quoted(host)} can't be resolved: {quoted(error)}") from error
    addresses = tuple(dict.fromkeys(ip_address(text.partition("%")[0]) for text in found))
    for address in addresses:
        if is_forbidden(address):
            raise _forbidden(host, str(address))
    return addresses


def is_forbidden(address: Address) -> bool:
    """Whether it is a metadata service's or link-local, also when it is an IPv4 address in IPv6 clothes."""
    return any(form in network for form in _forms(address) for network in _NETWORKS if form.version == network.version)


def system_lookup(host: str, port: int) -> list[str]:
    """What the system's resolver says. Any notation that it takes for an address (`0xa9fea9fe`, `127.1`) comes out plain."""
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _forms(address: Address) -> list[Address]:
    if isinstance(address, IPv4Address):
        return [address]
    embedded = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64 or int(address) >> 32 == 0:  # NAT64, and the IPv4-compatible ::a.b.c.d
        embedded.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [address, *(form for form in embedded if form is not None)]


def _forbidden(host: str, address: str) -> ForbiddenTarget:
    return ForbiddenTarget(
        f"{quoted(host)} leads to {address}, where machines keep their credentials; no run may go there.",
        hint="If the source's base URL is right, its DNS entry is not.",
    )
