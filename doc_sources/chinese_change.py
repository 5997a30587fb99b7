"""Finds what an operation says in Chinese of a change that it makes. Chinese has no spaces, so these are patterns, not words."""

from __future__ import annotations

import re
import unicodedata

_END_OF_CLAUSE = re.compile(r"[。！？；，,.!?;:\n()]")
_MARKUP = " \t\r*-"
# 调用 DeleteHost 接口, 您可以通过此接口
_ITSELF = (
    r"(?:您?可以?)?(?:调用|通过|使用)?\s{0,2}(?:本|此|该|这个|当前)?\s{0,2}"
    r"[`A-Za-z0-9_]{0,100}\s{0,2}(?:接口|操作|方法|请求|函数|命令)?\s{0,2}"
)


class ChineseChange:
    """Knows verbs that read and verbs that change, and the nouns that make a verb before them part of a thing: 创建时间."""

    def __init__(self, reading: frozenset[str], changing: frozenset[str], nouns: frozenset[str]) -> None:
        # Every repetition is bounded: a document may repeat the words before it a million times.
        verb = rf"(?<![已被未经曾可])(?<!是否)({_any_of(changing)})(?!的|了|过|者|人|{_any_of(nouns)})"
        adverbs = "(?:会|将|要|被|立即|立刻|自动|强制|直接|批量|一键|永久|彻底|对|把){0,4}"
        beneficiary = r"(?:[为给把将][^，。]{1,24}?)?"
        then = "(?:会|将|并且|并|然后|同时|随后|接着|用于|用来|以便|从而|顺便|即可|后)"
        self._reads = re.compile(rf"{_ITSELF}(?:用于|用来|可以|可|能){{0,2}}(?:批量|分页|按\S{{1,8}}?){{0,2}}(?:{_any_of(reading)})")
        self._somewhere = re.compile(verb)
        self._at_beginning = re.compile(rf"{_ITSELF}(?:用于|用来|可以|能够){{0,2}}{beneficiary}{adverbs}{verb}")
        self._then = re.compile(rf"{then}{adverbs}(?:{_any_of(changing)})(?!的|了|过|{_any_of(nouns)})")

    def in_name(self, text: str) -> str | None:
        """The changing verb of a name, a path's step or a summary, unless a reading verb leads it."""
        if text.isascii():
            return None
        if self._reads.match(text.lstrip(_MARKUP)):
            return self.in_documentation(text)
        found = self._somewhere.search(text)
        return found[1] if found else None

    def in_documentation(self, text: str) -> str | None:
        """The words of a clause that begins with a changing verb, or says that one follows."""
        if text.isascii():
            return None
        for clause in _END_OF_CLAUSE.split(text):
            if found := self._at_beginning.match(clause.lstrip(_MARKUP)) or self._then.search(clause):
                return found[0].strip()
        return None


def _any_of(words: frozenset[str]) -> str:
    return "|".join(sorted((unicodedata.normalize("NFKC", word) for word in words), key=lambda word: (-len(word), word)))
