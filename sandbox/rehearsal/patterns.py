"""Text that matches a regular expression, so that planted identifiers look like the API's own."""

from __future__ import annotations

import re._constants as codes  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
import string
from collections.abc import Iterable
from functools import lru_cache
from random import Random
from typing import Any, Final

EXTRA_REPEATS: Final = 5
"""How many repeats beyond the fewest an open-ended `+`, `*` or `{2,}` may get."""

PRINTABLE: Final = string.ascii_letters + string.digits + "-_.:/ "

Token = tuple[Any, Any]
"""An operation code and its operand, as the standard library's parser gives them."""


def text_matching(pattern: str, random: Random) -> str:
    """Some text that `pattern` matches, in the common ground of ECMA 262 and Python. Look-around is left unchecked.

    Raises re.error where Python can't read the pattern.
    """
    return _texts(_parsed(pattern), random)


@lru_cache(maxsize=256)
def _parsed(pattern: str) -> tuple[Token, ...]:
    return tuple(parser.parse(pattern))


def _texts(tokens: Iterable[Token], random: Random) -> str:
    return "".join(_text(code, operand, random) for code, operand in tokens)


def _text(code: Any, operand: Any, random: Random) -> str:
    match str(code):
        case "LITERAL":
            return chr(operand)
        case "NOT_LITERAL":
            return random.choice([character for character in PRINTABLE if character != chr(operand)])
        case "ANY":
            return random.choice(string.ascii_lowercase)
        case "IN":
            return random.choice(_members(operand))
        case "BRANCH":
            return _texts(random.choice(operand[1]), random)
        case "SUBPATTERN":
            return _texts(operand[-1], random)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            fewest, most, repeated = operand
            return _repeated(fewest, most, repeated, random)
        case _:  # anchors and look-around take no room
            return ""


def _repeated(fewest: int, most: int, tokens: Iterable[Token], random: Random) -> str:
    bound = min(most, fewest + EXTRA_REPEATS)
    return "".join(_texts(tokens, random) for _ in range(random.randint(fewest, bound)))


def _members(items: Iterable[Token]) -> list[str]:
    """The characters of a class; a negated one picks from what is printable."""
    named, negated = [], False
    for code, operand in items:
        match str(code):
            case "NEGATE":
                negated = True
            case "LITERAL":
                named.append(chr(operand))
            case "RANGE":
                named += [chr(point) for point in range(operand[0], operand[1] + 1)]
            case "CATEGORY":
                named += _category(operand)
    return [character for character in PRINTABLE if character not in named] if negated else named


def _category(operand: Any) -> list[str]:
    words = string.ascii_lowercase + string.digits
    return list(
        {
            codes.CATEGORY_DIGIT: string.digits,
            codes.CATEGORY_WORD: words,
            codes.CATEGORY_SPACE: " ",
            codes.CATEGORY_NOT_DIGIT: string.ascii_lowercase,
            codes.CATEGORY_NOT_WORD: "-.",
            codes.CATEGORY_NOT_SPACE: words,
        }[operand]
    )
