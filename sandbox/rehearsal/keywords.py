"""What the keywords of a schema must be before they are planted by: a response schema is a stranger's."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from schemas.base import Json
from schemas.errors import quoted

MOST_CHARACTERS: Final = 10_000
MOST_PARTS: Final = 1_000
"""Characters, items and properties that a schema may ask for at least; each is made hundreds of times."""


def complaint(node: dict[str, Json]) -> str:
    """The first keyword that can't be planted by, and its value; empty where there is none."""
    for keyword, (is_fit, wanted) in _FIT.items():
        if keyword in node and not is_fit(node[keyword]):
            return f"{keyword} is {quoted(node[keyword])}, not {wanted}"
    return ""


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and math.isfinite(value) and abs(value) < 1e300


def _is_step(value: Json) -> bool:
    return _is_number(value) and value > 0


def _is_text(value: Json) -> bool:
    return isinstance(value, str)


def _is_texts(value: Json) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_count(value: Json, most: float = math.inf) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most and value == value // 1


def _is_list(value: Json) -> bool:
    return isinstance(value, list) and len(value) > 0


_NUMBER = (_is_number, "a number")
_MOST = (_is_count, "a count")
_TEXT = (_is_text, "text")
_LIST = (_is_list, "a list of some")

_FIT: Final[dict[str, tuple[Callable[[Json], bool], str]]] = {
    "type": (lambda value: _is_text(value) or _is_texts(value), "a name or several"),
    "format": _TEXT,
    "pattern": _TEXT,
    "$ref": _TEXT,
    "enum": _LIST,
    "allOf": (lambda value: isinstance(value, list), "a list"),
    "anyOf": _LIST,
    "oneOf": _LIST,
    "required": (_is_texts, "a list of names"),
    "properties": (lambda value: isinstance(value, dict) and all(map(_is_text, value)), "an object"),
    "minimum": _NUMBER,
    "maximum": _NUMBER,
    "exclusiveMinimum": _NUMBER,
    "exclusiveMaximum": _NUMBER,
    "multipleOf": (_is_step, "a number above 0"),
    "maxLength": _MOST,
    "maxItems": _MOST,
    "minLength": (lambda value: _is_count(value, MOST_CHARACTERS), f"a count of at most {MOST_CHARACTERS}"),
    "minItems": (lambda value: _is_count(value, MOST_PARTS), f"a count of at most {MOST_PARTS}"),
    "minProperties": (lambda value: _is_count(value, MOST_PARTS), f"a count of at most {MOST_PARTS}"),
}
