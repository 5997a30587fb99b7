"""How deep a page of HTML nests, told before it is parsed: each tag looks through all that are open, so depth costs its square."""

from __future__ import annotations

import re
from typing import Final

MOST_DEPTH: Final = 500
"""Browsers stop at 512. A hundred thousand, in half a megabyte, would take half a minute."""

_TAG: Final = re.compile(r"<(/?)([a-zA-Z][\w:-]*)([^<>]*)>")
_RAW: Final = frozenset({"script", "style", "textarea", "title", "noscript", "iframe", "xmp"})
# Closed by what follows them, and by whatever holds them.
_CLOSES_ITSELF: Final = frozenset(
    "p li dt dd tr td th option optgroup thead tbody tfoot colgroup caption rp rt html head body "
    "area base br col embed hr img input link meta param source track wbr".split()
)
_DRAWING: Final = frozenset({"svg", "g", "defs", "symbol", "mask", "pattern", "clippath", "lineargradient", "radialgradient"})


def is_too_deep(html: str, most: int = MOST_DEPTH) -> bool:
    """Whether more than `most` elements are open at once."""
    open_tags: list[str] = []
    raw = ""
    for found in _TAG.finditer(html):
        name = found[2].lower()
        if raw or name in _RAW:
            raw = _raw_after(raw, name, is_closing=bool(found[1]))
        elif found[1]:
            _close(open_tags, name)
        elif name not in _CLOSES_ITSELF and not (found[3].endswith("/") and open_tags and open_tags[-1] in _DRAWING):
            open_tags.append(name)
            if len(open_tags) > most:
                return True
    return False


def _raw_after(raw: str, name: str, *, is_closing: bool) -> str:
    """The element whose text is read as it stands after this tag, if any: nothing within a script is a tag."""
    if not raw:
        return "" if is_closing else name
    return "" if is_closing and name == raw else raw


def _close(open_tags: list[str], name: str) -> None:
    """Close the innermost of that name, and what was left open in it."""
    if name in open_tags:
        while open_tags.pop() != name:
            pass
