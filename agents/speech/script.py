"""Chinese in its two scripts, by OpenCC's tables."""

from __future__ import annotations

from functools import lru_cache

from opencc import OpenCC

BOTH_SCRIPTS = frozenset("台里只几了于后面云制准出划升同向吃周回志表系范谷郁采雕")
"""Characters that both scripts write, although one has another use for them: they tell nothing about the script."""


def to_simplified(text: str) -> str:
    """The text in simplified characters, as long as it was, so that positions stay: characters only, no regional vocabulary."""
    converted: str = _converter("t2s").convert(text)
    return (
        converted if len(converted) == len(text) else "".join(_converter("t2s").convert(character)[:1] or character for character in text)
    )


def to_traditional(text: str) -> str:
    """The text in traditional characters and Taiwan's technical vocabulary: 服务器 is 伺服器."""
    converted: str = _converter("s2twp").convert(text)
    return converted


def is_traditional(text: str) -> bool:
    """Whether more characters belong to the traditional script alone than to the simplified one alone; simplified where none tells."""
    told = [character for character in text if character not in BOTH_SCRIPTS]
    traditional = sum(to_simplified(character) != character for character in told)
    simplified = sum(_is_simplified(character) for character in told)
    return traditional > 0 and traditional >= simplified


@lru_cache(maxsize=8192)
def _is_simplified(character: str) -> bool:
    return bool(_converter("s2t").convert(character) != character)


@lru_cache(maxsize=4)
def _converter(configuration: str) -> OpenCC:
    return OpenCC(configuration)
