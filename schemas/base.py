"""What every value of the vocabulary has in common: frozen, strict about names, one canonical form."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict

from schemas.errors import LimitExceeded

Scalar = str | int | float | bool
"""A constant of a question or a cell of an answer."""

Json = Any
"""A parsed JSON value whose shape is not ours: a spec, a response row, a JSON Schema."""


_WHAT_JSON_HOLDS = "Integers may have 64 bits, values 254 levels, and text is Unicode: leave out the field that holds more."


class Frozen(BaseModel):
    """Base of all values: immutable, and a misspelt name is an error rather than a silent extra."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def canonical_json(value: Mapping[str, Json] | Sequence[Json] | Scalar | None) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces: equal values give equal bytes.

    Raises LimitExceeded for integers beyond 64 bits, more than 254 levels and text that is not Unicode, which servers do send.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
    except orjson.JSONEncodeError as error:
        raise LimitExceeded(f"A value can't be written as JSON: {error}.", hint=_WHAT_JSON_HOLDS) from error


def digest(value: Mapping[str, Json] | Sequence[Json] | Scalar | None) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def text_digest(text: str) -> str:
    """SHA-256 of a text's UTF-8 bytes, in hexadecimal. Half a character, which no check lets through, has a digest too."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def lookup(value: Json, path: str) -> Json:
    """The value at a dotted path in nested objects, or None where any step is missing. An empty path is the value itself."""
    for step in path.split(".") if path else ():
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value
