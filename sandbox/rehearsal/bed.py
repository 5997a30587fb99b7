"""The bed that subjects grow in: each becomes a row of the first relation, with its partners in the joined ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sandbox.rehearsal.choices import ABSENT, Choice, is_legal
from sandbox.rehearsal.figures import STALE, joins_of
from sandbox.rehearsal.rows import RowMaker
from sandbox.rehearsal.world import World
from schemas.base import Json, lookup
from schemas.query import Call, Join, Query

Partners = Literal["one", "none", "two", "shared", "keyless", "stale"]
"""What a join finds: one partner, none, two, the one of the row before, none because its own key is missing, or a figure too old."""


@dataclass(frozen=True)
class Subject:
    """`chosen` is by path of the Query, `partners` by alias; `second` is what the second of two partners shows instead."""

    chosen: Mapping[str, Choice]
    partners: Mapping[str, Partners]
    note: str
    second: Mapping[str, Choice] = field(default_factory=dict)


@dataclass(frozen=True)
class Planted:
    """A row and why it is there."""

    row: Json
    note: str


class Bed:
    """Collects rows by operation. An operation that answers with one object keeps its first row only.

    `is_bare` leaves out of the rows whatever nothing was chosen for.
    """

    def __init__(self, query: Query, makers: Mapping[str, RowMaker], single: frozenset[str], *, is_bare: bool = False) -> None:
        self.rows: dict[str, list[Planted]] = {call.operation: [] for call in query.calls}
        self._query = query
        self._joins = joins_of(query)
        self._is_bare = is_bare
        self._makers = makers
        self._single = single
        self._keys: dict[str, set[str]] = {}
        self._marked: dict[str, set[str]] = {}
        self._last_keys: dict[str, Json] = {}
        self._stale = 0

    def grow(self, subject: Subject) -> None:
        """Add the subject's rows."""
        bound = {self._query.call.alias: self._add(self._query.call, subject, subject.chosen)}
        for join in self._joins:
            alias = join.call.alias
            key = lookup(bound.get(join.left.partition(".")[0]), join.left.partition(".")[2])
            kind = subject.partners.get(alias, "one")
            if key is None or kind in ("none", "keyless", "shared"):
                continue
            partner = {join.right: Choice(key, "the key")}
            if kind == "stale":
                partner[f"{alias}.{STALE}"] = Choice(self._stale, "stale")
                self._stale += 1
            bound[alias] = self._add(join.call, subject, {**subject.chosen, **partner})
            if kind == "two":
                self._add(join.call, subject, {**subject.chosen, **subject.second, **partner})

    def strew(self, call: Call) -> None:
        """Add a row that nothing was chosen for."""
        self._add(call, Subject({}, {}, "a row of no concern"), {})

    def world(self) -> World:
        """What has grown so far."""
        notes = {(operation, index): planted.note for operation, found in self.rows.items() for index, planted in enumerate(found)}
        return World({operation: tuple(planted.row for planted in found) for operation, found in self.rows.items()}, notes)

    def _add(self, call: Call, subject: Subject, chosen: Mapping[str, Choice]) -> Json:
        rows = self.rows[call.operation]
        if call.operation in self._single and rows:
            return rows[0].row
        keys = {join.left: self._left_key(join, subject) for join in self._joins if _is_of(join.left, call.alias)}
        keys |= {join.right: self._fresh_key(join) for join in self._joins if join.call == call}
        mine = {path: choice for path, choice in {**keys, **chosen}.items() if _is_of(path, call.alias)}
        maker, by_path = self._makers[call.operation], {path.partition(".")[2]: choice for path, choice in mine.items()}
        row = maker.bare(by_path) if self._is_bare else maker.row(by_path)
        maker.mark(row, self._marked.setdefault(call.operation, set()))
        rows.append(Planted(row, subject.note))
        return row

    def _left_key(self, join: Join, subject: Subject) -> Choice:
        kind = subject.partners.get(join.call.alias, "one")
        if kind == "keyless":
            place = self._makers[self._operation(join.left)].field(join.left.partition(".")[2])
            for choice in (Choice(None, "null"), Choice(ABSENT, "absent")):
                if is_legal(choice, place):
                    return choice
        if kind == "shared" and join.left in self._last_keys:
            return Choice(self._last_keys[join.left], "the key of another row")
        key = self._fresh_key(join)
        if kind != "none":
            self._last_keys[join.left] = key.value
        return key

    def _fresh_key(self, join: Join) -> Choice:
        """A key not used yet that both sides admit, or at least the left."""
        left = self._makers[self._operation(join.left)]
        right = self._makers[join.call.operation].field(join.right.partition(".")[2])
        place = left.field(join.left.partition(".")[2])
        taken = self._keys.setdefault(join.left, set())
        key = left.values.fresh(place, taken)
        if not right.admits(key):
            other = self._makers[join.call.operation].values.fresh(right, taken)
            key = other if place.admits(other) else key
        return Choice(key, "a key of its own")

    def _operation(self, path: str) -> str:
        return next(call.operation for call in self._query.calls if _is_of(path, call.alias))


def _is_of(path: str, alias: str) -> bool:
    return path.startswith(f"{alias}.")
