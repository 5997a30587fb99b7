"""Method and path to operation, as OpenAPI resolves it: literal segments beat templated ones.

A template may end in a query, `/?Action=ListUsers&Version=2018-01-01`: some APIs have one path, and tell their operations apart so.
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import unquote

from sandbox.broker.query import parse_pairs

_PARAMETER = re.compile(r"\{([^{}]*)\}")
_ANYTHING = "(.+)"
_WORD = re.compile(r"[a-z0-9]+")
Pairs = Sequence[tuple[str, str]]
"""Names and values of a query, decoded."""

_NEAREST = 3
"""So many are named in a denial: the model repairs its code from them."""
_SHORTLIST = 20
"""Only so many paths are compared letter by letter for a denial; the words choose them (0.1 ms a path otherwise)."""


@dataclass(frozen=True)
class Match:
    """A route that fits: its place in the list that the routes were made from, and its path parameters, decoded."""

    index: int
    values: dict[str, str]


@dataclass
class _Node:
    """Where a path has got to: the ways on, and the routes that end here: names of parameters in order, and what the query has to say."""

    literals: dict[str, _Node] = field(default_factory=dict)
    patterns: dict[str, _Node] = field(default_factory=dict)
    ends: list[tuple[int, tuple[str, ...], Pairs]] = field(default_factory=list)


class Routes:
    """The routes of one source, as one tree for each method."""

    def __init__(self, templates: Sequence[tuple[str, str]]) -> None:
        self._templates = templates
        self._roots: dict[str, _Node] = defaultdict(_Node)
        for index, (method, path) in enumerate(templates):
            self._add(index, method.upper(), path)

    def match(self, method: str, segments: Sequence[str], query: Pairs = ()) -> tuple[Match, ...]:
        """The most specific routes that fit: none, one, or several where two templates differ in their names only."""
        if method not in self._roots:
            return ()
        found = [
            (vagueness, Match(index, dict(zip(names, values, strict=True))))
            for vagueness, node, values in _walk(self._roots[method], segments, 0)
            for index, names, fixed in node.ends
            if _says(query, fixed)
        ]
        nearest = min((vagueness for vagueness, _ in found), default=())
        return tuple(match for vagueness, match in found if vagueness == nearest)

    def nearest(self, method: str, path: str, among: Iterable[int]) -> list[int]:
        """The few indexes whose method and path look most like these, best first."""
        words = _words(path)
        shortlist = sorted(among, key=lambda index: -_overlap(words, _words(self._templates[index][1])))[:_SHORTLIST]
        wanted = f"{method} {path[:200]}"
        return sorted(shortlist, key=lambda index: -_likeness(wanted, " ".join(self._templates[index])))[:_NEAREST]

    def _add(self, index: int, method: str, path: str) -> None:
        node = self._roots[method]
        path, _, query = path.partition("?")
        for segment in path.removeprefix("/").split("/"):
            ways, key = (node.patterns, _pattern(segment)) if _PARAMETER.search(segment) else (node.literals, unquote(segment))
            node = ways.setdefault(key, _Node())
        try:
            fixed = tuple(parse_pairs(query))
        except ValueError:  # a description may say anything; what it says here, no request can say
            return
        node.ends.append((index, tuple(_PARAMETER.findall(path)), fixed))


def _says(query: Pairs, fixed: Pairs) -> bool:
    """Whether the query has these names with these values, and once each: of two, nobody knows which one a server heeds."""
    return all([given for name, given in query if name == wanted] == [value] for wanted, value in fixed)


@lru_cache(maxsize=32)
def routes_of(templates: tuple[tuple[str, str], ...]) -> Routes:
    """The routes of (method, path) pairs. Kept, because a thousand take 5 ms to prepare and every run needs them."""
    return Routes(templates)


_End = tuple[tuple[int, ...], _Node, tuple[str, ...]]
"""How vague each segment of the template is (0 literal, 1 `{name}.json`, 2 `{name}`), where it ends, what it read."""


def _walk(node: _Node, segments: Sequence[str], depth: int) -> Iterator[_End]:
    if depth == len(segments):
        if node.ends:
            yield (), node, ()
        return
    for vagueness, values, following in _ways(node, segments[depth]):
        for rest, end, more in _walk(following, segments, depth + 1):
            yield (vagueness, *rest), end, values + more


def _ways(node: _Node, segment: str) -> Iterator[tuple[int, tuple[str, ...], _Node]]:
    if segment in node.literals:
        yield 0, (), node.literals[segment]
    for pattern, following in node.patterns.items():
        if found := re.fullmatch(pattern, segment, re.DOTALL):
            yield 2 if pattern == _ANYTHING else 1, found.groups(), following


def _pattern(segment: str) -> str:
    """A templated segment as a regex. All literals but the last match once and for good (atomic): no input makes it slow."""
    first, *between, last = [re.escape(unquote(part)) for part in _PARAMETER.split(segment)[::2]]
    return first + "".join(f"(?>(.+?){literal})" for literal in between) + "(.+)" + last


@lru_cache(maxsize=4096)
def _words(path: str) -> frozenset[str]:
    """The words of a path without plural endings, parameters left out: `/v1/hosts/{id}` gives v1 and host."""
    return frozenset(word.removesuffix("s") for word in _WORD.findall(_PARAMETER.sub("", path).lower()))


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / (len(one | other) or 1)


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(a=one, b=other, autojunk=False).ratio()
