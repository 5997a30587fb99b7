"""Which network addresses a document may be fetched from.

An operator's own URL may be private: that is where the APIs of an infrastructure are. A redirect is the server's word, and must not
lead from outside to inside (server-side request forgery). The addresses at which clouds hand out credentials are never contacted.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from schemas.errors import Denied, quoted

Resolve = Callable[[str, int], Sequence[str]]
"""A host's IP addresses in order of preference. Raises OSError where it has none."""

_METADATA_HOSTS: Final = frozenset({"metadata.google.internal", "metadata.goog", "metadata"})
_METADATA_ADDRESSES: Final = frozenset(
    ip_address(text)
    for text in (
        "169.254.169.254",  # AWS, Azure, Google, OpenStack, DigitalOcean
        "169.254.170.2",  # AWS, credentials of ECS tasks
        "fd00:ec2::254",  # AWS over IPv6
        "fd20:ce::254",  # Google over IPv6
        "100.100.100.200",  # Alibaba Cloud
        "168.63.129.16",  # Azure, the virtual machine's agent
    )
)
# IPv6 addresses that mean the IPv4 address in their last 32 bits: NAT64 (RFC 6052), and the deprecated compatible ones.
_EMBEDDING_IPV4: Final = (ip_network("64:ff9b::/96"), ip_network("::/96"))


def resolve_host(host: str, port: int) -> Sequence[str]:
    """The system's answer."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def check_metadata(host: str, addresses: Sequence[str]) -> None:
    """Raise Denied where a host is a cloud's metadata service, by name or by address."""
    if host.lower().rstrip(".") in _METADATA_HOSTS or any(_meant(address) in _METADATA_ADDRESSES for address in addresses):
        raise Denied(
            f"The host {quoted(host)} is a cloud's metadata service, which hands out credentials; it is never contacted.",
            hint="No API description is served there: check the address of the source.",
        )


def check_public(host: str, addresses: Sequence[str]) -> None:
    """Raise Denied where any address of a host is not a public one."""
    inside = [address for address in addresses if not _is_public(_meant(address))]
    if inside:
        raise Denied(
            f"A redirect leads to the host {quoted(host)}, whose address {inside[0]} is not public.",
            hint="If that is where the description is, give its own address when adding the source.",
        )


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    # Python calls fec0::/10 global, which is what private addresses were called until RFC 3879.
    is_old_private = isinstance(address, IPv6Address) and address.is_site_local
    return address.is_global and not address.is_multicast and not is_old_private


def _meant(text: str) -> IPv4Address | IPv6Address:
    """The address that is reached in the end, whatever notation it is wrapped in."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv4Address):
        return address
    wrapped = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
    if wrapped is None and any(address in network for network in _EMBEDDING_IPV4) and int(address) > 1:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return wrapped or address
