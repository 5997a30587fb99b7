"""Questions as people type them, written down beside the families of operations that answer them: the shipped data files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

import orjson

from schemas.errors import Misconfigured

FOLDER: Final = Path(__file__).parent / "expansions"

_HAN = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class AskedFamily:
    """Operations that answer the same questions. `need` is its place in its file: 0 is what people need most often.

    `operations` are references: `GET /api/v1/pods | listCoreV1PodForAllNamespaces`, AWS's and Google's by their name alone.
    """

    provider: str
    name: str
    need: int
    operations: tuple[str, ...]
    english: tuple[str, ...]
    chinese: tuple[str, ...]

    @property
    def questions(self) -> tuple[str, ...]:
        return self.english + self.chinese


@dataclass(frozen=True)
class Questions:
    """All written families. `names` are the words that people call each provider by."""

    families: tuple[AskedFamily, ...] = ()
    names: Mapping[str, tuple[str, ...]] | None = None

    @cached_property
    def by_reference(self) -> Mapping[str, AskedFamily]:
        """Each operation's family."""
        return {reference: family for family in self.families for reference in family.operations}

    @cached_property
    def by_provider(self) -> Mapping[str, Mapping[str, AskedFamily]]:
        """Of each provider, the families by the two halves of their references: a path or a name may change, rarely both."""
        halves: dict[str, dict[str, AskedFamily]] = {}
        for family in self.families:
            for reference in family.operations:
                for half in reference.split(" | "):
                    halves.setdefault(family.provider, {}).setdefault(half, family)
        return halves


def is_chinese(text: str) -> bool:
    """Whether any of it is written in Han characters."""
    return bool(_HAN.search(text))


@lru_cache(maxsize=1)
def shipped() -> Questions:
    """What the project comes with."""
    return load(FOLDER)


def load(folder: Path) -> Questions:
    """Every `<provider>[.<group>].jsonl` of a folder. Raises Misconfigured, naming file and line, for one that is not as it should be."""
    names: dict[str, tuple[str, ...]] = {}
    families = list[AskedFamily]()
    for file in sorted(folder.glob("*.jsonl")):
        lines = _lines(file)
        header = next(lines, None)
        if header is None or not isinstance(provider := header[1].get("provider"), str):
            raise Misconfigured(f"{file.name}:1: the first line must name the provider.", hint='Write {"provider": …, "names": […]}.')
        names[provider] = _texts(file, header, "names")
        families += (_family(file, line, provider, need) for need, line in enumerate(lines))
    return Questions(tuple(families), names)


def _lines(file: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        try:
            value = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise Misconfigured(f"{file.name}:{number}: not JSON: {error}.", hint="One object a line.") from error
        if not isinstance(value, dict):
            raise Misconfigured(f"{file.name}:{number}: not an object.", hint="One object a line.")
        yield number, value


def _family(file: Path, line: tuple[int, Mapping[str, Any]], provider: str, need: int) -> AskedFamily:
    number, value = line
    if not isinstance(name := value.get("family"), str):
        raise Misconfigured(f"{file.name}:{number}: `family` must be text.", hint="Give the family its name.")
    return AskedFamily(
        provider=provider,
        name=name,
        need=need,
        operations=_texts(file, line, "operations"),
        english=_texts(file, line, "en"),
        chinese=_texts(file, line, "zh"),
    )


def _texts(file: Path, line: tuple[int, Mapping[str, Any]], key: str) -> tuple[str, ...]:
    number, value = line
    texts = value.get(key)
    if not isinstance(texts, list) or not texts or not all(type(text) is str and text for text in texts):
        raise Misconfigured(f"{file.name}:{number}: `{key}` must be a list of texts, and not empty.", hint="See its README.md.")
    return tuple(texts)
