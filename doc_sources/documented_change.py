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
_WORD = re.compile(r"\w+")
_TWINS = re.compile("[ıİſ\u212a]")  # IGNORECASE takes them for i, s and k, lower() doesn't
_WITHIN = "[^.!?]{0,200}"  # bounded: a document may repeat the words before it a million times


class DocumentedChange:
    """Knows the sentences about `verbs`, which are in their base form."""

    def __init__(self, verbs: frozenset[str]) -> None:
        base, third = _any_of(verbs), _any_of(thirds := frozenset(map(third_person, verbs)))
        done = _any_of(participles := frozenset(form for verb in verbs for form in _participles(verb)))
        # Each with the words of which it needs one.
        patterns = (
            (thirds, rf"{_BEGINNING}{_ITSELF}{_ADVERB}(?:{third}) {_HAS_OBJECT}"),
            (thirds, rf"\b(?:and|then) {_ADVERB}(?:{third}) {_HAS_OBJECT}"),
            (verbs, rf"\b(?:and|then) {_ADVERB}(?:{base}) (?:them|it|its|the|all|every|each|any)\b"),
            (verbs, rf"\b(?:this|it|call|request|endpoint|operation|method) will {_ADVERB}(?:{base})\b"),
            (verbs, rf"^\s*(?:{base}) (?:a|an|the|all|one|this|your|any|every|existing) "),
            (participles, rf"{_BEGINNING}{_SUBJECT}{_BEING}{_ADVERB}(?:{done})\b(?! (?:if|unless|whether)\b)"),
            (participles, rf"\b{_BEING}{_ADVERB}(?:{done})\b{_WITHIN}\b{_THIS_CALL}"),
            (frozenset({"side"}), r"(?<!no )(?<!without )(?<!any )(?<!free of )\bside[- ]effects?\b"),
        )
        self._patterns = tuple((needed, re.compile(pattern, re.IGNORECASE)) for needed, pattern in patterns)

    def find(self, words: str) -> str | None:
        """The words that say so."""
        # Most documentation has none of the words, which is known in a fifth of the time that the patterns take.
        said = None if _TWINS.search(words) else _WORD.findall(words.lower())
        patterns = (pattern for needed, pattern in self._patterns if said is None or not needed.isdisjoint(said))
        hits = (pattern.search(words) for pattern in patterns)
        return next((hit[0].strip(" .!?\n") for hit in hits if hit), None)


def _any_of(words: frozenset[str]) -> str:
    return "|".join(sorted(words))


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
