"""Which field of a response a phrase means.

Every word of the phrase must be accounted for, by the field's own name or, for less, by its description. What is left of the name
counts against it. Of equals the one about use wins over the one about capacity, and the choice is stated as an assumption.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from agents.rules.words import BYTES, PERCENT, SECONDS, alike, stems_of
from rag.words import stem
from schemas.operation import RowField

Kind = Literal["number", "time", "text", "any"]

_SYNONYMS = """used usage use using utilization utilisation consumed
memory mem ram
cpu processor cores
percent percentage pct
time timestamp
region zone
kind type
machine host"""
SAME: tuple[frozenset[str], ...] = tuple(frozenset(stems_of(line)) for line in _SYNONYMS.splitlines())
"""Words that name one thing in metrics and inventories everywhere. Kept this short on purpose: every pair is a chance to be wrong."""

EXACT = 1.3
"""The fit of a phrase that is the whole name: no taste outweighs it."""
IDENTITY = ("name", "hostname", "title", "label", "id", "key", "uid")
OWN_IDENTITY = ("name", "id", "identifier", "url", "arn")
"""How a cloud's rows are called by their own noun: `InstanceId`, `DBInstanceIdentifier`."""
TIME_FORMATS = frozenset({"date-time", "date"})
_OWN = tuple(map(stem, OWN_IDENTITY))
_SAYS_NOTHING = frozenset(stems_of("name value"))
_USE, _CAPACITY, _COUNT = (
    frozenset(stems_of(words)) for words in ("used usage use utilization busy", "total max limit capacity free", "count number num")
)
_UNITS = {
    PERCENT: frozenset(stems_of("percent percentage pct")),
    BYTES: frozenset(stems_of("bytes byte")),
    SECONDS: frozenset(stems_of("seconds second sec")),
}

_MEASURES = (
    (re.compile(r"\bin (?:gibibytes|GiBs?)\b(?!/s| per)"), (BYTES, 1024.0**3)),
    (re.compile(r"\bin (?:mebibytes|MiBs?)\b(?!/s| per)"), (BYTES, 1024.0**2)),
    (re.compile(r"^The number of days\b"), (SECONDS, 86400.0)),
    (re.compile(r"\bin days\b"), (SECONDS, 86400.0)),
)
"""How descriptions tell of a unit that a name leaves out."""
_UNSAID = {"MemorySize": (BYTES, 1024.0**2)}
"""What neither says: Lambda's memory is in MiB."""
_REGION = frozenset(stems_of("region regions"))


@dataclass(frozen=True)
class FieldMatch:
    """A field with how well the phrase fits it, from 0 to about 1; `others` fitted the same words, worse by taste only."""

    field: RowField
    score: float
    others: tuple[RowField, ...] = ()


def match_field(
    phrase: Sequence[str],
    fields: Iterable[RowField],
    kind: Kind = "any",
    dimension: str = "",
    *,
    plural: bool = False,
    owner: Collection[str] = (),
) -> FieldMatch | None:
    """The best field for the stems of a phrase, or None where no field accounts for all of them.

    `owner` are the stems of what the rows are: the type of an instance is its `InstanceType`.
    """
    usable = [field for field in fields if _is(field, kind) and (not dimension or dimension_of(field) == dimension)]
    scored = [(score, field) for field in usable if (score := _score(tuple(phrase), field, dimension, plural, owner)) > 0]
    if not scored:
        return None
    scored.sort(key=lambda pair: -pair[0])
    score, best = scored[0]
    is_exact = len(set(phrase)) == len(own_stems(best.path, owner, phrase)) and is_named(phrase, best)
    rivals = () if is_exact else tuple(field for other, field in scored[1:] if other > score - 0.25)
    return FieldMatch(best, score, rivals)


def is_named(phrase: Sequence[str], field: RowField) -> bool:
    """Every word of the phrase is in the field's name itself."""
    return all(any(same(word, part) for part in name_stems(field.path)) for word in phrase)


def dimension_of(field: RowField) -> str:
    """The unit that the name, else the description, states: percent, bytes, seconds or none."""
    if measure := measure_of(field):
        return measure[0]
    for stems in (name_stems(field.path), _described(field)):
        for dimension, spellings in _UNITS.items():
            if spellings & set(stems) and (dimension != BYTES or stems is not _described(field) or "bytes" in field.description.lower()):
                return dimension
    return PERCENT if "%" in field.description else ""


def measure_of(field: RowField) -> tuple[str, float] | None:
    """The dimension of a number that is kept in larger units than its dimension's base, and how many of the base one of them is."""
    if field.type not in ("integer", "number") or "." in field.path:
        return None
    if field.path in _UNSAID:
        return _UNSAID[field.path]
    return next((measure for pattern, measure in _MEASURES if pattern.search(field.description)), None)


def is_time(field: RowField) -> bool:
    """A moment, by its format or by a name like `started_at`."""
    return field.format in TIME_FORMATS or (
        field.type in ("string", "integer", "number") and field.path.endswith(("_at", "_time", "timestamp"))
    )


@lru_cache(maxsize=8192)
def name_stems(path: str) -> tuple[str, ...]:
    """The stems of a dotted path."""
    return stems_of(path)


def _described(field: RowField) -> tuple[str, ...]:
    return name_stems(field.description)


def _is(field: RowField, kind: Kind) -> bool:
    match kind:
        case "number":
            return field.type in ("integer", "number") and not is_time(field)
        case "time":
            return is_time(field)
        case "text":
            return field.type in ("string", "boolean", "integer", "any")
        case "any":
            return True


@lru_cache(maxsize=65_536)
def same(one: str, other: str) -> bool:
    """One word or two names for one thing."""
    return alike(one, other) or any(one in group and other in group for group in SAME)


def own_stems(path: str, owner: Collection[str], phrase: Sequence[str] = ()) -> tuple[str, ...]:
    """The stems of a path without those that only repeat whose field it is, or that it is a name: `State.Name` is the state."""
    stems = name_stems(path)
    if not owner:
        return stems
    if "." in path and stems[-1] in _SAYS_NOTHING:
        stems = stems[:-1]
    return tuple(stem for stem in stems if stem in phrase or not any(alike(stem, part) for part in owner)) or stems


def _score(phrase: tuple[str, ...], field: RowField, dimension: str, plural: bool, owner: Collection[str]) -> float:
    name, described = own_stems(field.path, owner, phrase), _described(field)
    if owner and not _REGION.isdisjoint(phrase) and _REGION.isdisjoint(name):
        return 0.0  # a cloud's zone is no region
    named = [any(same(word, part) for part in name) for word in phrase]
    if not all(hit or any(same(word, part) for part in described) for word, hit in zip(phrase, named, strict=True)):
        return 0.0
    spare = sum(not any(same(part, word) for word in phrase) for part in name)
    exact = [any(alike(word, part) for part in name) for word in phrase]
    # A word that is in the name counts for more than one that only means the same, and that for more than one of the description.
    fits = [1.0 if exactly else 0.85 if by_name else 0.5 for exactly, by_name in zip(exact, named, strict=True)]
    fit = sum(fits) / len(phrase) if phrase else 0.5
    if phrase and all(exact) and all(any(alike(part, word) for word in phrase) for part in name):
        return EXACT
    return max(0.01, fit - 0.05 * spare + _taste(field, name, dimension, plural))


def _taste(field: RowField, name: tuple[str, ...], dimension: str, plural: bool) -> float:
    stems = set(name)
    if plural and stems & _COUNT:
        return 0.3
    liking = 0.1 if stems & _USE else -0.1 if stems & _CAPACITY else 0.0
    return liking + (0.05 if not dimension and dimension_of(field) == PERCENT else 0.0)


def time_field(phrase: Sequence[str], fields: Sequence[RowField]) -> FieldMatch | None:
    """The moment that a window or `newest` means: of several, the one at which the thing began."""
    if phrase:
        return match_field(phrase, fields, "time")
    moments = [field for field in fields if is_time(field)]
    began = ("creat", "creation", "open", "start", "launch", "begin", "timestamp", "time")
    ranked = sorted(
        moments, key=lambda field: next((rank for rank, stem in enumerate(began) if stem in name_stems(field.path)), len(began))
    )
    return FieldMatch(ranked[0], 1.0, tuple(ranked[1:])) if ranked else None


def identity_fields(fields: Sequence[RowField]) -> list[RowField]:
    """The fields by which people know a row, best first: its name, then its id."""
    scalars = [field for field in fields if field.type in ("string", "integer") and "." not in field.path]
    exact = [field for wanted in IDENTITY for field in scalars if field.path == wanted]
    suffixed = [field for wanted in IDENTITY for field in scalars if name_stems(field.path)[-1:] == (wanted,) and field not in exact]
    return exact + suffixed


def own_identity(fields: Sequence[RowField], owner: Sequence[str]) -> list[RowField]:
    """The same where rows are called by their own noun, best first, and a bare `Name` or `Id` after that."""
    scalars = [field for field in fields if field.type == "string" and "." not in field.path]
    wanted = [(*of, last) for last in _OWN for of in (tuple(owner), (), tuple(owner[-1:]))]
    found = [field for name in dict.fromkeys(wanted) for field in scalars if _are_alike(name_stems(field.path), name)]
    return [field for field in found if name_stems(field.path)[-1] != "arn"] or found


def _are_alike(stems: Sequence[str], others: Sequence[str]) -> bool:
    return len(stems) == len(others) and all(alike(one, other) for one, other in zip(stems, others, strict=True))
