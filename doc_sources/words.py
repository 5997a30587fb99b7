"""The words inside an identifier."""

from __future__ import annotations

import re
from typing import Final

# An acronym, a capitalised or lower-case word, or digits: "listCSIDrivers_v1" is list, CSI, Drivers, v, 1.
_WORD: Final = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")


def split(name: str) -> tuple[str, ...]:
    """The words of a camelCase, snake_case, kebab-case or spaced name, in lower case. Characters outside ASCII separate."""
    return tuple(word.lower() for word in _WORD.findall(name))
