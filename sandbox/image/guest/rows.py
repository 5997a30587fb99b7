"""A tool's result as JSON text, or the place in it that JSON can't hold."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

from guest.output import OutputFlood

MAX_DEPTH = 64
"""How deep the search for a misfit goes; what is nested deeper than this is one."""


class NotJson(TypeError):
    """A result that JSON cannot hold."""


def to_json(value: object, limit_bytes: int) -> str:
    """The value as JSON text of at most `limit_bytes` bytes, as `json.dumps` has it outside: tuples become arrays."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        size = len(text.encode())
    except (TypeError, ValueError) as error:
        raise NotJson(next(_misfits(value, "the result", 0), str(error))) from error
    if size > limit_bytes:
        raise OutputFlood(f"the result is {size} bytes of JSON, and {limit_bytes} is the most; return fewer rows or columns")
    return text


def _misfits(value: object, place: str, depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH:
        yield f"{place:.200} … is nested more than {MAX_DEPTH} deep"
        return
    match value:
        case dict():
            yield from (
                f"{place} has the key {key!r:.80}; keys must be text" for key in value if not isinstance(key, str | int | float | None)
            )
            for key, item in value.items():
                yield from _misfits(item, f"{place}[{key!r:.80}]", depth + 1)
        case list() | tuple():
            for index, item in enumerate(value):
                yield from _misfits(item, f"{place}[{index}]", depth + 1)
        case float() if not math.isfinite(value):
            yield f"{place} is {value}, which JSON can't hold; return None or leave the row out"
        case str() if any("\ud800" <= character <= "\udfff" for character in value):
            yield f"{place} holds half a character (a lone surrogate)"
        case str() | int() | float() | None:
            return
        case _:
            yield f"{place} is a {type(value).__module__}.{type(value).__qualname__}; return text, numbers, None, lists and dicts"
