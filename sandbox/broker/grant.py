"""What one run may do."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.operation import Operation, Slice
from schemas.query import Query
from schemas.source import Source


@dataclass(frozen=True)
class Grant:
    """The connection of a run, the operations that its tool may call, and all that the source has.

    `source.base_url` is the only place the run can reach. `known` is needed whole, writes included: a call is judged by the
    operation that the server would run, which may be another than the one the tool was granted, and denials name near ones.
    With a `query`, the tool sees of AWS's rows what that names and nothing more.
    """

    source: Source
    capabilities: tuple[Slice, ...]
    known: tuple[Operation, ...]
    query: Query | None = None
