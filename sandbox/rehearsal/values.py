"""Realistic values for a schema: by enum, format and pattern, then by the field's own name."""

from __future__ import annotations

import copy
import math
import re
from datetime import datetime, timedelta
from random import Random
from typing import Final

from sandbox.rehearsal.patterns import text_matching
from sandbox.rehearsal.shapes import Field, PlantingFailed, SchemaNode, SchemaReader
from sandbox.rehearsal.vocabulary import (
    FORMATS,
    MILLISECONDS,
    MOMENT_FORMATS,
    MOMENTS,
    NAMED_RANGES,
    NUMBERS,
    SAME_FORMATS,
    WORDS,
    snake,
    text_named,
)
from schemas.base import Json
from schemas.errors import quoted

DEPTH: Final = 2
"""How deep optional objects are filled in; below it only what is required, so recursive schemas end."""

MOST_VALUES: Final = 10_000
"""Values in one; a list of a thousand lists of a thousand is within the bounds of each."""

TRIES: Final = 60
"""Samples drawn for a fresh or constrained value before the search ends."""

WIDEST: Final = 1000.0


class Values:
    """Makes values of one document's schemas. Times lie in the month before `now`; all chance comes from `random`."""

    def __init__(self, reader: SchemaReader, random: Random, now: datetime) -> None:
        self._reader = reader
        self._random = random
        self._now = now
        self._left = MOST_VALUES

    def make(self, node: Json, name: str = "", depth: int = DEPTH) -> Json:
        """A value of the schema, never null where anything else is allowed. `name` is the field's own."""
        self._left = MOST_VALUES if depth == DEPTH else self._left - 1
        if self._left < 0:
            raise PlantingFailed(f"a response schema asks for more than {MOST_VALUES} values in one")
        schema = self._reader.merged(node)
        if "const" in schema:
            return copy.deepcopy(schema["const"])
        if "enum" in schema:
            return copy.deepcopy(self._random.choice([member for member in schema["enum"] if member is not None] or [None]))
        match schema["type"]:
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, name, depth)
            case "boolean":
                return self._random.random() < 0.5
            case "integer" | "number":
                return self._number(schema, name)
            case "null":
                return None
            case _:
                return self._text(node, schema, name)

    def fresh(self, field: Field, taken: set[str]) -> Json:
        """A value that the field admits and whose text is not yet in `taken`, where chance finds one; its text is added."""
        value = None
        for _ in range(TRIES):
            value = self.make(field.node, field.path.rpartition(".")[2])
            if str(value) not in taken and field.admits(value):
                break
        taken.add(str(value))
        return value

    def _object(self, schema: SchemaNode, depth: int) -> Json:
        required = schema.get("required", ())
        wanted = {name: node for name, node in schema.get("properties", {}).items() if depth > 0 or name in required}
        if depth < -DEPTH:
            raise PlantingFailed("a response schema requires itself without end")
        made = {name: self.make(node, name, depth - 1) for name, node in wanted.items()}
        made |= {name: self.make(schema.get("additionalProperties", {}), name, depth - 1) for name in required if name not in made}
        while len(made) < schema.get("minProperties", 0):
            made[f"{WORDS[len(made) % len(WORDS)]}-{len(made)}"] = self.make(schema.get("additionalProperties", {}), "", depth - 1)
        return made

    def _array(self, schema: SchemaNode, name: str, depth: int) -> Json:
        fewest = int(schema.get("minItems", 0))
        count = min(fewest + self._random.randrange(3), int(schema.get("maxItems", fewest + 2))) if depth > 0 else fewest
        items = [self.make(schema.get("items", {}), name.removesuffix("s"), depth - 1) for _ in range(count)]
        if not schema.get("uniqueItems"):
            return items
        return [item for index, item in enumerate(items) if item not in items[:index]]

    def _number(self, schema: SchemaNode, name: str) -> int | float:
        if _is_moment(schema, name):
            return self._moment(f"{name} {schema.get('description', '')}")
        low, high = self._range(schema, name)
        step: float | None = schema.get("multipleOf")
        if step:
            fewest = math.ceil(low / step)
            return step * self._random.randint(fewest, max(fewest, math.floor(high / step)))
        if schema["type"] == "integer":
            return self._random.randint(int(low), max(int(low), int(high)))
        return min(max(round(self._random.uniform(low, high), 1), low), high)

    def _moment(self, words: str) -> int:
        at = self._now - timedelta(minutes=self._random.randrange(1, 43_200))
        return int(at.timestamp()) * (1000 if MILLISECONDS.search(words) else 1)

    def _range(self, schema: SchemaNode, name: str) -> tuple[float, float]:
        lowest, highest = NUMBERS.get(schema.get("format", ""), (-math.inf, math.inf))
        named = next(((low, high) for words, low, high in NAMED_RANGES if re.search(words, snake(name)) and low < highest), (0, WIDEST))
        low = schema.get("minimum", schema.get("exclusiveMinimum"))
        high = schema.get("maximum", schema.get("exclusiveMaximum"))
        nudge = 1 if schema["type"] == "integer" else 0.1
        least = named[0] if low is None else low + (nudge if "exclusiveMinimum" in schema else 0)
        most = named[1] if high is None else high - (nudge if "exclusiveMaximum" in schema else 0)
        if least > most:  # only one of the two is the schema's
            least, most = (least, least + WIDEST) if high is None else (most - WIDEST, most)
        return max(least, lowest), min(most, highest)

    def _text(self, node: Json, schema: SchemaNode, name: str) -> str:
        if schema.get("contentEncoding") == "base64":
            return FORMATS["byte"](self._random)
        text = self._by_format(schema, name)
        if "pattern" in schema:
            return self._matching(node, schema["pattern"], text)
        return _fitted(text_named((snake(name), _type_name(node)), self._random), schema, self._random) if text is None else text

    def _by_format(self, schema: SchemaNode, name: str) -> str | None:
        kind = schema.get("format", "")
        match SAME_FORMATS.get(kind, kind):
            case "date-time":
                return rfc3339(self._now - timedelta(minutes=self._random.randrange(1, 43_200)))
            case "date":
                return (self._now - timedelta(days=self._random.randrange(1, 30))).date().isoformat()
            case known if known in FORMATS:
                return FORMATS[known](self._random)
            case number if number in NUMBERS:
                return str(self._number({"type": "integer", "format": number}, name))
            case _:
                return None

    def _matching(self, node: Json, pattern: str, likely: str | None) -> str:
        """What the format says, where the pattern has it, else anything that the pattern has."""
        admits = self._reader.validator(node)
        if likely is not None and admits(likely):
            return likely
        for _ in range(TRIES):
            try:
                text = text_matching(pattern, self._random)
            except re.error as error:  # the pattern is ECMA's, and not all of that is Python's
                raise PlantingFailed(f"the pattern {quoted(pattern)} of a response schema can't be read: {error}") from error
            if admits(text):
                return text
        raise PlantingFailed(f"no text was found for the pattern {pattern!r} of a response schema")


def rfc3339(at: datetime) -> str:
    """The time in UTC with `Z`, to the second."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _is_moment(schema: SchemaNode, name: str) -> bool:
    if schema.get("format") in MOMENT_FORMATS:
        return True
    return schema["type"] == "integer" and "maximum" not in schema and re.search(MOMENTS, snake(name)) is not None


def _type_name(node: Json) -> str:
    """What a reference calls the type: `quantity` of `#/components/schemas/io.k8s.apimachinery.pkg.api.resource.Quantity`."""
    reference = node.get("$ref", "") if isinstance(node, dict) else ""
    return snake(reference.rpartition("/")[2].rpartition(".")[2])


def _fitted(text: str, schema: SchemaNode, random: Random) -> str:
    while len(text) < schema.get("minLength", 0):
        text += random.choice("abcdefghij")
    longest = schema.get("maxLength")
    return text if longest is None or len(text) <= longest else text[-longest:] if longest else ""
