"""Families: operations that answer the same questions, such as listing pods, listing a namespace's and reading one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rag.questions import AskedFamily, Questions
from rag.words import split_identifier, stem
from schemas.operation import Operation

VERBS: Final = frozenset(
    """aggregate batch check count describe download fetch find get has head is list lookup preview query read retrieve scalar search
    select show validate view""".split()
)
SCOPES: Final = frozenset("a all an by collection detail details for in namespaced namespaces of the to with".split())
"""Words that say which of a kind, not of which kind."""

_VERSION = re.compile(r"v\d+((alpha|beta)\d+)?")
_KUBERNETES_VERSION = re.compile(r"(?<=[a-z])V\d+((alpha|beta)\d+)?(?=[A-Z])")

_MATCHES_TO_RECOGNISE: Final = 2
_SHARE_TO_RECOGNISE: Final = 0.1
"""A source is the provider of which it has at least so many operations, by path and name, and at least this share of its own."""


@dataclass(frozen=True, eq=False)
class Family:
    """`members` are positions of operations, what lists before what reads one. `product` is the part of a large provider: `ec2`."""

    provider: str
    product: str
    name: str
    members: tuple[int, ...]
    asked: AskedFamily | None = None

    @property
    def questions(self) -> tuple[str, ...]:
        return self.asked.questions if self.asked else ()


def gather(operations: Sequence[Operation], questions: Questions) -> tuple[Family, ...]:
    """The families of these operations, in the order in which they first occur."""
    providers = recognise(operations, questions)
    members: dict[tuple[str, str, str], list[int]] = {}
    asked: dict[tuple[str, str, str], AskedFamily] = {}
    for position, operation in enumerate(operations):
        provider = providers.get(operation.source, "")
        written = _written(operation, questions.by_provider.get(provider, {}))
        product = _product(operation.name)
        key = (provider or operation.source, product, f"={written.name}" if written else " ".join(kind_of(operation.name)))
        members.setdefault(key, []).append(position)
        if written:
            asked[key] = written
    return tuple(
        Family(provider, product, name.removeprefix("="), _ordered(positions, operations), asked.get((provider, product, name)))
        for (provider, product, name), positions in members.items()
    )


def recognise(operations: Sequence[Operation], questions: Questions) -> Mapping[str, str]:
    """Which sources are of which provider, whatever they are called here."""
    sizes = Counter(operation.source for operation in operations)
    matches: dict[str, Counter[str]] = {}
    for operation in operations:
        if family := questions.by_reference.get(reference(operation)):
            matches.setdefault(operation.source, Counter())[family.provider] += 1
    best = {source: found.most_common(1)[0] for source, found in matches.items()}
    return {
        source: provider
        for source, (provider, count) in best.items()
        if count >= _MATCHES_TO_RECOGNISE and count >= _SHARE_TO_RECOGNISE * sizes[source]
    }


def reference(operation: Operation) -> str:
    """How a data file names it."""
    if operation.protocol == "aws" or operation.name.count(".") > 1:
        return operation.name
    return f"{operation.method} {operation.path} | {operation.name}"


@lru_cache(maxsize=32_768)
def kind_of(name: str) -> tuple[str, ...]:
    """The stems of what the operation reads: without its verb, its scope, a version, and what follows `for` or `by`."""
    bare = name.removeprefix(_product(name)).lstrip("./")
    words = [word for word in split_identifier(_KUBERNETES_VERSION.sub("", bare)) if not _VERSION.fullmatch(word)]
    while len(words) > 1 and words[0] in VERBS:
        words = words[1:]
    while len(words) > 1 and words[-1] in VERBS:  # Google's methods: `instances.list`
        words = words[:-1]
    end = next((place for place, word in enumerate(words) if place and word in ("for", "by")), len(words))
    kind = tuple(stem(word) for word in words[:end] if word not in SCOPES)
    return kind or tuple(words)


def _written(operation: Operation, families: Mapping[str, AskedFamily]) -> AskedFamily | None:
    return families.get(operation.name) or families.get(f"{operation.method} {operation.path}")


def _product(name: str) -> str:
    """AWS's service, GitHub's and Google's group."""
    head, found, _ = name.partition("/" if "/" in name else ".")
    return head if found else ""


def _ordered(positions: Sequence[int], operations: Sequence[Operation]) -> tuple[int, ...]:
    return tuple(sorted(positions, key=lambda position: (_demands(operations[position]), position)))


def _demands(operation: Operation) -> tuple[bool, int]:
    """A list before one row, and what needs fewer arguments first."""
    return operation.row_is_single, sum(parameter.required for parameter in operation.parameters)
