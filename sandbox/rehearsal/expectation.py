"""What a right result is, as far as the Query fixes it: rows that rank equal may come in any order, and any may be cut off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from schemas.base import Json, Scalar, canonical_json, lookup
from schemas.evaluate import Row, evaluate
from schemas.query import Query

SIGNIFICANT_DIGITS: Final = 9
"""Sums and averages may be added up in any order, so the last digits of a figure do not count."""

EXACT: Final = 2**53
"""Whole numbers from here on are compared digit by digit; a tool may return ones that no float holds."""

DEEPEST: Final = 50
"""Levels of a value that are compared; a tool may return more than the stack bears."""


@dataclass(frozen=True)
class ExpectedRow:
    """A row of the result and where it comes from: (alias, index in that relation) of each row behind it."""

    row: Row
    origins: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Expectation:
    """`tiers` are the result's rows before the limit, best rank first; `count` of them are the result."""

    tiers: tuple[tuple[ExpectedRow, ...], ...]
    count: int

    @property
    def certain(self) -> list[ExpectedRow]:
        """The rows that every right result holds."""
        kept: list[ExpectedRow] = []
        room = self.count
        for tier in self.tiers:
            kept += tier if len(tier) <= room else ()
            room -= len(tier)
        return kept

    @property
    def possible(self) -> list[ExpectedRow]:
        """The rows that some right result holds."""
        kept: list[ExpectedRow] = []
        room = self.count
        for tier in self.tiers:
            kept += tier if room > 0 else ()
            room -= len(tier)
        return kept

    def is_met(self, rows: Sequence[Row]) -> bool:
        """Whether `rows` are a right result."""
        return len(rows) == self.count and not self.first_misplaced(rows)

    def first_misplaced(self, rows: Sequence[Row]) -> Row | None:
        """The first row that is not where its rank puts it."""
        position = 0
        for tier in self.tiers:
            left = Counter(fingerprint(expected.row) for expected in tier)
            for row in rows[position : min(position + len(tier), self.count)]:
                left[fingerprint(row)] -= 1
                if left[fingerprint(row)] < 0:
                    return row
            position += len(tier)
        return None


def expect(query: Query, relations: Mapping[str, Sequence[Json]], arguments: Mapping[str, Scalar], now: datetime) -> Expectation:
    """What `evaluate` says of these rows, with ties left open."""
    whole = evaluate(query.model_copy(update={"limit": None}), relations, arguments, now)
    rows = [ExpectedRow(row, origins) for row, origins in zip(whole.rows, whole.lineage, strict=True)]
    limit = max(0, int((query.defaults | dict(arguments))[query.limit])) if query.limit else len(rows)
    tiers = groupby(rows, key=lambda expected: _rank(query, expected, relations))
    return Expectation(tuple(tuple(tier) for _, tier in tiers), min(limit, len(rows)))


def fingerprint(row: Mapping[str, Json]) -> bytes:
    """Equal for rows that are the same result: columns in any order, figures to nine digits."""
    return canonical_json(_normal(row))


def _normal(value: Json, depth: int = DEEPEST) -> Json:
    if depth == 0:
        return None
    if isinstance(value, Mapping):
        return {str(key): _normal(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_normal(item, depth - 1) for item in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return float(f"{value:.{SIGNIFICANT_DIGITS}g}") if abs(value) < EXACT else str(value)


def _rank(query: Query, expected: ExpectedRow, relations: Mapping[str, Sequence[Json]]) -> tuple[Json, ...]:
    return tuple(_comparable(_ordered_by(query, expected, relations, order.path)) for order in query.order)


def _ordered_by(query: Query, expected: ExpectedRow, relations: Mapping[str, Sequence[Json]], path: str) -> Json:
    if query.group:
        return expected.row.get(path)
    alias, _, rest = path.partition(".")
    return next((lookup(relations[at][index], rest) for at, index in expected.origins if at == alias), None)


def _comparable(value: Json) -> Json:
    if isinstance(value, str):
        return value.casefold()
    return value if value is None or (isinstance(value, int | float) and not isinstance(value, bool)) else str(value)
