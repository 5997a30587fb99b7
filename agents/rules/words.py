"""A question cut into words, with the numbers and units that it names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rag.words import split_identifier, stem

NUMBER_WORDS = {
    word: number for number, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
} | {"fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "hundred": 100}

PERCENT = "percent"
BYTES = "bytes"
SECONDS = "seconds"

UNITS: dict[str, tuple[str, float]] = (
    dict.fromkeys(("%", "percent", "pct"), (PERCENT, 1.0))
    | {name: (BYTES, 1000.0**power) for power, names in enumerate(("b byte bytes", "kb", "mb", "gb", "tb")) for name in names.split()}
    | {name: (BYTES, 1024.0**power) for power, names in enumerate(("kib ki", "mib mi", "gib gi", "tib ti"), 1) for name in names.split()}
    | dict.fromkeys(("ms", "millisecond", "milliseconds"), (SECONDS, 0.001))
    | dict.fromkeys(("s", "sec", "secs", "second", "seconds"), (SECONDS, 1.0))
    | dict.fromkeys(("m", "min", "mins", "minute", "minutes"), (SECONDS, 60.0))
    | dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), (SECONDS, 3600.0))
    | dict.fromkeys(("d", "day", "days"), (SECONDS, 86400.0))
    | dict.fromkeys(("w", "week", "weeks"), (SECONDS, 604800.0))
)
"""Spelling in lower case to (dimension, size in the dimension's base unit)."""
LETTERS = {"K": (BYTES, 1e3), "M": (BYTES, 1e6), "G": (BYTES, 1e9), "T": (BYTES, 1e12)}
"""Units whose case matters: 4G is bytes, 5m are minutes."""

_WORD = re.compile(
    r"""(?P<quoted>"[^"]+"|“[^”]+”|'[^']+'(?!\w))
      | (?P<number>(?<![\w.])[-−]?\d+(?:,\d{3})*(?:\.\d+)?)(?P<attached>[a-zA-Z]{1,3}\b|%)?(?![\w.]*\w)
      | (?P<operator>>=|<=|!=|==|≥|≤|≠|[=<>%])
      | (?P<word>\w[\w./:@'’-]*\w|\w)
      | (?P<stop>[,;:()])""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Quantity:
    """A number in the base unit of its dimension; no dimension where the question names no unit."""

    value: float
    dimension: str = ""


@dataclass(frozen=True)
class Word:
    """One word. `text` is as typed; `lower` is what patterns match; `stems` are its parts, so on-call is two."""

    index: int
    text: str
    lower: str
    stems: tuple[str, ...]
    quoted: bool = False
    number: Quantity | None = None


def read_words(question: str) -> tuple[Word, ...]:
    """The words of a question in order. A unit belongs to the number before it: `8 GB` is one word."""
    words: list[Word] = []
    for found in _WORD.finditer(question):
        text = found.group()
        if (unit := unit_of(text)) and words and _takes_unit(words[-1]):
            number = words[-1].number
            assert number is not None
            words[-1] = _numbered(words[-1].index, f"{words[-1].text} {text}", Quantity(number.value * unit[1], unit[0]))
        else:
            words.append(_word(len(words), found))
    return tuple(words)


def unit_of(text: str) -> tuple[str, float] | None:
    """The dimension that a spelling stands for, and its size in the base unit."""
    return LETTERS.get(text) or UNITS.get(text.lower())


def _takes_unit(word: Word) -> bool:
    return word.number is not None and not word.number.dimension


def _word(index: int, found: re.Match[str]) -> Word:
    text = found.group()
    if digits := found["number"]:
        value = float(digits.replace(",", "").replace("−", "-"))
        unit = unit_of(found["attached"]) if found["attached"] else ("", 1.0)
        # An unknown unit makes the whole an ordinary word, which nothing will explain: better than a figure without its unit.
        return _numbered(index, text, Quantity(value * unit[1], unit[0])) if unit else Word(index, text, text.lower(), stems_of(text))
    if text.lower() in NUMBER_WORDS:
        return _numbered(index, text, Quantity(NUMBER_WORDS[text.lower()]))
    if found["quoted"]:
        return Word(index, text[1:-1], text.lower(), (), quoted=True)
    bare = re.sub(r"['’]s$", "", text)
    return Word(index, bare, bare.lower().replace("’", "'"), stems_of(bare))


def _numbered(index: int, text: str, number: Quantity) -> Word:
    return Word(index, text, text.lower(), (), number=number)


def stems_of(text: str) -> tuple[str, ...]:
    """The stems of the parts of a word or identifier: `memory_used` and `memory-used` give the same two."""
    return tuple(stem(part) for part in split_identifier(text))


_ENDINGS = frozenset(
    """abl al anc ant ar at ation e ed en enc ent er es i ib ic if ify in ing ion ist iti iv iz ment ness or our s ur us y""".split()
)
"""What Snowball leaves of a word's ending in one form and takes off in another. Anything else makes another word: rack, rackctl."""


@lru_cache(maxsize=65_536)
def alike(one: str, other: str) -> bool:
    """Two stems that stand for one word: equal, a plural that the stemmer left (cpu, cpus), or cut a little earlier (fail, failur)."""
    short, long = sorted((one, other), key=len)
    if not long.startswith(short):
        return False
    rest = long[len(short) :]
    return rest in ("", "s") or (len(short) >= 4 and rest in _ENDINGS)
