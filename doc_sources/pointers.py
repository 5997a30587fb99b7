"""JSON pointers in the fragment of a reference (RFC 6901, sections 4 and 6)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

from schemas.base import Json
from schemas.errors import quoted


def steps(reference: str) -> tuple[str, ...]:
    """The unescaped steps of a local reference such as `#/paths/~1users~1%7Bid%7D/get`. Raises LookupError where it is not one."""
    if not reference.startswith("#"):
        raise LookupError("it leads out of the document")
    pointer = unquote(reference[1:])
    if pointer and not pointer.startswith("/"):
        raise LookupError("it is not a JSON pointer")
    # ~1 before ~0, or the escaped text "~01" would become "/".
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])


def follow(document: Json, path: tuple[str, ...]) -> Json:
    """The value at these steps. Raises LookupError where there is none."""
    for step in path:
        if isinstance(document, Mapping) and step in document:
            document = document[step]
        elif isinstance(document, list) and step.isascii() and step.isdigit() and int(step) < len(document):
            document = document[int(step)]
        else:
            raise LookupError(f"there is no {quoted(step)}")
    return document
