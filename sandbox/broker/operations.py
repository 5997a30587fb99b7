"""Steps 2, 3 and 4: which operation a request is, whether that only reads, and whether this tool may call it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.broker.connection import Location
from sandbox.broker.denials import NotARead, NotGranted, UnknownOperation, titled
from sandbox.broker.grant import Grant
from sandbox.broker.query import Pairs, parse_pairs
from sandbox.broker.routes import Match, Routes, routes_of
from sandbox.broker.wire import Headers
from schemas.errors import quoted
from schemas.operation import Effect, Operation, Slice

OVERRIDES = frozenset({"x-http-method-override", "x-http-method", "x-method-override", "x-original-url", "x-rewrite-url"})
"""Headers by which some servers run another method or path than the request line says."""


_prepared: dict[int, tuple[tuple[Operation, ...], _Callable]] = {}
_MOST_PREPARED = 16


@dataclass(frozen=True)
class _Callable:
    """The operations of a source that can be called at all, with their routes: the path of a text or a gRPC method is no request's."""

    operations: tuple[Operation, ...]
    routes: Routes


@dataclass(frozen=True)
class Call:
    """A request that is one operation: its slice, and its path parameters, decoded."""

    slice: Slice
    path_values: dict[str, str]


class Operations:
    """The operations of a grant, looked up by what a request says."""

    def __init__(self, grant: Grant) -> None:
        self._source = grant.source.name
        known = _callable(grant.known)
        self._known, self._routes = known.operations, known.routes
        granted = (slice_ for slice_ in grant.capabilities if slice_.operation.is_callable)
        self._granted = {(slice_.operation.id, slice_.operation.slice_hash): slice_ for slice_ in granted}

    def find(self, method: str, location: Location, headers: Headers) -> tuple[tuple[Operation, Match], ...]:
        """Step 2. Several only where the specification can't tell them apart. Raises UnknownOperation."""
        for name, _ in headers:
            if name.lower() in OVERRIDES:
                raise UnknownOperation(f"The header {quoted(name)} asks the server for another operation than the one that was checked.")
        matches = self._routes.match(method, location.segments, _pairs(location.query))
        if not matches:
            raise self._unknown(method, location)
        return tuple((self._known[match.index], match) for match in matches)

    def permit(self, found: tuple[tuple[Operation, Match], ...]) -> Call:
        """Steps 3 and 4. Where several operations fit, all must be reads. Raises NotARead and NotGranted."""
        for operation, _ in found:
            if operation.effect is not Effect.READ:
                raise NotARead(
                    f"{titled(operation)} counts as {operation.effect}: {operation.effect_reason}. Tools only call operations that read."
                )
        for operation, match in found:
            if granted := self._granted.get((operation.id, operation.slice_hash)):
                return Call(granted, match.values)
        raise self._not_granted(found[0][0])

    def _unknown(self, method: str, location: Location) -> UnknownOperation:
        reads = [index for index, operation in enumerate(self._known) if operation.effect is Effect.READ]
        nearest = self._routes.nearest(method, location.path, reads)
        return UnknownOperation(
            f"{self._source} has no operation {self._shown(method, location)}.",
            hint=f"The nearest are {_lines(self._known[index] for index in nearest)}." if nearest else "",
        )

    def _shown(self, method: str, location: Location) -> str:
        """What a request asked for, which may be anything."""
        is_aws = any(operation.protocol == "aws" for operation in self._known)
        return quoted(":".join(location.segments)) if is_aws else f"{quoted(method, 12)} {quoted(location.path)}"

    def _not_granted(self, operation: Operation) -> NotGranted:
        granted = [slice_.operation for slice_ in self._granted.values()]
        if any(other.id == operation.id for other in granted):
            return NotGranted(
                f"The specification of {titled(operation)} has changed since this tool was verified.",
                hint="Ask again: the tool is verified anew before it answers.",
            )
        return NotGranted(
            f"{titled(operation)} is not among the operations of this tool.",
            hint=f"It may call {_lines(granted)}." if granted else "It may call none.",
        )


def _pairs(query: str) -> Pairs:
    """What the query says; nothing where it can't be read, which is then told when its parameters are judged."""
    try:
        return parse_pairs(query)
    except ValueError:
        return []


def _lines(operations: Iterable[Operation]) -> str:
    return ", ".join(
        operation.label if operation.protocol == "aws" else f"{operation.label} ({operation.name})" for operation in operations
    )


def _callable(known: tuple[Operation, ...]) -> _Callable:
    """What can be called of a source's operations. Found again by their tuple, which is the same one as long as the source is: comparing
    the paths of thousands would take longer than a run's own call."""
    held = _prepared.get(id(known))
    if held is None or held[0] is not known:
        while len(_prepared) >= _MOST_PREPARED:
            _prepared.pop(next(iter(_prepared)), None)
        operations = tuple(operation for operation in known if operation.is_callable)
        routes = routes_of(tuple((operation.method, operation.path) for operation in operations))
        held = _prepared[id(known)] = (known, _Callable(operations, routes))
    return held[1]
