"""What changed between two JSON values: rows by what identifies them, anything else by JSON pointers (RFC 6901)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, Literal

from schemas.base import Frozen, Json, canonical_json

MOST_SAMPLES: Final = 20
"""Rows that are shown of a change; the counts are of all."""

MOST_POINTERS: Final = 10
"""Places that are named of a change to what has no rows."""

_IDENTIFIES: Final = re.compile(r"(?i:(?:^|[_.-])(?:id|name|arn)$)|(?:Id|ID|Name|Arn|ARN)$")

Row = Mapping[str, Any]


class RowChange(Frozen):
    """One row; `changed` has both sides."""

    kind: Literal["added", "removed", "changed"]
    before: Json = None
    after: Json = None


class RowChanges(Frozen):
    """How many rows came, went and changed, and the first of them.

    Rows with the same values in the columns `by` count as one that changed; where that is empty, no columns tell rows apart, and a
    row that changed counts as one that went and one that came. `reordered`: the same rows in another order.
    """

    by: tuple[str, ...]
    added: int
    removed: int
    changed: int
    reordered: bool
    samples: tuple[RowChange, ...]

    @property
    def total(self) -> int:
        """Of all kinds."""
        return self.added + self.removed + self.changed


def row_changes(before: Sequence[Json], after: Sequence[Json], *, samples: int = MOST_SAMPLES) -> RowChanges:
    """What changed from one list of rows to another."""
    by = _identity(before, after)
    changes = list(_keyed(before, after, by) if by else _unkeyed(before, after))
    kinds = Counter(change.kind for change in changes)
    return RowChanges(
        by=by,
        added=kinds["added"],
        removed=kinds["removed"],
        changed=kinds["changed"],
        reordered=not changes and canonical_json(list(before)) != canonical_json(list(after)),
        samples=tuple(changes[:samples]),
    )


def pointers(before: Json, after: Json, at: str = "") -> Iterator[str]:
    """Where two values differ, from the outside in; the empty pointer is the whole value."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys((*before, *after)):
            inner = f"{at}/{str(name).replace('~', '~0').replace('/', '~1')}"
            if name in before and name in after:
                yield from pointers(before[name], after[name], inner)
            else:
                yield inner
    elif isinstance(before, list) and isinstance(after, list):
        for index, (old, new) in enumerate(zip(before, after, strict=False)):
            yield from pointers(old, new, f"{at}/{index}")
        yield from (f"{at}/{index}" for index in range(min(len(before), len(after)), max(len(before), len(after))))
    elif canonical_json(before) != canonical_json(after):
        yield at


def first_pointers(before: Json, after: Json) -> tuple[tuple[str, ...], bool]:
    """The first places that differ, and whether there are more."""
    found = tuple(islice(pointers(before, after), MOST_POINTERS + 1))
    return found[:MOST_POINTERS], len(found) > MOST_POINTERS


def _identity(before: Sequence[Json], after: Sequence[Json]) -> tuple[str, ...]:
    """The columns by which rows are the same row: one that tells them apart on both sides, else the first ones that do."""
    rows = [*before, *after]
    if not rows or not all(isinstance(row, dict) for row in rows):
        return ()
    names = [name for name in rows[0] if all(_is_key(row.get(name)) for row in rows)]
    if len(before) == len(after) == 1:  # any column tells one row apart: only a name makes it another row
        names = [name for name in names if _IDENTIFIES.search(name)]
    singles = [(name,) for name in sorted(names, key=lambda name: (not _IDENTIFIES.search(name), not isinstance(rows[0][name], str)))]
    prefixes = [tuple(names[:length]) for length in range(2, len(names) + 1)]
    return next((by for by in (*singles, *prefixes) if _tells_apart(before, by) and _tells_apart(after, by)), ())


def _is_key(value: Json) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _tells_apart(rows: Sequence[Row], by: tuple[str, ...]) -> bool:
    return len({_key(row, by) for row in rows}) == len(rows)


def _key(row: Row, by: tuple[str, ...]) -> tuple[Json, ...]:
    return tuple(row[name] for name in by)


def _keyed(before: Sequence[Row], after: Sequence[Row], by: tuple[str, ...]) -> Iterator[RowChange]:
    old, new = ({_key(row, by): row for row in rows} for rows in (before, after))
    for key in dict.fromkeys((*old, *new)):
        if key not in new:
            yield RowChange(kind="removed", before=old[key])
        elif key not in old:
            yield RowChange(kind="added", after=new[key])
        elif canonical_json(old[key]) != canonical_json(new[key]):
            yield RowChange(kind="changed", before=old[key], after=new[key])


def _unkeyed(before: Sequence[Json], after: Sequence[Json]) -> Iterator[RowChange]:
    if len(before) == len(after) == 1:
        if canonical_json(before) != canonical_json(after):
            yield RowChange(kind="changed", before=before[0], after=after[0])
        return
    old, new = (Counter(canonical_json(row) for row in rows) for rows in (before, after))
    yield from (RowChange(kind="removed", before=row) for row in _beyond(before, new))
    yield from (RowChange(kind="added", after=row) for row in _beyond(after, old))


def _beyond(rows: Sequence[Json], others: Mapping[bytes, int]) -> Iterator[Json]:
    """The rows of one side that the other has not, or not as often."""
    left = Counter(others)
    for row in rows:
        key = canonical_json(row)
        if left[key] > 0:
            left[key] -= 1
        else:
            yield row
