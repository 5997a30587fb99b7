"""A Chinese question cut into words: the longest known term first, Latin words and numbers as they stand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import zip_longest

from agents.rules.chinese.glossary import Section, terms
from agents.rules.chinese.keywords import MEASURES, UNITS, fillers, keywords
from agents.rules.chinese.numerals import CHARACTERS, read_numeral
from agents.rules.sentence import Sentence
from agents.rules.words import UNITS as LATIN_UNITS
from agents.rules.words import Quantity, Word, stems_of
from agents.speech.script import to_simplified

_UNIT = "|".join(sorted((re.escape(unit) for unit in UNITS), key=len, reverse=True)).replace("成", "成(?!功)")
_MEASURE = f"[{MEASURES}]"
_LATIN_UNIT = "|".join(sorted((re.escape(unit) for unit in LATIN_UNITS if unit.isalpha()), key=len, reverse=True))
_NUMBER = re.compile(
    rf"(?P<percent>百分之)?(?P<digits>\d+(?:,\d{{3}})*(?:\.\d+)?)(?:\s*(?P<latin>{_LATIN_UNIT}))?(?![\w.]*\w)(?!-\d+-|-[a-z])"
    rf"(?:\s*(?:个?(?P<unit>{_UNIT})|(?P<measure>{_MEASURE})))?",
    re.ASCII | re.IGNORECASE,
)
_NUMERAL = re.compile(rf"(?P<percent>百分之)?(?P<digits>[{CHARACTERS}]+)(?:个?(?P<unit>{_UNIT})|(?P<measure>{_MEASURE})|(?(percent)|(?!)))")
_BARE_NUMERAL = re.compile(f"[{CHARACTERS}]+")
_QUOTED = re.compile(r"\"([^\"]+)\"|“([^”]+)”|「([^」]+)」|『([^』]+)』|'([^']+)'|《([^》]+)》")
_LATIN = re.compile(r"[A-Za-z_](?:[\w./@'-]*\w)?|\d[\w./@-]*\w", re.ASCII)
_COUNTED = ("<gt>", "<ge>", "<lt>", "<le>")
_BEFORE_NUMBERS = ("<first>", "<top>", "<bottom>", *_COUNTED)
"""After these a numeral needs no measure word: 前五."""


@dataclass
class ChineseSentence(Sentence):
    """`kinds` says of each term, by its index, what it can be; a word that nobody listed may be a field."""

    kinds: Mapping[int, Section] = field(default_factory=dict)

    def is_a(self, section: Section, index: int) -> bool:
        """Whether the word is a term of the section."""
        return self.kinds.get(index) == section


def read_sentence(question: str) -> ChineseSentence:
    """The words of a question in order, fillers left out. Keywords are marks without stems; unknown runs of characters are words."""
    return _Reader(question).read()


@lru_cache(maxsize=1)
def _lexicon() -> tuple[frozenset[str], int]:
    spellings = frozenset(keywords()) | fillers() | frozenset(terms())
    return spellings, max(map(len, spellings))


class _Reader:
    """Lives for one reading; `_at` is the position in the question."""

    def __init__(self, question: str) -> None:
        self._typed = question
        self._plain = "".join(_plain(character) for character in question)
        self._text = "".join(_lower(character) for character in to_simplified(self._plain))
        self._at = 0
        self._words: list[Word] = []
        self._kinds: dict[int, Section] = {}
        self._unknown_ends = -1

    def read(self) -> ChineseSentence:
        while self._at < len(self._text):
            if not (self._space() or self._quoted() or self._known_with_latin() or self._number() or self._latin() or self._known()):
                self._unknown()
        return ChineseSentence(tuple(_counted(self._words)), kinds=self._kinds)

    def _space(self) -> bool:
        if not self._text[self._at].isspace():
            return False
        self._at += 1
        return True

    def _quoted(self) -> bool:
        found = _QUOTED.match(self._typed, self._at)
        if found:
            inner = next(group for group in found.groups() if group)
            self._add(Word(len(self._words), inner, found.group().lower(), (), quoted=True), found.end())
        return bool(found)

    def _known_with_latin(self) -> bool:
        """A term that begins with Latin letters: CPU使用率."""
        return self._text[self._at].isascii() and self._text[self._at].isalnum() and self._longest(mixed=True)

    def _number(self) -> bool:
        expects = bool(self._words) and self._words[-1].lower in _BEFORE_NUMBERS
        bare = _BARE_NUMERAL.match(self._text, self._at) if expects else None
        found = _NUMBER.match(self._text, self._at) or _NUMERAL.match(self._text, self._at) or bare
        if found is None:
            return False
        said = found.groupdict() or {"digits": found.group()}
        unit = UNITS.get("%" if said.get("percent") else said.get("unit") or "") or LATIN_UNITS.get(said.get("latin") or "", ("", 1.0))
        digits = said["digits"]
        value = float(digits.replace(",", "")) if digits[0].isascii() else read_numeral(digits)
        text = self._typed[self._at : found.end()]
        self._add(Word(len(self._words), text, text.lower(), (), number=Quantity(value * unit[1], unit[0])), found.end())
        return True

    def _latin(self) -> bool:
        found = _LATIN.match(self._plain, self._at)
        if found is None:
            return False
        text = found.group()
        if text.lower() in keywords():
            self._add(Word(len(self._words), text, keywords()[text.lower()], ()), found.end())
        elif text.lower() in fillers():
            self._at = found.end()
        else:
            self._kinds[len(self._words)] = "fields"
            self._add(Word(len(self._words), text, text.lower(), stems_of(text)), found.end())
        return True

    def _known(self) -> bool:
        return self._longest(mixed=False)

    def _longest(self, *, mixed: bool) -> bool:
        spellings, longest = _lexicon()
        for length in range(min(longest, len(self._text) - self._at), 0, -1):
            said = self._text[self._at : self._at + length]
            if said in spellings and not (mixed and said.isascii()):
                self._take_known(said)
                return True
        return False

    def _take_known(self, said: str) -> None:
        end = self._at + len(said)
        typed = self._typed[self._at : end]
        if said in keywords():
            self._add(Word(len(self._words), typed, keywords()[said], ()), end)
        elif (term := terms().get(said)) is not None:
            self._kinds[len(self._words)] = term.section
            self._add(Word(len(self._words), typed, term.english, stems_of(term.english)), end)
        else:
            self._at = end

    def _unknown(self) -> None:
        """One more character of a word that nobody listed; punctuation that is no mark says nothing."""
        end = self._at + 1
        if not self._text[self._at].isalnum():
            self._at = end
            return
        if self._words and self._unknown_ends == self._at:
            text = self._words[-1].text + self._typed[self._at]
            self._words[-1] = replace(self._words[-1], text=text, lower=text, stems=(text,))
            self._at = end
        else:
            text = self._typed[self._at]
            self._kinds[len(self._words)] = "fields"
            self._add(Word(len(self._words), text, text, (text,)), end)
        self._unknown_ends = end

    def _add(self, word: Word, end: int) -> None:
        self._words.append(word)
        self._at = end


def _plain(character: str) -> str:
    """Full-width letters, digits and signs as ordinary ones; one character for one, so that positions stay."""
    normal = unicodedata.normalize("NFKC", character)
    return normal if len(normal) == 1 else character


def _lower(character: str) -> str:
    return character.lower() if character.isascii() else character


def _counted(words: list[Word]) -> list[Word]:
    """数量 before a comparison names a field; elsewhere it asks for a count."""
    return [
        replace(word, lower="count", stems=stems_of("count")) if word.lower == "<count>" and other and other.lower in _COUNTED else word
        for word, other in zip_longest(words, words[1:])
    ]
