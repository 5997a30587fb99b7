"""What every value of the vocabulary has in common: frozen, strict about names, one canonical form."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict

Scalar = str | int | float | bool
"""A constant of a question or a cell of an answer."""

Json = Any
"""A parsed JSON value whose shape is not ours: a spec, a response row, a JSON Schema."""


class Frozen(BaseModel):
    """Base of all values: immutable, and a misspelt name is an error rather than a silent extra."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def canonical_json(value: Mapping[str, Json] | Sequence[Json] | Scalar | None) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces: equal values give equal bytes."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)


def digest(value: Mapping[str, Json] | Sequence[Json] | Scalar | None) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def text_digest(text: str) -> str:
    """SHA-256 of a text's UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
