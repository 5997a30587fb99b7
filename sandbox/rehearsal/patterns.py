"""Text that matches a regular expression, so that planted identifiers look like the API's own."""

from __future__ import annotations

import re
import re._constants as codes  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
import string
from collections.abc import Iterable
from functools import lru_cache
from random import Random
from typing import Any, Final

EXTRA_REPEATS: Final = 5
"""How many repeats beyond the fewest an open-ended `+`, `*` or `{2,}` may get."""

MOST_STEPS: Final = 20_000

WIDEST_RANGE: Final = 256
"""Characters of a range to choose from; a million of them, for each character of a text, would take hours."""

PRINTABLE: Final = string.ascii_letters + string.digits + "-_.:/ "

Token = tuple[Any, Any]
"""An operation code and its operand, as the standard library's parser gives them."""


def text_matching(pattern: str, random: Random) -> str:
    """Some text that `pattern` matches, in the common ground of ECMA 262 and Python. Look-around is left unchecked.

    Raises re.error where Python can't read the pattern, or where its shortest text takes more than `MOST_STEPS` to write.
    """
    return _texts(_parsed(pattern), random)


@lru_cache(maxsize=256)
def _parsed(pattern: str) -> tuple[Token, ...]:
    tokens = tuple(parser.parse(pattern))
    if (steps := _steps(tokens)) > MOST_STEPS:
        raise re.error(f"its texts take {steps} steps to write, and {MOST_STEPS} is the most")
    return tokens


def _steps(tokens: Iterable[Token]) -> int:
    """How many pieces a text is put together of at most; `(a{1000}){1000}` is a short pattern."""
    return sum(1 + _steps_of(str(code), operand) for code, operand in tokens)


def _steps_of(code: str, operand: Any) -> int:
    match code:
        case "BRANCH":
            return max(map(_steps, operand[1]))
        case "SUBPATTERN":
            return _steps(operand[-1])
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            fewest, most, repeated = operand
            return min(int(most), int(fewest) + EXTRA_REPEATS) * _steps(repeated)
        case _:
            return 0


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
                named += [chr(point) for point in range(operand[0], min(operand[1], operand[0] + WIDEST_RANGE) + 1)]
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
