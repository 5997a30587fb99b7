"""Messages to people, each language's from its own catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml

from agents.speech.script import to_traditional
from schemas.answer import Language

Catalogue = Mapping[str, str | Mapping[Literal["one", "other"], str]]
"""Key to template, or to one template for one thing and another for several."""

CATALOGUES = ("en", "zh")


@dataclass(frozen=True)
class Voice:
    """One who speaks a language."""

    language: Language = "en"

    def say(self, key: str, /, **values: object) -> str:
        """The message with its values filled in as they are; a `count` among them chooses between one and several.

        Only the catalogue's words change script: what people typed and what an API names stays as it was.
        """
        template = catalogue("en" if self.language == "en" else "zh")[key]
        if not isinstance(template, str):
            template = template["one" if values["count"] == 1 else "other"]
        if self.language == "zh-Hant":
            template = _traditional(template)
        return template.format(**values)


ENGLISH = Voice("en")


@lru_cache(maxsize=len(CATALOGUES))
def catalogue(name: str) -> Catalogue:
    """All messages of one language. Reads the file once."""
    parsed: Catalogue = yaml.safe_load((Path(__file__).parent / "messages" / f"{name}.yaml").read_text(encoding="utf-8"))
    return parsed


@lru_cache(maxsize=512)
def _traditional(template: str) -> str:
    return to_traditional(template)
