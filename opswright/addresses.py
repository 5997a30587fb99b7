"""Which addresses calls, and secrets, may go to, checked before a source is kept."""

from __future__ import annotations

import socket
from ipaddress import ip_address

import httpx

from doc_sources.urls import parsed, shown
from schemas.addresses import Address, is_forbidden, is_forbidden_name
from schemas.errors import Denied, Misconfigured


def check_callable(url: str, hint: str) -> None:
    """Raise Denied, with the way out, for an address at which machines keep their credentials; Misconfigured for what is none.

    A host name is looked up when it is called: an API that is away today can be added.
    """
    host = parsed(url).host
    if is_forbidden_name(host) or any(is_forbidden(address) for address in _addresses(host)):
        raise Denied(f"Calls may not go to {shown(url)}: that is where machines keep their credentials.", hint=hint)


def checked_address(url: str) -> str:
    """The address of an API, without a slash at its end. Raises ValueError, which repeats no password, for what no call may go to."""
    address = on_http(url)
    if address.query or address.fragment:
        raise ValueError("a base URL has neither a query nor a fragment")
    try:
        check_callable(url, "")
    except Denied as error:
        raise ValueError(error.message.rstrip(".")) from error
    return url.rstrip("/")


def checked_token_address(url: str) -> str:
    """The address of a token endpoint, which gets a secret itself: over TLS, or on this machine. Raises ValueError as for an API's."""
    if not _is_loopback(checked_address(url)) and not url.startswith("https://"):
        raise ValueError("secrets are sent there: it must begin with https://")
    return url


def on_http(url: str) -> httpx.URL:
    """The address taken apart. Raises ValueError, which repeats no password, where it is none on HTTP."""
    if "@" in url.partition("://")[2].partition("/")[0]:
        raise ValueError("the address has a user or password in it; leave it out, and give auth")
    try:
        return parsed(url)
    except Misconfigured as error:
        raise ValueError(str(error).rstrip(".")) from error


def _is_loopback(url: str) -> bool:
    host = parsed(url).host
    return host == "localhost" or any(address.is_loopback for address in _addresses(host))


def _addresses(host: str) -> list[Address]:
    """The address that a host is written as, in any notation; none for a name."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return []
    return [ip_address(str(info[4][0]).partition("%")[0]) for info in found]
