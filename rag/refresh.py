"""What a refresh changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from schemas.base import Frozen


class RefreshReport(Frozen):
    """The difference between two fetches of a source, by the names of operations, sorted. Changed: the slice has another hash."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int
    warnings: tuple[str, ...] = ()


def compare(before: Mapping[str, str], after: Mapping[str, str], warnings: Sequence[str] = ()) -> RefreshReport:
    """Compare two states, given as operation name to slice hash."""
    both = before.keys() & after.keys()
    changed = sorted(name for name in both if before[name] != after[name])
    return RefreshReport(
        added=tuple(sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        changed=tuple(changed),
        unchanged=len(both) - len(changed),
        warnings=tuple(warnings),
    )
