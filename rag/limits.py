"""How much the cache keeps, for how long, and what goes first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class CacheLimits:
    """`max_stale_hours`: older copies are not used before the server was asked. `size_bytes`: of all operations and slices.

    `report_days`: change reports that every reader has read are kept as long.
    """

    max_stale_hours: float = 168.0
    size_bytes: int = 1 << 30
    report_days: float = 90.0

    def victims(self, sizes: Mapping[str, int], newest: str, configured: Callable[[], Collection[str]]) -> Iterator[str]:
        """The sources whose documents go, so that the others fit: first those that are configured no more, then in the order of `sizes`.

        Never the `newest`: it would be fetched and evicted again and again.
        """
        total = sum(sizes.values())
        if total <= self.size_bytes:
            return
        wanted = configured()
        for name in sorted(sizes.keys() - {newest}, key=lambda name: (name in wanted, list(sizes).index(name))):
            if total <= self.size_bytes:
                return
            total -= sizes[name]
            yield name
