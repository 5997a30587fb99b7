"""The cases of a rehearsal: each a planted world, arguments, what goes wrong, and what a right tool does then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Final, Literal

from sandbox.broker.budget import Budget
from sandbox.rehearsal.aws import denied_code, throttled_code
from sandbox.rehearsal.constants import moved, with_limit_one
from sandbox.rehearsal.faults import Fault
from sandbox.rehearsal.plant import Planter
from sandbox.rehearsal.variants import newer, without, without_optional
from sandbox.rehearsal.world import World
from schemas.base import Scalar
from schemas.operation import CursorPagination, LastRowPagination, Operation, Slice
from schemas.query import MetricJoin, Query

Demand = Literal["exact", "exact or raise", "raise"]
"""The right result; the right result or an error, never a wrong one; an error."""

RETRY_AFTER_SECONDS: Final = 2
BEYOND_A_BATCH: Final = 3
"""Rows planted beyond what one call may ask figures for."""

SINGLE_ROWS: Final = 6
"""Worlds planted for a relation that is one object, for each set of constants."""

USUAL: Final = Budget()
TIGHT: Final = Budget(requests=25)
"""For servers that never give in: twice what a tool with sense needs."""


@dataclass(frozen=True)
class Case:
    """`title` finishes "while …" or "with …". `is_valid` says that the world fits the slices."""

    check: Literal["rehearsal", "contract"]
    title: str
    world: World
    arguments: Mapping[str, Scalar]
    demand: Demand = "exact"
    faults: tuple[Fault, ...] = ()
    endless: bool = False
    budget: Budget = USUAL
    is_valid: bool = True


class Playbook:
    """Chooses the cases for one Query."""

    def __init__(self, query: Query, slices: Mapping[str, Slice], planter: Planter, random: Random) -> None:
        self._query = query
        self._operations = list(dict.fromkeys(call.operation for call in query.calls))
        self._slices = slices
        self._planter = planter
        self._moved = moved(query, planter.maker_of, random)

    def rehearsal(self) -> Iterator[Case]:
        """The cases about the question: its constants and others, over everything worth planting around them."""
        if self._operation(self._query.call.operation).row_is_single:
            for arguments, title in (({}, "with the question's own constants"), (self._moved, "with other constants")):
                worlds = self._planter.each(arguments, SINGLE_ROWS)
                yield from (Case("rehearsal", title, world, arguments) for world in worlds)
            return
        is_judged = any(name != self._query.limit for name in self._moved)
        world = self._planter.full({}, self._moved) if is_judged else self._planter.full({})
        yield Case("rehearsal", "with the question's own constants", world, {})
        if self._query.parameters:
            yield Case("rehearsal", "with other constants", world, self._moved)
        if self._query.limit:
            yield Case("rehearsal", f"with {self._query.limit}=1", world, with_limit_one(self._query, {}))

    def contract(self) -> Iterator[Case]:
        """The cases that the author did not choose, over a small world: odd data and bad days."""
        plain = self._planter.plain({})
        yield from self._worlds(plain)
        yield from self._bad_days(plain)

    def _worlds(self, plain: World) -> Iterator[Case]:
        """Nothing is wrong with the server; the data are not what the author had in mind."""
        first, *joined = dict.fromkeys(call.operation for call in self._query.relations)
        if not self._operation(first).row_is_single:
            yield Case("contract", "while the collection is empty", without(plain, self._operations), {})
            yield Case("contract", "while everything fits on one page", self._planter.single_page({}), {})
        if joined:
            yield Case("contract", "while the joined collection is empty", without(plain, joined), {})
        yield Case("contract", "while every optional field is absent or null", without_optional(plain, self._planter.row_makers), {})
        if metric := self._query.metric:
            yield Case("contract", "while there is not one datapoint", without(plain, [metric.call.operation]), {})
            most = self._batch(metric)
            title = f"with more rows than the {most} whose figures one call gives"
            yield Case("contract", title, self._planter.batches({}, metric.call.operation, most + BEYOND_A_BATCH), {}, budget=USUAL)
        title = "while the server is newer than its specification (unlisted enumeration members, unknown properties)"
        yield Case("contract", title, newer(plain, self._planter.row_makers), {}, is_valid=False)

    def _bad_days(self, plain: World) -> Iterator[Case]:
        if self._operation(self._operations[0]).protocol == "aws":
            yield from self._bad_days_of_aws(plain)
            return
        first, last = self._operations[0], self._operations[-1]
        retry = RETRY_AFTER_SECONDS
        throttled: tuple[Fault, ...] = (
            Fault(first, 1, 429, retry_after_seconds=retry),
            Fault(last, self._later(last), 429, retry_after_seconds=retry),
        )
        titles = f"while the server answers 429 with Retry-After: {retry}"
        if throttled[0] == throttled[1]:
            throttled = throttled[:1]
        yield Case("contract", f"{titles}, once here and there", plain, {}, faults=throttled)
        yield self._hurt("while the server answers 503 once", plain, Fault(last, self._later(last), 503), "exact or raise")
        yield self._hurt(f"{titles} for good", plain, Fault(first, 1, 429, None, retry), "raise")
        for operation in self._operations:
            name = self._operation(operation).path
            yield self._hurt(f"while {name} answers 500 for good", plain, Fault(operation, self._later(operation), 500, None), "raise")
        yield self._hurt("while the server answers 403", plain, Fault(last, self._later(last), 403, None), "raise")
        for operation in self._operations:
            pagination = self._operation(operation).pagination
            if isinstance(pagination, CursorPagination):
                yield self._hurt("while a token has expired (410)", plain, Fault(operation, 2, 410), "exact or raise")
            if isinstance(pagination, LastRowPagination):
                yield self._hurt("while the row to go on after is gone (404)", plain, Fault(operation, 2, 404), "exact or raise")
        yield from self._endless(plain)

    def _bad_days_of_aws(self, plain: World) -> Iterator[Case]:
        """Only what lasts: the host's boto3 asks again, and a tool does not."""
        for name in self._operations:
            operation, page = self._operation(name), self._later(name)
            for status, code in ((400, throttled_code(operation)), (500, "InternalError"), (403, denied_code(operation))):
                fault = Fault(name, page, status, None, code=code)
                yield self._hurt(f"while {operation.label} answers {code} for good", plain, fault, "raise")
        yield from self._endless(plain)

    def _endless(self, plain: World) -> Iterator[Case]:
        if any(self._operation(operation).pagination for operation in self._operations):
            yield Case("contract", "while the listing never ends", plain, {}, "raise", endless=True, budget=TIGHT)

    def _hurt(self, title: str, world: World, fault: Fault, demand: Demand) -> Case:
        where = f" from page {fault.page} on" if fault.times is None and fault.page > 1 else ""
        return Case("contract", f"{title}{where}", world, {}, demand, faults=(fault,), budget=TIGHT if fault.times is None else USUAL)

    def _later(self, operation: str) -> int:
        return 2 if self._operation(operation).pagination else 1

    def _batch(self, join: MetricJoin) -> int:
        metric = self._operation(join.call.operation).metric(join.metric)
        return metric.batch if metric else 0

    def _operation(self, operation: str) -> Operation:
        return self._slices[operation].operation
