"""Step 1 for AWS: a run reaches one region, and names the operations that it calls.

An address is `aws://<region>/<service>/<operation>`. It has no query, no escapes and one spelling, so there is nothing to repair.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.broker.connection import Connection, Location
from sandbox.broker.denials import ForeignAddress
from schemas.errors import Misconfigured, quoted
from schemas.source import Source

_MAX_ADDRESS = 256
_BASE = re.compile(r"aws://([a-z]{2}(?:-[a-z0-9]+)+)")
_ADDRESS = re.compile(r"aws://([a-z0-9-]+)/([a-z0-9-]+)/([A-Za-z0-9_]+)")


@dataclass(frozen=True)
class Region:
    """AWS in one region, as a connection."""

    name: str
    region: str

    @classmethod
    def of(cls, source: Source) -> Region:
        """The connection of a source that is bound to a region. Raises Misconfigured for any other."""
        if bound := _BASE.fullmatch(source.base_url):
            return cls(source.name, bound[1])
        raise Misconfigured(
            f"{source.name} at {quoted(source.base_url)} is bound to no AWS region.", hint="Add the source again with --region."
        )

    def locate(self, url: str) -> Location:
        """The service and operation that the address names. Raises ForeignAddress for any other region or address."""
        parts = _ADDRESS.fullmatch(url) if len(url) <= _MAX_ADDRESS else None
        if parts is None:
            raise self._foreign(f"{quoted(url)} names no operation of it")
        if parts[1] != self.region:
            raise self._foreign(f"{quoted(parts[1])} is another region")
        return Location((parts[2], parts[3]), "")

    def address(self, segments: Iterable[str], query: str) -> str:
        """The address of an operation, put together from what was judged. AWS's have no query."""
        return "/".join((f"aws://{self.region}", *segments))

    def _foreign(self, reason: str) -> ForeignAddress:
        return ForeignAddress(
            f"This run is bound to {self.name} in {self.region}: {reason}.",
            hint='Make clients with the session that is passed in, and no arguments but the service: session.client("ec2").',
        )


def named(address: str) -> tuple[str, str, str]:
    """Region, service and operation of an address that was judged."""
    region, service, operation = address.removeprefix("aws://").split("/")
    return region, service, operation


def connection_of(source: Source) -> Connection | Region:
    """Where the runs of a source go. Raises Misconfigured where its base URL says no such place."""
    return Region.of(source) if source.base_url.startswith("aws://") else Connection.of(source)
