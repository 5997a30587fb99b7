"""A Query in the making on one operation: what clauses add to it, and how they find its fields."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from agents.rules.fields import FieldMatch, Kind, match_field
from agents.rules.intent import Phrase
from agents.rules.subjects import Subject, plural_name
from agents.rules.words import BYTES, PERCENT, SECONDS, Word
from schemas.base import Scalar
from schemas.operation import Operation, RowField
from schemas.query import Join, ParameterType, Predicate, QueryParameter

FIELDS_SHOWN = 20


class Misfit(Exception):
    """The operation can't answer; `fit` says how far it came, so that the nearest one gives the reason."""

    def __init__(self, reason: str, fit: float) -> None:
        super().__init__(reason)
        self.reason = reason
        self.fit = fit


@dataclass
class Draft:
    """One attempt. `content` are the words to be explained, `explained` the indexes of those that are."""

    operation: Operation
    siblings: Sequence[Operation]
    content: Phrase
    subject: Subject
    where: list[Predicate] = field(default_factory=list)
    joins: list[Join] = field(default_factory=list)
    parameters: list[QueryParameter] = field(default_factory=list)
    used: list[RowField] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    explained: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.explained |= self.subject.said_by

    @property
    def alias(self) -> str:
        return plural_name(self.operation)

    @property
    def noun(self) -> str:
        """The alias as words."""
        return self.alias.replace("_", " ")

    @property
    def fit(self) -> float:
        """The mean of how well each clause fitted, the subject included."""
        scores = [self.subject.coverage, *self.scores]
        return sum(scores) / len(scores)

    @property
    def open_words(self) -> list[Word]:
        """The words that nothing has explained yet."""
        return [word for word in self.content if word.index not in self.explained]

    def find(self, phrase: Phrase, kind: Kind, dimension: str = "") -> RowField:
        """The field that a phrase means, noted as used. Raises Misfit."""
        plural = any(word.lower.endswith("s") and not word.lower.endswith("ss") for word in phrase)
        found = match_field(stems(phrase), self.operation.fields, kind, dimension, plural=plural)
        if found is None or (not phrase and found.others):
            wanted = {PERCENT: " in percent", BYTES: " in bytes", SECONDS: " in seconds"}.get(dimension, "")
            raise self.misfit(f"none of its fields is “{text(phrase) or 'the figure'}”{wanted}. {self.fields_text()}")
        self.use(found, text(phrase))
        return found.field

    def use(self, found: FieldMatch, said: str) -> None:
        """Note a field as used; where others would have done as well, state the choice."""
        self.scores.append(found.score)
        self.used.append(found.field)
        if found.others and said:
            also = ", ".join(field.path for field in found.others[:3])
            self.assumptions.append(f"“{said}” read as {found.field.path} (there are also {also})")

    def path(self, found: RowField) -> str:
        """A field's path in the Query."""
        return f"{self.alias}.{found.path}"

    def parameter(self, name: str, kind: ParameterType, default: Scalar, unit: str = "") -> str:
        """The name of a new parameter: the wanted one, or with a number where that is taken."""
        taken = {parameter.name for parameter in self.parameters}
        unique = next(n for n in (name, *(f"{name}_{count}" for count in range(2, len(taken) + 3))) if n not in taken)
        self.parameters.append(QueryParameter(name=unique, type=kind, default=default, unit=unit))
        return unique

    def misfit(self, reason: str) -> Misfit:
        """Why the operation can't answer, as a sentence."""
        return Misfit(f"{self.operation.method} {self.operation.path} lists {self.noun}, but {reason}", self.fit)

    def fields_text(self) -> str:
        """What the operation's rows hold, for whoever asked for something else."""
        shown = [f"{f.path} ({'|'.join(f.enum)})" if f.enum else f.path for f in self.operation.fields]
        return f"Its fields: {', '.join(shown[:FIELDS_SHOWN])}{', …' if len(shown) > FIELDS_SHOWN else ''}."


def stems(words: Sequence[Word]) -> tuple[str, ...]:
    """The stems of several words."""
    return tuple(stem for word in words for stem in word.stems)


def text(words: Sequence[Word]) -> str:
    """The words as they were typed."""
    return " ".join(word.text for word in words)


def tail(path: str) -> str:
    """A Python name for the last step of a path."""
    return column_name(path.rpartition(".")[2]).lower()


def column_name(path: str) -> str:
    """A Python name for a path."""
    return re.sub(r"\W+", "_", path).strip("_") or "value"
