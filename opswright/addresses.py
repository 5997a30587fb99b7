"""Which addresses no call may go to, checked before a source is kept."""

from __future__ import annotations

import socket
from ipaddress import ip_address

from doc_sources.urls import parsed, shown
from schemas.addresses import Address, is_forbidden, is_forbidden_name
from schemas.errors import Denied


def check_callable(url: str, hint: str) -> None:
    """Raise Denied, with the way out, for an address at which machines keep their credentials; Misconfigured for what is none.

    A host name is looked up when it is called: an API that is away today can be added.
    """
    host = parsed(url).host
    if is_forbidden_name(host) or any(is_forbidden(address) for address in _addresses(host)):
        raise Denied(f"Calls may not go to {shown(url)}: that is where machines keep their credentials.", hint=hint)


def _addresses(host: str) -> list[Address]:
    """The address that a host is written as, in any notation; none for a name."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return []
    return [ip_address(str(info[4][0]).partition("%")[0]) for info in found]
