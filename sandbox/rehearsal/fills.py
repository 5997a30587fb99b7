"""What stands at one place of a row while another place is tried: values that pass, varied as that place is used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle
from random import Random
from typing import Final

from sandbox.rehearsal.choices import ABSENT, Choice, is_legal, written
from sandbox.rehearsal.clauses import Clause
from sandbox.rehearsal.rows import RowMaker
from sandbox.rehearsal.shapes import Field, SchemaNode
from sandbox.rehearsal.values import TRIES
from schemas.base import Json
from schemas.query import Window

MAGNITUDES: Final = (9, 10, 100, 0)
"""Planted wherever numbers are ranked: as text 10 and 100 come before 9, and 0 is false."""

GROUP_SIZES: Final = (1, 2, 3, 4, 5)
"""Rows of each group, all different, so that an order by count has no ties. The last is the group without a key."""

MISSING_EVERY: Final = 6
"""One in so many ranked or shown values is missing, where the schema allows that."""

CAPITALISED: Final = 0.4
"""Share of ranked words that begin with a capital, since text is ordered without regard to case."""

RECENT_SECONDS: Final = 86_400
"""How far back a ranked time lies at most where there is a window; shorter windows take what falls inside."""


@dataclass(frozen=True)
class Place:
    """A path of the Query, with the clauses on it. `rest` is the path below its alias."""

    path: str
    rest: str
    maker: RowMaker
    clauses: tuple[Clause, ...]
    now: datetime
    random: Random

    @property
    def field(self) -> Field:
        return self.maker.field(self.rest)

    @property
    def schema(self) -> SchemaNode:
        return self.maker.schema(self.rest)

    def holds(self, choice: Choice) -> bool:
        """Whether every clause holds."""
        return all(clause.holds(choice.seen) for clause in self.clauses)

    def passing(self, *found: Choice) -> list[Choice]:
        """Those that are legal here and pass."""
        return [choice for choice in found if is_legal(choice, self.field) and self.holds(choice)]

    @property
    def missing(self) -> list[Choice]:
        """The legal ways to have no value here and pass."""
        return self.passing(Choice(ABSENT, "absent"), Choice(None, "null"))


def shown(place: Place) -> Iterator[Choice | None]:
    """Mostly what the row is made with; now and then nothing."""
    while True:
        for missing in place.missing or (None,):
            yield from (None,) * (MISSING_EVERY - 1)
            yield missing


def keys(place: Place) -> Iterator[Choice | None]:
    """Group keys, some more often than others."""
    members = [member for member in place.schema.get("enum", ()) if member is not None]
    place.random.shuffle(members)
    taken: set[str] = set()
    values = members or [place.maker.values.fresh(place.field, taken) for _ in GROUP_SIZES[:-1]]
    dealt = [Choice(value, f"{value!r}") for value, size in zip(values, GROUP_SIZES[:-1], strict=False) for _ in range(size)]
    dealt += place.missing[:1] * GROUP_SIZES[-1]
    place.random.shuffle(dealt)
    return cycle(dealt)


def ranks(place: Place, planted: tuple[Choice, ...]) -> Iterator[Choice | None]:
    """Values that pass and that no two rows share, as far as there are such, else `planted`; now and then nothing."""
    telling = place.passing(*(Choice(number, f"{number}") for number in MAGNITUDES))
    taken: set[str] = set()
    for missing in cycle(place.missing or (None,)):
        for _ in range(MISSING_EVERY - 1):
            yield telling.pop() if telling else _fresh(place, taken) or place.random.choice(planted or (None,))
        if missing is not None:
            yield missing


def _fresh(place: Place, taken: set[str]) -> Choice | None:
    for _ in range(TRIES):
        choice = Choice(_drawn(place), "a value of its own")
        if str(choice.value) not in taken and place.passing(choice):
            taken.add(str(choice.value))
            return choice
    return None


def _drawn(place: Place) -> Json:
    made = place.maker.values.make(place.field.node, place.rest.rpartition(".")[2])
    if any(isinstance(clause.source, Window) for clause in place.clauses):
        at = place.now - timedelta(seconds=round(place.random.random() ** 2 * RECENT_SECONDS))
        return next(written(at, place.schema), made)
    is_word = isinstance(made, str) and made.islower() and "format" not in place.schema
    return made.capitalize() if is_word and place.random.random() < CAPITALISED else made
