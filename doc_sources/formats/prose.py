"""Words of a document in the sizes that operations carry."""

from __future__ import annotations

import re
from typing import Final

MOST_CHARACTERS: Final = 4_000
"""Of one description: a page of a book holds less."""

_LONGEST_SUMMARY: Final = 160
_SENTENCE: Final = re.compile(r"(.+?(?:[.!?](?=\s|$)|[。！？]))", re.DOTALL)


def first_sentence(text: str) -> str:
    """The first sentence on one line, cut where it is longer than a summary may be."""
    found = _SENTENCE.match(text.strip())
    line = " ".join((found[1] if found else text).split())
    return line if len(line) <= _LONGEST_SUMMARY else f"{line[: _LONGEST_SUMMARY - 1]}…"


def bounded(text: str, most: int = MOST_CHARACTERS) -> str:
    """The text, cut at a line where it is too long."""
    if len(text) <= most:
        return text
    kept = text[:most].rpartition("\n")[0] or text[:most]
    return f"{kept}\n…"
