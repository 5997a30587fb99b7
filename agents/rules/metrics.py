"""Metrics that a phrase means, and how a question wants them read: `average CPU`, `peak CPU in the last 2 hours`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from agents.generate.expressions import identifier
from agents.knowledge import Reading
from agents.rules.fields import same
from agents.rules.intent import Phrase
from agents.rules.words import BYTES, PERCENT, SECONDS, stems_of
from agents.speech.script import to_simplified
from schemas.metric import Take

STATISTICS: Final = (
    dict.fromkeys(("average", "avg", "mean"), "Average")
    | dict.fromkeys(("maximum", "max", "peak", "highest"), "Maximum")
    | dict.fromkeys(("minimum", "min", "lowest"), "Minimum")
)
TAKES: Final[dict[str, Take]] = {"Average": "mean", "Maximum": "max", "Minimum": "min"}
"""What stands for a window that a question names, by its statistic; a sum over many periods is none of these."""

_UNITS: Final = {
    "percent": (PERCENT, 1.0), "bytes": (BYTES, 1.0), "seconds": (SECONDS, 1.0), "milliseconds": (SECONDS, 1000.0),
}  # fmt: skip
"""A metric's unit to the dimension of a question's figure, and how many of it are one of that dimension's base."""

_COUNTED: Final = frozenset(stems_of("cores"))
"""What names a processor only where processors are counted: more than 4 cores are no CPU above 4%."""


@dataclass(frozen=True)
class Asked:
    """A metric that a phrase names, with the statistic that it says, if it says one."""

    reading: Reading
    statistic: str | None

    @property
    def alias(self) -> str:
        """What to call it: its first name."""
        metric = self.reading.metric
        return identifier("_".join(metric.words[0])) if metric.words else identifier(metric.name)

    @property
    def unit(self) -> str:
        """The unit of its figures, where it says more than that things are counted."""
        unit = self.reading.metric.unit
        return unit if unit in _UNITS else ""

    def scale(self, dimension: str) -> float:
        """What a question's figure is multiplied with; without a dimension it is in the metric's unit."""
        return _UNITS[self.unit][1] if dimension else 1.0


def find_metric(phrase: Phrase, readings: Iterable[Reading], dimension: str = "") -> Asked | None:
    """The metric of which the phrase is a name, whole, in a unit of that dimension."""
    statistics = [STATISTICS[word.lower] for word in phrase if word.lower in STATISTICS]
    rest = tuple(word for word in phrase if word.lower not in STATISTICS)
    for reading in readings:
        metric = reading.metric
        fits = not dimension or _UNITS.get(metric.unit, ("", 1.0))[0] == dimension
        allowed = len(statistics) <= 1 and all(statistic in metric.statistics for statistic in statistics)
        if fits and allowed and any(_is_name(rest, name) for name in metric.words):
            return Asked(reading, statistics[0] if statistics else None)
    return None


def _is_name(phrase: Phrase, name: Sequence[str]) -> bool:
    said = [stem for word in phrase for stem in word.stems]
    if not _COUNTED.isdisjoint(said):
        return False
    parts = [stem for part in name for stem in stems_of(part)]
    if said and len(said) == len(parts) and _cover(said, parts) and _cover(parts, said):
        return True
    typed = to_simplified("".join(word.text for word in phrase)).replace(" ", "").lower()
    return bool(typed) and typed == to_simplified("".join(name)).lower()


def _cover(stems: Sequence[str], others: Sequence[str]) -> bool:
    return all(any(same(stem, other) for other in others) for stem in stems)
