"""The values worth planting at one place: on both sides of every constant, and empty in every form that is legal."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from typing import Final, assert_never

from sandbox.rehearsal.clauses import Clause
from sandbox.rehearsal.shapes import Field, SchemaNode
from sandbox.rehearsal.values import rfc3339
from schemas.base import Json, Scalar, canonical_json
from schemas.evaluate import parse_time
from schemas.query import Predicate, Window


class Absent(Enum):
    """The value of a field that is left out of its row."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT

NEAR: Final = timedelta(minutes=1)
"""How far inside and outside a window its closest rows lie."""

EAST: Final = timezone(timedelta(hours=2))
MANY_MEMBERS: Final = 6
"""Members of an enumeration that are planted; a longer one is cut."""


@dataclass(frozen=True)
class Choice:
    """A value and why it is planted: `note` finishes "this row is planted with its tier …"."""

    value: Json | Absent
    note: str

    @property
    def seen(self) -> Json:
        """What a reader of the row finds there: None for a field that is left out."""
        return None if self.value is ABSENT else self.value


def choices(field: Field, schema: SchemaNode, around: Sequence[Clause], constants: Mapping[str, Scalar], now: datetime) -> list[Choice]:
    """Everything to plant for the clauses on one field, as far as the schema admits it, each value once."""
    found = [choice for clause in around for choice in _around(clause, schema, constants, now)]
    return distinct(choice for choice in [*found, *_empty()] if is_legal(choice, field))


def is_legal(choice: Choice, field: Field) -> bool:
    """Whether the slice's own schema allows the choice at this field."""
    return field.optional_at is not None if choice.value is ABSENT else field.admits(choice.value)


def distinct(found: Iterable[Choice]) -> list[Choice]:
    """Without repeated values; the first note stays. 1 and 1.0 are the same value, 1 and true are not."""
    kept: dict[tuple[type, bytes] | None, Choice] = {}
    for choice in found:
        value = choice.value
        plain = float(value) if isinstance(value, int) and not isinstance(value, bool) else value
        kept.setdefault(None if plain is ABSENT else (type(plain), canonical_json([plain])), choice)
    return list(kept.values())


def _empty() -> tuple[Choice, ...]:
    return (Choice(None, "null"), Choice(ABSENT, "absent"), Choice("", "an empty text"), Choice([], "an empty list"))


def _around(clause: Clause, schema: SchemaNode, constants: Mapping[str, Scalar], now: datetime) -> Iterator[Choice]:
    match clause.source:
        case Window() as window:
            yield from _times(schema, now, timedelta(hours=float(constants[window.parameter])))
        case Predicate(parameter=None):
            yield from ()
        case Predicate() as predicate:
            yield from _near(constants[predicate.parameter or ""], schema)
        case other:
            assert_never(other)


def _near(constant: Scalar, schema: SchemaNode) -> Iterator[Choice]:
    if isinstance(constant, bool):
        yield from (Choice(value, str(value).lower()) for value in (True, False))
    elif isinstance(constant, int | float):
        yield from _numbers(constant, schema)
    elif "enum" in schema:
        members = sorted(schema["enum"], key=lambda member: str(member).casefold() != constant.casefold())
        yield from (Choice(member, f"{member!r}") for member in members[:MANY_MEMBERS])
    elif schema.get("type") == "array":
        yield from _lists(constant)
    elif (at := parse_time(constant)) is not None and schema.get("format") == "date-time":
        yield from (Choice(rfc3339(at + timedelta(seconds=step)), f"{step:+d} s from {constant!r}") for step in (-1, 0, 1))
    else:
        yield from _texts(constant)


def _numbers(constant: float, schema: SchemaNode) -> Iterator[Choice]:
    near: set[float]
    if schema.get("type") == "integer":
        near = {math.floor(constant) - 1, math.floor(constant), math.ceil(constant), math.ceil(constant) + 1}
    else:
        step = 0.1 if abs(constant) >= 1 or constant == 0 else abs(constant) / 10
        near = {round(constant - step, 12), constant, round(constant + step, 12)}
    for value in sorted(near, key=lambda number: abs(number - constant)):
        side = "exactly" if value == constant else "just below" if value < constant else "just above"
        yield Choice(value, f"{side} {constant!r}")
    bounds = (schema.get("minimum", -1), schema.get("maximum", 10 * abs(constant) + 100), 0)
    yield from (Choice(value, f"far from {constant!r}") for value in bounds)


def _texts(constant: str) -> Iterator[Choice]:
    yield Choice(constant, f"exactly {constant!r}")
    for other in (constant.upper(), constant.lower(), constant.swapcase()):
        if other != constant:
            yield Choice(other, f"{other!r}, which is {constant!r} in other case")
    yield Choice(f"{constant}-2", f"longer than {constant!r}")
    yield Choice(f"pre-{constant.upper()}", f"{constant!r} inside a longer text, in other case")
    yield Choice(constant[:-1], f"shorter than {constant!r}")
    yield Choice("zz-other", f"other than {constant!r}")


def _lists(constant: str) -> Iterator[Choice]:
    for choice in _texts(constant):
        yield Choice([choice.value], f"a list of {choice.note}")
        yield Choice(["zz-first", choice.value], f"a list with {choice.note}")


def _times(schema: SchemaNode, now: datetime, span: timedelta) -> Iterator[Choice]:
    start = now - span
    moments = (
        (start, "exactly at the start of the window"),
        (now, "exactly now"),
        (start + NEAR, "just inside the window"),
        (start - NEAR, "just outside the window"),
        (start - timedelta(hours=1), "an hour outside the window"),
        (start - span / 2, "half a window too old"),
        (now - span / 2, "in the middle of the window"),
        (now - NEAR, "just now"),
        (now + NEAR, "in the near future"),
        (now + timedelta(days=1), "in the future"),
    )
    for at, note in moments:
        yield from (Choice(value, note) for value in written(at, schema))


def with_offsets(clause: Clause, constants: Mapping[str, Scalar], now: datetime) -> Iterator[Choice]:
    """Times around a window in another offset than UTC. Not where rows are ordered by them: the interpreter orders text."""
    if isinstance(clause.source, Window):
        start = now - timedelta(hours=float(constants[clause.source.parameter]))
        for at, note in ((start + 2 * NEAR, "inside"), (start - 2 * NEAR, "outside"), (now + 2 * NEAR, "outside, in the future")):
            yield Choice(at.astimezone(EAST).isoformat(timespec="seconds"), f"{note} the window, written with the offset +02:00")


def written(at: datetime, schema: SchemaNode) -> Iterator[Json]:
    """The time as the schema writes times; nothing where it can't hold it exactly."""
    if schema.get("type") in ("integer", "number"):
        if at.microsecond == 0:
            yield int(at.timestamp())
    elif schema.get("format") == "date":
        yield at.astimezone(UTC).date().isoformat()
    elif at.microsecond == 0:
        yield rfc3339(at.astimezone(UTC))
