"""Differences between a result and the right one, row by row, told with the planted row and the clause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sandbox.rehearsal.clauses import clauses
from sandbox.rehearsal.expectation import Expectation, ExpectedRow, fingerprint
from sandbox.rehearsal.scene import Scene
from sandbox.rehearsal.subjects import MATCH
from schemas.base import Json, lookup
from schemas.errors import quoted
from schemas.evaluate import Row

MOST: Final = 2
"""Differences told of one run: one of each kind says as much as twenty."""


@dataclass(frozen=True)
class Difference:
    """One difference, as a sentence without its full stop."""

    code: str
    message: str


def differences(scene: Scene, expectation: Expectation, rows: Sequence[Row]) -> list[Difference]:
    """The most telling differences, at most two. Never empty where the rows are not a right result."""
    missing = _less(expectation.certain, [fingerprint(row) for row in rows])
    kept = Counter(fingerprint(expected.row) for expected in expectation.possible)
    extra = [row for row in rows if _taken(kept, row)]
    found = [*_altered(scene, missing, extra)] or [*_extra(scene, extra), *_missing(scene, missing)]
    return (found or list(_misplaced(scene, expectation, rows)))[:MOST]


def label(scene: Scene, row: Row) -> str:
    """A row by its first column that is text, or its first."""
    columns = scene.query.column_names
    name = next((column for column in columns if isinstance(row.get(column), str)), columns[0])
    return f"the row with {name} {quoted(row.get(name))}"


def _taken(left: Counter[bytes], row: Row) -> bool:
    """Whether no expected row is left for this one; counts it off where one is."""
    left[fingerprint(row)] -= 1
    return left[fingerprint(row)] < 0


def _less(expected: Sequence[ExpectedRow], found: Sequence[bytes]) -> list[ExpectedRow]:
    left = Counter(found)
    return [row for row in expected if _taken(left, row.row)]


def _altered(scene: Scene, missing: Sequence[ExpectedRow], extra: Sequence[Row]) -> Iterator[Difference]:
    """Rows that are there but for some of their values."""
    # A wrong figure may lift its group over the limit, so groups are looked up among all of them.
    right = [expected for tier in scene.expectation().tiers for expected in tier] if scene.query.group else missing
    for row in extra:
        twin = next((expected for expected in right if _is_twin(scene, expected.row, row)), None)
        name = next((name for name in scene.query.column_names if twin and not _is_same(name, twin.row, row)), None)
        if twin is None or name is None:
            continue
        values = f"{name} {_shown(row[name])}, and it should be {_shown(twin.row[name])}"
        yield Difference("VALUE", f"{label(scene, twin.row)} has {values}{_pages_hint(scene, row[name])}")


def _is_twin(scene: Scene, right: Row, row: Row) -> bool:
    """The same group, or more columns alike than not."""
    group = scene.query.group
    keys = [column.name for column in group.by] if group else []
    alike = [name for name in scene.query.column_names if _is_same(name, right, row)]
    return set(keys) <= set(alike) if group else 2 * len(alike) > len(scene.query.column_names)


def _is_same(name: str, one: Row, other: Row) -> bool:
    return fingerprint({name: one[name]}) == fingerprint({name: other[name]})


def _pages_hint(scene: Scene, value: Json) -> str:
    """Whether a count is one of responses rather than rows."""
    pages = sum(served.status == 200 for served in scene.served)
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return f"; {value} is the number of responses, count their rows" if is_count and value == pages and pages > 1 else ""


def _extra(scene: Scene, extra: Sequence[Row]) -> Iterator[Difference]:
    for row in extra:
        yield Difference("EXTRA_ROW", f"{label(scene, row)} was returned {_reason(scene, row)}")


def _reason(scene: Scene, row: Row) -> str:
    """Why a returned row should not be there."""
    ranked = {fingerprint(expected.row) for tier in scene.expectation().tiers for expected in tier}
    if fingerprint(row) in ranked:
        return "although it ranks beyond the limit" if scene.query.limit else "more often than it is there"
    if scene.query.group:
        return "and there is no such group"
    origins = [expected.origins for expected in scene.unjudged().expectation().possible if fingerprint(expected.row) == fingerprint(row)]
    return _failed_clause(scene, origins) if origins else "and no planted row looks like it: do its values come from the right fields?"


def _failed_clause(scene: Scene, origins: Sequence[tuple[tuple[str, int], ...]]) -> str:
    """The clause that every planted row fails which looks like the returned one."""
    for clause in clauses(scene.query, scene.arguments, scene.now):
        alias, _, rest = clause.path.partition(".")
        values = [lookup(scene.relations[at][index], rest) for origin in origins for at, index in origin if at == alias] or [None]
        if not any(clause.holds(value) for value in values):
            return f"although {clause.path} is {_shown(values[0])} and the query asks for {clause.words}"
    return "although it fails one of the conditions"


def _missing(scene: Scene, missing: Sequence[ExpectedRow]) -> Iterator[Difference]:
    for expected in sorted(missing, key=lambda expected: _is_plain(scene, expected)):
        notes = [scene.origin(alias, index) for alias, index in expected.origins]
        first = f": it is on {notes[0][1]}, planted as {notes[0][0]!r}" if notes else ""
        told = [
            f"{clause.path} is {_shown(_value(scene, expected, clause.path))}, which meets {clause.words}"
            for clause in clauses(scene.query, scene.arguments, scene.now)
        ]
        yield Difference(
            "MISSING_ROW",
            f"{label(scene, expected.row)} is missing{'' if scene.query.group else first}{'; ' * bool(told)}{', and '.join(told)}",
        )


def _is_plain(scene: Scene, expected: ExpectedRow) -> bool:
    """Whether nothing is special about the row, so that another one tells more."""
    return all(scene.origin(alias, index)[0] == MATCH for alias, index in expected.origins)


def _value(scene: Scene, expected: ExpectedRow, path: str) -> Json:
    alias, _, rest = path.partition(".")
    return next((lookup(scene.relations[at][index], rest) for at, index in expected.origins if at == alias), None)


def _misplaced(scene: Scene, expectation: Expectation, rows: Sequence[Row]) -> Iterator[Difference]:
    words = ", then ".join(f"{order.path} {'descending' if order.descending else 'ascending'}" for order in scene.query.order)
    row = expectation.first_misplaced(rows)
    if row is not None:
        yield Difference(
            "ORDER", f"{label(scene, row)} is out of place: the query orders by {words}, missing values last, text without case"
        )
    else:
        yield Difference("ROWS", f"{len(rows)} rows were returned, and it should be {expectation.count}")


def _shown(value: Json) -> str:
    return "missing or null" if value is None else quoted(value) if isinstance(value, str) else str(value)[:80]
