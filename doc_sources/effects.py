"""What an operation does to the world: read, reveal or write, and why we say so.

Method alone does not tell: Kubernetes opens shells by GET, others search by POST. So the names and the documentation of an operation
are heard as well, in the order of `EffectJudge.judge`. What is not known to read counts as a write. The words are data, in
`effects/general.yaml`; where a provider's own words mislead, `effects/<provider>.yaml` overrides single operations.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from pydantic import BeforeValidator

from doc_sources import data_files
from doc_sources.chinese_change import ChineseChange
from doc_sources.documented_change import DocumentedChange, third_person
from doc_sources.facts import Facts, in_plain_letters, last_words, own_words, spoken
from doc_sources.words import split
from schemas.base import Frozen, Json
from schemas.errors import quoted
from schemas.operation import Effect

FOLDER: Final = Path(__file__).with_name("effects")

_LONGEST_VERB: Final = 20
_ALSO: Final = frozenset({"and", "then", "or"})
_ARTICLES: Final = frozenset({"a", "an", "the"})


def _flat(value: Json) -> Json:
    nested = isinstance(value, list) and all(isinstance(member, list) for member in value)
    return [word for words in value for word in words] if nested else value


WordSet = Annotated[frozenset[str], BeforeValidator(_flat)]


class Rules(Frozen):
    """The words of `effects/general.yaml`, which explains them."""

    reading_verbs: WordSet
    nouns_among_reading_verbs: WordSet
    reading_verbs_of_post: WordSet
    changing_verbs: WordSet
    changing_segments: WordSet
    relaying_segments: WordSet
    glued: WordSet
    documented_changes: WordSet
    secrets: WordSet
    about_secrets: WordSet
    settings: WordSet
    prepositions: WordSet
    chinese_reading: WordSet
    chinese_changing: WordSet
    chinese_nouns: WordSet


class Override(Frozen):
    """What single operations of a provider do, by `METHOD path`."""

    operations: tuple[str, ...]
    effect: Effect
    reason: str


class Overrides(Frozen):
    """The file of one provider."""

    overrides: tuple[Override, ...]


@dataclass(frozen=True)
class Judgement:
    effect: Effect
    reason: str


def _write(reason: str) -> Judgement:
    return Judgement(Effect.WRITE, reason)


class EffectJudge:
    """Judges operations by rules, and before them by a provider's overrides."""

    def __init__(self, rules: Rules, overrides: tuple[Override, ...] = ()) -> None:
        self.rules = rules
        self._overrides = {operation: override for override in overrides for operation in override.operations}
        self._documented = DocumentedChange(rules.documented_changes)
        self._chinese = ChineseChange(rules.chinese_reading, rules.chinese_changing, rules.chinese_nouns)
        self._in_sentences = rules.changing_verbs | {third_person(verb) for verb in rules.changing_verbs}
        self._known = rules.changing_verbs | rules.changing_segments | rules.relaying_segments
        self._glued = tuple(rules.glued)
        self._secrets = tuple(f" {secret} " for secret in rules.secrets)
        self._secrets_begin = frozenset(secret.partition(" ")[0] for secret in rules.secrets)

    @property
    def overridden(self) -> frozenset[str]:
        """The operations that the provider's file names, by `METHOD path`."""
        return frozenset(self._overrides)

    def judge(self, facts: Facts) -> Judgement:
        """The effect, failing closed, with a reason that completes "because"."""
        override = self._overrides.get(f"{facts.method.upper()} {facts.path}")
        if override:
            return Judgement(override.effect, override.reason)
        facts = in_plain_letters(facts)
        name = self._joined(own_words(facts))
        if (refusal := self._refusal(facts, name)) is not None:
            return _write(refusal)
        if secret := self._secret(facts, name):
            return Judgement(Effect.REVEAL, f"its name is about a secret: {quoted(secret)}")
        if setting := self._setting(facts, name):
            return Judgement(Effect.REVEAL, f"settings often hold secrets, and it is about {quoted(setting)}")
        if facts.only_names_tell:
            return Judgement(Effect.READ, f"its name begins with {quoted(name[0])}")
        if facts.method.upper() == "POST":
            return Judgement(Effect.READ, f"it is a POST whose name begins with {quoted(name[0])}")
        return Judgement(Effect.READ, f"it is a {facts.method.upper()}, and neither its name nor its documentation speaks of a change")

    def _refusal(self, facts: Facts, name: tuple[str, ...]) -> str | None:
        """Why an operation counts as a write; None where nothing speaks against a read."""
        method = facts.method.upper()
        if method not in ("GET", "HEAD", "POST"):
            return f"it is a {method}"
        if facts.only_names_tell and not (name and name[0] in self.rules.reading_verbs and not self._any_change(name)):
            return "its name does not say that it reads, and its method says nothing"
        if method == "POST" and not facts.only_names_tell and not (name and name[0] in self.rules.reading_verbs_of_post):
            return "it is a POST whose name does not begin with a reading verb"
        if verb := self._change_in_name(name) or self._chinese.in_name(facts.name) or (method == "POST" and self._any_change(name)):
            return f"its name says {quoted(verb)}"
        if segment := self._change_in_path(facts.path):
            return f"its path says {quoted(segment)}"
        if verb := self._change_in_summary(self._joined(split(facts.summary))) or self._chinese.in_name(facts.summary):
            return f"its summary says {quoted(verb)}"
        if words := self._change_in_documentation(facts):
            return f"its documentation says {quoted(words)}"
        return None

    def _change_in_documentation(self, facts: Facts) -> str | None:
        for text in (facts.summary, facts.description):
            if words := self._documented.find(text) or self._chinese.in_documentation(text):
                return words
        return None

    def _joined(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Verbs that are also written as two words made one: `logOut`, `power-off`, `roll_back`; and `rebootall` made two."""
        joined: list[str] = []
        for word in self._unglued(words):
            if joined and joined[-1] + word in self._known:
                joined[-1] += word
            else:
                joined.append(word)
        return tuple(joined)

    def _unglued(self, words: tuple[str, ...]) -> Iterator[str]:
        for word in words:
            cut = self._seam(word) if word.endswith(self._glued) else None
            yield from (word,) if cut is None else (word[:cut], word[cut:])

    def _seam(self, word: str) -> int | None:
        ends = range(2, min(len(word), _LONGEST_VERB + 1))
        return next((end for end in ends if word[:end] in self._known and word[end:] in self.rules.glued), None)

    def _change_in_name(self, name: tuple[str, ...]) -> str | None:
        rules = self.rules
        if not name:
            return None
        if name[0] in rules.changing_verbs:
            return name[0]
        verb = next((word for word in name if word in rules.reading_verbs or word in rules.changing_segments), "")
        if verb in rules.changing_segments:
            return verb
        if name[0] in rules.nouns_among_reading_verbs and name[-1] in rules.changing_segments:
            return name[-1]
        return next((word for before, word in itertools.pairwise(name) if before in _ALSO and word in rules.changing_segments), None)

    def _any_change(self, words: tuple[str, ...]) -> str | None:
        return next((word for word in words if word in self.rules.changing_segments), None)

    def _change_in_path(self, path: str) -> str | None:
        for segment in spoken(path):
            if "".join(split(segment)) in self.rules.relaying_segments:
                return segment
            words = self._joined(split(segment))
            if words and words[0] not in self.rules.reading_verbs and (verb := self._any_change((words[0], words[-1]))):
                return verb
            if verb := self._chinese.in_name(segment):
                return verb
        return None

    def _change_in_summary(self, words: tuple[str, ...]) -> str | None:
        # "Get and reset counters", but not "Get read and write latency".
        verb = words[2:3] if words[1:2] and words[1] in _ALSO else words[:1]
        # "Triggers" alone is a noun; "Triggers a build" is not.
        changing = self._in_sentences if len(words) > 1 else self.rules.changing_verbs
        return next((word for word in (*words[:1], *verb) if word in changing), None)

    def _secret(self, facts: Facts, name: tuple[str, ...]) -> str | None:
        last = last_words(facts.path)
        for words in (name, last, split(facts.summary)):
            subject = [_singular(word) for word in self._subject(words)]
            if self._secrets_begin.isdisjoint(subject) or subject[-1] in self.rules.about_secrets:
                continue
            text = f" {' '.join(subject)} "
            if any(secret in text for secret in self._secrets):
                return text.strip()
        # Keys of nothing in particular: of a storage account. "public keys" and "deploy keys" are others.
        return "key" if [_singular(word) for word in self._subject(name)] == ["key"] else None

    def _setting(self, facts: Facts, name: tuple[str, ...]) -> str | None:
        last = last_words(facts.path)
        return next((words[0] for words in (tuple(self._subject(name)), last) if len(words) == 1 and words[0] in self.rules.settings), None)

    def _subject(self, words: tuple[str, ...]) -> Iterator[str]:
        """What a name is about: its words but the verbs, up to a preposition or a second thing."""
        has_begun = False
        for word in words:
            if word in self.rules.prepositions or (has_begun and word in _ARTICLES):
                return
            if word not in self.rules.reading_verbs and word not in _ARTICLES:
                has_begun = True
                yield word


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word.removesuffix("s") if not word.endswith(("ss", "us", "is")) else word


def effects_texts() -> dict[str, str]:
    """All data files that decide on effects, by name: what was judged by others is judged anew. Reads the disk."""
    return {path.name: path.read_text() for path in FOLDER.glob("*.yaml")}


def load_judge(provider: str = "", folder: Path = FOLDER, *, is_certain: bool = True) -> EffectJudge:
    """The judge for a provider of the catalogue, or for any other API. Reads the disk; raises Misconfigured at a broken file.

    Where it is not certain that an API is the provider's, nothing reads because the provider's file says so: any document can hold the
    paths that a provider is known by.
    """
    rules = data_files.load(folder / "general.yaml", Rules)
    own = folder / f"{provider}.yaml"
    overrides = data_files.load(own, Overrides).overrides if provider and own.exists() else ()
    return EffectJudge(rules, tuple(override for override in overrides if is_certain or override.effect is not Effect.READ))
