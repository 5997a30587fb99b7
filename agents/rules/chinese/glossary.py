"""Terms of the trade, Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml

from agents.rules.words import stems_of

Section = Literal["resources", "fields", "states"]


@dataclass(frozen=True)
class Term:
    """What a Chinese term is in English, hyphenated, and what it can be in a sentence."""

    english: str
    section: Section


@lru_cache(maxsize=1)
def terms() -> Mapping[str, Term]:
    """By the Chinese term in simplified characters, lower case. Reads the glossary once."""
    return {spelling.lower(): Term(english.replace(" ", "-"), section) for section, english, spellings in _rows() for spelling in spellings}


@lru_cache(maxsize=1)
def state_names() -> frozenset[str]:
    """The English of all states that there are terms for."""
    return frozenset(english for section, english, _ in _rows() if section == "states")


@lru_cache(maxsize=1)
def names() -> Mapping[tuple[str, ...], str]:
    """The usual Chinese term by the stems of the English one."""
    usual: dict[tuple[str, ...], str] = {}
    for _, english, spellings in _rows():
        usual.setdefault(stems_of(english), spellings[0])
    return usual


def _rows() -> list[tuple[Section, str, list[str]]]:
    parsed: dict[Section, dict[str, str]] = yaml.safe_load((Path(__file__).parent / "glossary.yaml").read_text(encoding="utf-8"))
    return [(section, english, spellings.split()) for section, rows in parsed.items() for english, spellings in rows.items()]
