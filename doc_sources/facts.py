"""What an operation says about itself, in the words and letters that effects are judged by."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from doc_sources.words import split

_NAME_PART: Final = re.compile(r"[/.:]")
_PARAMETER: Final = re.compile(r"\{[^{}]*\}")
_PARAMETERS: Final = re.compile(rf"({_PARAMETER.pattern})")
_DECODINGS: Final = 4
_NO_BRACES: Final = str.maketrans("{}", "  ")
_NOT_WORD: Final = re.compile(r"\W")


@dataclass(frozen=True)
class Facts:
    """What an operation says about itself. `name` is its own operationId, or empty.

    With `only_names_tell` the method says nothing, as in an API that starts and stops things by GET.
    """

    method: str
    path: str
    name: str = ""
    summary: str = ""
    description: str = ""
    only_names_tell: bool = False


def own_words(facts: Facts) -> tuple[str, ...]:
    """The words of an operation's own name: `repos/list-commits` is list, commits.

    FastAPI appends path and method to the name of the function; they are taken off again, they have a rule of their own.
    An operation without a name is called by the last step of its path.
    """
    if not facts.name:
        return last_words(facts.path)
    appended = f"{_NOT_WORD.sub('_', facts.path)}_{facts.method.lower()}"
    name = _NAME_PART.split(facts.name.removesuffix(appended))[-1]
    # `Snapshots_ListByResourceGroup` (Azure), `QueryService_FindTraces` (gRPC): service and method.
    parts = name.split("_")
    return split(parts[-1] if all(part[:1].isupper() for part in parts) else name)


def last_words(path: str) -> tuple[str, ...]:
    """The words of the last step of a path that is no parameter; none where all are."""
    literal = [segment for segment in path.split("/") if segment and "{" not in segment]
    return split(literal[-1]) if literal else ()


def spoken(path: str) -> list[str]:
    """What a path says beside its parameters: `/hosts/{id}:reboot` says hosts and reboot."""
    return [segment for segment in _PARAMETER.sub("/", path).split("/") if segment]


def in_plain_letters(facts: Facts) -> Facts:
    """The same in plain letters, so that nothing is said that is not heard: `%72eboot` and `ｒｅｂｏｏｔ` are reboot."""
    # Split before decoding: an escaped brace begins no parameter.
    parts = (part if _PARAMETER.fullmatch(part) else _plain(part).translate(_NO_BRACES) for part in _PARAMETERS.split(facts.path))
    summary, description = _plain(facts.summary), _plain(facts.description)
    return Facts(facts.method, "".join(parts), _plain(facts.name), summary, description, facts.only_names_tell)


def _plain(text: str) -> str:
    """Percent-decoded as often as any chain of servers does, in compatibility form, without invisible characters."""
    if text.isascii() and "%" not in text:
        return text
    for _ in range(_DECODINGS):
        text = unquote(text)
    return "".join(letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf")
