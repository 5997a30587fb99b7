"""A Query in the making on one operation: what clauses add to it, and how they find its fields."""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from agents.knowledge import Reading
from agents.rules.fields import EXACT, FieldMatch, Kind, identity_fields, match_field, measure_of, own_identity
from agents.rules.intent import Phrase
from agents.rules.metrics import Asked, find_metric
from agents.rules.subjects import Subject, nouns, plural_name, spoken_name
from agents.rules.words import Word, stems_of
from agents.speech.voice import Voice
from rag.words import split_identifier
from schemas.base import Scalar
from schemas.operation import Operation, RowField
from schemas.query import Join, ParameterType, Predicate, QueryParameter

FIELDS_SHOWN = 20
UNITS_IN_NAMES = ("percent", "bytes", "seconds")
_STATE, _STATUS = stems_of("state status")
_OTHER_STATE = {_STATE: _STATUS, _STATUS: _STATE}
_BETWEEN_HAN = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")


class Misfit(Exception):
    """The operation can't answer; `fit` says how far it came, so that the nearest one gives the reason."""

    def __init__(self, reason: str, fit: float) -> None:
        super().__init__(reason)
        self.reason = reason
        self.fit = fit


@dataclass(frozen=True)
class Figure:
    """A number that rows have, or that a metric has of them: its path in the Query, its short name, its unit and the question's scale.

    The scale is what a question's figure in the base unit of its dimension is multiplied with.
    """

    path: str
    name: str
    unit: str
    scale: float = 1.0


@dataclass
class Draft:
    """One attempt. `content` are the words to be explained, `explained` the indexes of those that are."""

    operation: Operation
    siblings: Sequence[Operation]
    content: Phrase
    subject: Subject
    voice: Voice
    readings: Sequence[Reading] = ()
    metric: Asked | None = None
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
        """The rows in a sentence."""
        return spoken_name(self.operation)

    @property
    def owner(self) -> tuple[str, ...]:
        """The stems of what a cloud's rows are, which their fields' names repeat; other APIs' fields say what they are."""
        return nouns(self.operation)[0] if self.operation.protocol == "aws" else ()

    @property
    def identity(self) -> list[RowField]:
        """The fields by which people know a row, best first."""
        own = own_identity(self.operation.fields, self.owner) if self.owner else []
        return own or identity_fields(self.operation.fields)

    @property
    def fit(self) -> float:
        """The mean of how well each clause fitted, the subject included."""
        scores = [self.subject.coverage, *self.scores]
        return sum(scores) / len(scores)

    @property
    def is_singular(self) -> bool:
        """The subject was said as one thing: `the oldest pod`."""
        said = [word.lower for word in self.content if word.index in self.subject.said_by]
        return bool(said) and not any(word.endswith("s") and not word.endswith("ss") for word in said)

    @property
    def open_words(self) -> list[Word]:
        """The words that nothing has explained yet."""
        return [word for word in self.content if word.index not in self.explained]

    def find(self, phrase: Phrase, kind: Kind, dimension: str = "") -> RowField:
        """The field that a phrase means, noted as used. Raises Misfit."""
        plural = any(word.lower.endswith("s") and not word.lower.endswith("ss") for word in phrase)
        found = match_field(stems(phrase), self.operation.fields, kind, dimension, plural=plural, owner=self.owner)
        if found is None and self.owner:  # a cloud's services call it one or the other
            said_otherwise = [_OTHER_STATE.get(stem, stem) for stem in stems(phrase)]
            found = match_field(said_otherwise, self.operation.fields, kind, dimension, owner=self.owner)
        if self.owner and "region" in [word.lower.removesuffix("s") for word in phrase] and found is None:
            raise self.misfit("no_region_field")
        if found is None or (not phrase and found.others):
            said = text(phrase) or self.voice.say("the_figure")
            raise self.misfit_with_fields(f"no_such_field_in_{dimension}" if dimension else "no_such_field", said=said)
        self.use(found, text(phrase))
        return found.field

    def match(self, said: Sequence[str], kind: Kind = "any") -> FieldMatch | None:
        """The field that stems mean, not yet used."""
        return match_field(said, self.operation.fields, kind, owner=self.owner)

    def figure(self, phrase: Phrase, dimension: str = "") -> Figure:
        """The number that a phrase means: a field that is called just that, else a metric, else the nearest field. Raises Misfit."""
        asked = find_metric(phrase, self.readings, dimension)
        own = match_field(stems(phrase), self.operation.fields, "number", dimension, owner=self.owner)
        if asked is None or (own is not None and own.score >= EXACT):
            found = self.find(phrase, "number", dimension)
            unit = next((part for part in UNITS_IN_NAMES if part in found.path), "")
            measure = measure_of(found) if dimension else None
            return Figure(self.path(found), tail(found.path), unit, 1.0 / measure[1] if measure else 1.0)
        self.ask(asked)
        return Figure(f"{asked.alias}.value", asked.alias, asked.unit, asked.scale(dimension))

    def is_figure_of_metric(self, found: Figure) -> bool:
        """Whether it is the metric's."""
        return self.metric is not None and found.path == f"{self.metric.alias}.value"

    def ask(self, asked: Asked) -> None:
        """Note a metric as used. Raises Misfit for a second one."""
        if self.metric and self.metric != asked:
            raise self.misfit("one_metric", said=asked.reading.metric.title, other=self.metric.reading.metric.title)
        self.metric = asked
        self.scores.append(EXACT)

    def use(self, found: FieldMatch, said: str) -> None:
        """Note a field as used; where others would have done as well, state the choice."""
        self.scores.append(found.score)
        self.used.append(found.field)
        if found.others and said:
            also = ", ".join(field.path for field in found.others[:3])
            self.assumptions.append(self.voice.say("read_as_field", said=said, field=found.field.path, others=also))

    def path(self, found: RowField) -> str:
        """A field's path in the Query."""
        return f"{self.alias}.{found.path}"

    def parameter(self, name: str, kind: ParameterType, default: Scalar, unit: str = "") -> str:
        """The name of a new parameter: the wanted one, or with a number where that is taken."""
        taken = {parameter.name for parameter in self.parameters}
        unique = next(n for n in (name, *(f"{name}_{count}" for count in range(2, len(taken) + 3))) if n not in taken)
        self.parameters.append(QueryParameter(name=unique, type=kind, default=default, unit=unit))
        return unique

    def misfit(self, key: str, **values: object) -> Misfit:
        """Why the operation can't answer, by the message's key."""
        reason = self.voice.say(key, **values)
        return Misfit(self.voice.say("misfit", call=self.operation.label, noun=self.noun, reason=reason), self.fit)

    def misfit_with_fields(self, key: str, **values: object) -> Misfit:
        """The same, with what the operation's rows do hold, for whoever asked for something else."""
        found = self.misfit(key, **values)
        shown = [f"{f.path} ({'|'.join(f.enum)})" if f.enum else f.path for f in self.operation.fields]
        fields = f"{', '.join(shown[:FIELDS_SHOWN])}{', …' if len(shown) > FIELDS_SHOWN else ''}"
        return Misfit(f"{found.reason} {self.voice.say('its_fields', fields=fields)}", found.fit)


def stems(words: Sequence[Word]) -> tuple[str, ...]:
    """The stems of several words."""
    return tuple(stem for word in words for stem in word.stems)


def text(words: Sequence[Word]) -> str:
    """The words as they were typed; Chinese has no spaces between them."""
    return _BETWEEN_HAN.sub("", " ".join(word.text for word in words))


def tail(path: str) -> str:
    """A Python name for the last step of a path; `State.Name` is the state."""
    holder, _, last = path.rpartition(".")
    said = holder.rpartition(".")[2] if holder and last == "Name" else last
    return column_name("_".join(split_identifier(said)))


def column_name(path: str) -> str:
    """A Python name for a path, in its own case."""
    name = re.sub(r"\W+", "_", path).strip("_") or "value"
    return f"{name}_" if keyword.iskeyword(name) else f"n{name}" if name[0].isdigit() else name
