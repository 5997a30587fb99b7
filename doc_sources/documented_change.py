"""Finds sentences in which an operation says of itself that it changes something, in English."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BEGINNING = r"(?:^|[.!?]\s+|\n[ \t]*)"
_ADVERB = r"(?:also |then |immediately |permanently |automatically ){0,4}"
_ITSELF = r"(?:(?:calling )?(?:this|the|it)(?: (?:endpoint|operation|call|method|api|request|route|action|command|function))? )?"
_HAS_OBJECT = r"(?!(?:up|with|at|on|in|from|when|by|to|as)\b)\w+"
# "The host is rebooted", but not "Whether the host is rebooted" or "Hosts that are deleted".
_OF_A_CLAUSE = "that|which|who|whose|whether|if|when|once|until|while|where|how|why|as|after|before|unless|not|only|set"
_SUBJECT = rf"(?:(?!(?:{_OF_A_CLAUSE})\b)[\w'-]{{1,40}} ){{1,5}}"
_BEING = r"(?:is|are|will be|gets|get|has been|have been) "
_TIMES = "when|whenever|as soon as|each time|every time|once"
_THIS_CALL = rf"(?:{_TIMES}) (?:(?:this|it|the \w+) (?:is |gets )?)?(?:called|invoked|requested|fetched|read)\b"
_WITHIN = "[^.!?]{0,200}"  # bounded: a document may repeat the words before it a million times


class DocumentedChange:
    """Knows the sentences about `verbs`, which are in their base form."""

    def __init__(self, verbs: frozenset[str]) -> None:
        base = "|".join(sorted(verbs))
        third = "|".join(sorted(third_person(verb) for verb in verbs))
        done = "|".join(sorted({form for verb in verbs for form in _participles(verb)}))
        self._patterns = tuple(
            re.compile(pattern, re.IGNORECASE)
            for pattern in (
                rf"{_BEGINNING}{_ITSELF}{_ADVERB}(?:{third}) {_HAS_OBJECT}",
                rf"\b(?:and|then) {_ADVERB}(?:{third}) {_HAS_OBJECT}",
                rf"\b(?:and|then) {_ADVERB}(?:{base}) (?:them|it|its|the|all|every|each|any)\b",
                rf"\b(?:this|it|call|request|endpoint|operation|method) will {_ADVERB}(?:{base})\b",
                rf"^\s*(?:{base}) (?:a|an|the|all|one|this|your|any|every|existing) ",
                rf"{_BEGINNING}{_SUBJECT}{_BEING}{_ADVERB}(?:{done})\b(?! (?:if|unless|whether)\b)",
                rf"\b{_BEING}{_ADVERB}(?:{done})\b{_WITHIN}\b{_THIS_CALL}",
                r"(?<!no )(?<!without )(?<!any )(?<!free of )\bside[- ]effects?\b",
            )
        )

    def find(self, words: str) -> str | None:
        """The words that say so."""
        hits = (pattern.search(words) for pattern in self._patterns)
        return next((hit[0].strip(" .!?\n") for hit in hits if hit), None)


def third_person(verb: str) -> str:
    """What the verb is after "it"."""
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return f"{verb[:-1]}ies"
    return f"{verb}es" if verb.endswith(("s", "sh", "ch", "x", "z")) else f"{verb}s"


def _participles(verb: str) -> Iterator[str]:
    """What the verb may be after "is". A form too many does no harm: nobody writes it."""
    if verb in ("reset", "shut", "set"):
        yield verb
    elif verb.endswith("e"):
        yield f"{verb}d"
    elif verb.endswith("y") and verb[-2] not in "aeiou":
        yield f"{verb[:-1]}ied"
    else:
        yield f"{verb}ed"
        yield f"{verb}{verb[-1]}ed"
