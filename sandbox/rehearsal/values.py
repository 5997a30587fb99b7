"""Realistic values for a schema: by enum, format and pattern, then by the field's own name."""

from __future__ import annotations

import copy
import math
import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Final

from sandbox.rehearsal.patterns import text_matching
from sandbox.rehearsal.shapes import Field, PlantingFailed, SchemaNode, SchemaReader
from schemas.base import Json
from schemas.errors import quoted

DEPTH: Final = 2
"""How deep optional objects are filled in; below it only what is required, so recursive schemas end."""

MOST_VALUES: Final = 10_000
"""Values in one; a list of a thousand lists of a thousand is within the bounds of each."""

TRIES: Final = 60
"""Samples drawn for a fresh or constrained value before the search ends."""

WORDS: Final = ("amber", "birch", "cobalt", "delta", "ember", "falcon", "granite", "harbor", "indigo", "juniper", "krypton", "lagoon")
PEOPLE: Final = ("Dana Whitfield", "Mateo Alvarez", "Ingrid Solberg", "Priya Raman", "Wen Li", "Aisha Bello", "Jonas Keller", "Elif Demir")
REGIONS: Final = ("eu-west-1", "us-east-1", "ap-southeast-1", "cn-north-1", "sa-east-1")

TextMaker = Callable[[Random], str]

FORMATS: Final[dict[str, TextMaker]] = {
    "uuid": lambda random: str(uuid.UUID(int=random.getrandbits(128), version=4)),
    "email": lambda random: f"{random.choice(WORDS)}-{random.randrange(1000)}@corp.example",
    "ipv4": lambda random: f"10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(1, 255)}",
    "ipv6": lambda random: f"2001:db8::{random.randrange(1, 65536):x}",
    "uri": lambda random: f"https://{random.choice(WORDS)}.corp.example/{random.randrange(10_000)}",
    "hostname": lambda random: f"{random.choice(WORDS)}-{random.randrange(1000):03d}.corp.example",
    "time": lambda random: f"{random.randrange(24):02d}:{random.randrange(60):02d}:00Z",
    "duration": lambda random: f"PT{random.randrange(1, 600)}M",
    "byte": lambda _: "b3Bz",
}
SAME_FORMATS: Final = {"url": "uri", "uri-reference": "uri", "iri": "uri", "idn-email": "email", "idn-hostname": "hostname"}

NAMED_TEXT: Final[tuple[tuple[str, TextMaker], ...]] = (
    (r"mail", FORMATS["email"]),
    (r"(^|_)ip(_|$)|address", FORMATS["ipv4"]),
    (r"ur[il]$|link|href", FORMATS["uri"]),
    (r"host|node|machine", lambda random: f"{random.choice(WORDS)}-{random.randrange(1000):03d}"),
    (r"region|zone", lambda random: random.choice(REGIONS)),
    (r"version|release", lambda random: f"{random.randrange(9)}.{random.randrange(30)}.{random.randrange(30)}"),
    (r"path|mount|mnt|device", lambda random: f"/srv/{random.choice(WORDS)}/{random.randrange(1000)}"),
    (r"engineer|person|user|login|_by$|escalation|contact", lambda random: random.choice(PEOPLE)),
    (r"(^|_)(id|uid|key|ref)$", lambda random: f"{random.choice(WORDS)}-{random.getrandbits(24):06x}"),
)

NAMED_RANGES: Final[tuple[tuple[str, float, float], ...]] = (
    # of the field's name, the least and the most where the schema says neither
    (r"percent|ratio|usage|pct", 0, 100),
    (r"bytes|size|memory|disk", 1 << 20, 1 << 38),
    (r"port$", 1, 65535),
    (r"seconds|duration|latency|uptime", 0, 90_000),
)
MOMENTS: Final = r"(_at|At|_ts|timestamp|epoch)$|(^|_)(time|date|created|updated|started|finished)$"
"""Names of whole numbers that are Unix seconds."""

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
        if schema["type"] == "integer" and re.search(MOMENTS, name) and "maximum" not in schema:
            return int((self._now - timedelta(minutes=self._random.randrange(1, 43_200))).timestamp())
        low, high = self._range(schema, name)
        step: float | None = schema.get("multipleOf")
        if step:
            fewest = math.ceil(low / step)
            return step * self._random.randint(fewest, max(fewest, math.floor(high / step)))
        if schema["type"] == "integer":
            return self._random.randint(int(low), max(int(low), int(high)))
        return min(max(round(self._random.uniform(low, high), 1), low), high)

    def _range(self, schema: SchemaNode, name: str) -> tuple[float, float]:
        named = next(((low, high) for words, low, high in NAMED_RANGES if re.search(words, name.lower())), (0, WIDEST))
        low = schema.get("minimum", schema.get("exclusiveMinimum"))
        high = schema.get("maximum", schema.get("exclusiveMaximum"))
        nudge = 1 if schema["type"] == "integer" else 0.1
        least = named[0] if low is None else low + (nudge if "exclusiveMinimum" in schema else 0)
        most = named[1] if high is None else high - (nudge if "exclusiveMaximum" in schema else 0)
        if least > most:  # only one of the two is the schema's
            return (least, least + WIDEST) if high is None else (most - WIDEST, most)
        return least, most

    def _text(self, node: Json, schema: SchemaNode, name: str) -> str:
        if schema.get("contentEncoding") == "base64":
            return FORMATS["byte"](self._random)
        if "pattern" in schema:
            return self._matching(node, schema["pattern"])
        kind = schema.get("format", "")
        match SAME_FORMATS.get(kind, kind):
            case "date-time":
                return rfc3339(self._now - timedelta(minutes=self._random.randrange(1, 43_200)))
            case "date":
                return (self._now - timedelta(days=self._random.randrange(1, 30))).date().isoformat()
            case known if known in FORMATS:
                return FORMATS[known](self._random)
        make = next((maker for words, maker in NAMED_TEXT if re.search(words, name.lower())), self._phrase)
        return _fitted(make(self._random), schema, self._random)

    def _matching(self, node: Json, pattern: str) -> str:
        admits = self._reader.validator(node)
        for _ in range(TRIES):
            try:
                text = text_matching(pattern, self._random)
            except re.error as error:  # the pattern is ECMA's, and not all of that is Python's
                raise PlantingFailed(f"the pattern {quoted(pattern)} of a response schema can't be read: {error}") from error
            if admits(text):
                return text
        raise PlantingFailed(f"no text was found for the pattern {pattern!r} of a response schema")

    @staticmethod
    def _phrase(random: Random) -> str:
        return f"{random.choice(WORDS)}-{random.choice(WORDS)}-{random.randrange(1000)}"


def rfc3339(at: datetime) -> str:
    """The time in UTC with `Z`, to the second."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _fitted(text: str, schema: SchemaNode, random: Random) -> str:
    while len(text) < schema.get("minLength", 0):
        text += random.choice("abcdefghij")
    longest = schema.get("maxLength")
    return text if longest is None or len(text) <= longest else text[-longest:] if longest else ""
