"""Which language a question is in, and so its answer."""

from __future__ import annotations

import re

from agents.speech.script import is_traditional, to_simplified
from schemas.answer import Language

_HAN = re.compile(r"[\u3400-\u9fff]+")
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|「[^」]*」|『[^』]*』|'[^']*'")
_ENGLISH = re.compile(
    r"\b(?:a|an|and|are|by|called|count|find|for|from|have|has|how|in|is|list|many|named|no|of|on|per|show|than|that|the|to|what|"
    r"where|which|who|whose|with|without)\b",
    re.IGNORECASE | re.ASCII,
)
_CHINESE = re.compile(
    "[的按各每没无有哪几谁最前和与或在是为被把将请由]|多少|列出|显示|查看|查询|大于|小于|超过|低于|高于|至少|统计|过去|排序|以上|以下|今天"
)


def language_of(question: str) -> Language:
    """The language whose grammar holds the question together: product names and quoted names decide nothing.

    A Chinese name in an English sentence leaves it English, and `show 内存最高的5台主机` is Chinese.
    """
    unquoted = _QUOTED.sub(" ", question)
    if not has_han(unquoted):
        return "en"
    bare = to_simplified(unquoted)
    if (_ENGLISH.search(bare) and not _CHINESE.search(bare)) or len(_CHINESE.findall(bare)) < len(_ENGLISH.findall(bare)):
        return "en"
    return "zh-Hant" if is_traditional(question) else "zh-Hans"


def has_han(text: str) -> bool:
    """Whether there is a Chinese character in it."""
    return _HAN.search(text) is not None
