"""Which subjects to plant: matches, a probe for every value at every clause, and every way to have partners.

A *subject* is one row of the Query's first relation with its partners in the joined ones. A probe satisfies all clauses but
the one that it probes, so whatever a tool gets wrong there shows in its result.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final, TypeVar

from sandbox.rehearsal.bed import Partners, Subject
from sandbox.rehearsal.choices import Choice
from sandbox.rehearsal.figures import joins_of
from sandbox.rehearsal.fills import GROUP_SIZES
from sandbox.rehearsal.sites import Site
from schemas.query import Join, Query

MATCH: Final = "a row that satisfies every clause"
"""The note of a row that nothing else is special about."""

FEWEST_MATCHES: Final = 7
MOST_MATCHES: Final = 40
"""Matching rows planted to exceed a limit; a larger limit than this is tested through smaller arguments only."""

IDENTITIES: Final = ("id", "uid", "uuid")
"""Names of fields that no two rows share; nothing is planted that would contradict them."""

WORDS: Final[Mapping[Partners, str]] = {
    "one": "a partner",
    "none": "no partner",
    "keyless": "no key",
    "two": "two partners",
    "shared": "another row's partner",
    "stale": "only figures older than the window",
}

T = TypeVar("T")


class Subjects:
    """The subjects for one Query around one set of constants."""

    def __init__(self, query: Query, sites: Mapping[str, Site]) -> None:
        self._query = query
        self._sites = sites
        self._partners: dict[str, Partners] = {join.call.alias: self._usual(join.call.alias) for join in joins_of(query)}

    def matches(self) -> Iterator[Subject]:
        """Subjects that satisfy everything: more than the limit, and enough for groups of different size."""
        limit = self._query.defaults.get(self._query.limit or "", 0)
        grouped = sum(GROUP_SIZES) if self._query.group and self._query.group.by else 0
        for _ in range(max(FEWEST_MATCHES, grouped, min(int(limit) + 3, MOST_MATCHES))):
            yield Subject(self._filled(), self._partners, MATCH)

    def probes(self) -> Iterator[Subject]:
        """For each choice at each clause a subject that satisfies all the others, and some that satisfy nothing."""
        tried = [[(site, choice) for choice in _in_turn(site.passing, site.failing)] for site in self._sites.values()]
        for site, choice in _in_turn(*tried):
            yield self._probe(site, choice)
        for turn in range(2):
            wrong = {site.path: site.failing[turn % len(site.failing)] for site in self._sites.values() if site.failing}
            if wrong:
                yield Subject(self._filled() | wrong, self._partners, "a row that satisfies no clause")

    def decoys(self) -> Iterator[Subject]:
        """One subject for each clause that fails just there."""
        for site in self._sites.values():
            yield from (self._probe(site, choice) for choice in site.failing[:1])

    def pairings(self) -> Iterator[Subject]:
        """For each join: no partner, no key, two partners alike and two of which one is a decoy, a partner shared."""
        for join in joins_of(self._query):
            alias = join.call.alias
            decoy = {path: site.failing[0] for path, site in self._sites.items() if path.startswith(f"{alias}.") and site.failing}
            for kind in _kinds(join, is_figure=join not in self._query.joins):
                for second in ({}, decoy) if kind == "two" else ({},):
                    yield Subject(self._filled(), self._partners | {alias: kind}, f"{WORDS[kind]} in {alias}", second)

    def _probe(self, site: Site, choice: Choice) -> Subject:
        """A probe of a joined relation needs a partner to show the value."""
        alias, _, rest = site.path.partition(".")
        needed: dict[str, Partners] = {alias: "one"} if alias in self._partners else {}
        return Subject(self._filled() | {site.path: choice}, self._partners | needed, f"{rest} {choice.note}")

    def _filled(self) -> dict[str, Choice]:
        fills = {path: next(site.fills, None) for path, site in self._sites.items()}
        return {path: choice for path, choice in fills.items() if choice is not None}

    def _usual(self, alias: str) -> Partners:
        """One partner, except where only its absence can satisfy the Query."""
        keys = {join.right for join in joins_of(self._query)}
        emptied = [predicate.path for predicate in self._query.where if predicate.op == "is_empty"]
        mine = [path for path in emptied if path.startswith(f"{alias}.")]
        return "none" if any(path in keys or not self._sites[path].passing for path in mine) else "one"


def _kinds(join: Join, *, is_figure: bool) -> Iterator[Partners]:
    yield from ("none", "keyless")
    if is_figure:
        yield "stale"  # one behind each window that the tool is run with
        yield "stale"
    elif join.right.rpartition(".")[2] not in IDENTITIES:
        yield "two"
    if join.left.rpartition(".")[2] not in IDENTITIES:
        yield from ("one", "shared")


def _in_turn(*sources: Iterable[T]) -> Iterator[T]:
    """One of each source, then the next of each, until all are used up."""
    waiting = [iter(source) for source in sources]
    while waiting:
        turn, waiting = waiting, []
        for source in turn:
            for item in islice(source, 1):
                waiting.append(source)
                yield item
