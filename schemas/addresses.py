"""Which network addresses nobody may contact, and which are public. One rule for fetching documents and for calling APIs."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Final

Address = IPv4Address | IPv6Address

FORBIDDEN_NAMES: Final = frozenset({"metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal"})
"""Of the services where machines get their credentials."""

FORBIDDEN_NETWORKS: Final = tuple(
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
_NAT64: Final = ip_network("64:ff9b::/96")


def is_forbidden_name(host: str) -> bool:
    """Whether a host name is a metadata service's."""
    return host.rstrip(".").lower() in FORBIDDEN_NAMES


def is_forbidden(address: Address) -> bool:
    """Whether it is a metadata service's or link-local, also when it is an IPv4 address in IPv6 clothes."""
    return any(form in network for form in forms(address) for network in FORBIDDEN_NETWORKS if form.version == network.version)


def is_public(address: Address) -> bool:
    """Whether it, or every IPv4 address that it wraps, is one of the internet's."""
    return all(_is_public(form) for form in _embedded(address) or [address])


def forms(address: Address) -> list[Address]:
    """The address, and every IPv4 address that a network could take it for."""
    return [address, *_embedded(address)]


def _embedded(address: Address) -> list[Address]:
    """Mapped (RFC 4291), 6to4 (RFC 3056), Teredo's server and client (RFC 4380), NAT64 (RFC 6052), IPv4-compatible `::a.b.c.d`."""
    if isinstance(address, IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64 or int(address) >> 32 == 0:
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [form for form in found if form is not None]


def _is_public(address: Address) -> bool:
    # Python calls fec0::/10 global, which is what private addresses were called until RFC 3879.
    is_old_private = isinstance(address, IPv6Address) and address.is_site_local
    return address.is_global and not address.is_multicast and not is_old_private
