"""What a question says, in its own words: nothing here knows an API yet."""

from __future__ import annotations

from dataclasses import dataclass

from agents.rules.words import Quantity, Word
from schemas.answer import Language
from schemas.query import AggregateFunction, Comparison

Phrase = tuple[Word, ...]
"""Words that stand for a field or a resource."""


@dataclass(frozen=True)
class Threshold:
    """`[before] above 10% [after]`. `borrowed` words may belong to the subject instead: "disk usage above 80%"."""

    op: Comparison
    value: Quantity
    before: Phrase
    after: Phrase
    borrowed: bool


@dataclass(frozen=True)
class Emptiness:
    """`without [phrase]`, or with `empty` false, `with a [phrase]`."""

    phrase: Phrase
    empty: bool


@dataclass(frozen=True)
class Equality:
    """`[phrase] is [value]`; no phrase: `named [value]`."""

    phrase: Phrase
    value: Word
    negated: bool = False


@dataclass(frozen=True)
class Ranking:
    """`top 5 … by [phrase]`. No `limit`: all, sorted. `by_time`: newest, oldest. `descending` is None where nothing says it."""

    phrase: Phrase
    descending: bool | None
    limit: int | None = None
    by_time: bool = False


@dataclass(frozen=True)
class Summary:
    """`count … by [by]`, `average [phrase] … per [by]`."""

    function: AggregateFunction
    phrase: Phrase
    by: tuple[Phrase, ...]


@dataclass(frozen=True)
class Intent:
    """A question read clause by clause. `rest` holds the words that no clause took, the subject among them, in order."""

    question: str
    rest: Phrase
    thresholds: tuple[Threshold, ...] = ()
    emptiness: tuple[Emptiness, ...] = ()
    equalities: tuple[Equality, ...] = ()
    ranking: Ranking | None = None
    summary: Summary | None = None
    limit: int | None = None
    window_hours: float | None = None
    assumptions: tuple[str, ...] = ()
    language: Language = "en"
    by: Phrase = ()
    """`services by tier`, where nothing says whether to count or to sort."""

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        """Every phrase that must name a field."""
        named = [clause.before + clause.after for clause in self.thresholds]
        named += [emptiness.phrase for emptiness in self.emptiness]
        named += [equality.phrase for equality in self.equalities]
        named += [self.ranking.phrase] if self.ranking else []
        named += [self.summary.phrase, *self.summary.by] if self.summary else []
        return tuple(phrase for phrase in (*named, self.by) if phrase)
