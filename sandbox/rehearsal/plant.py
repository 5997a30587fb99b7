"""Planting: worlds of rows around a Query, with a match and a decoy for every clause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from random import Random
from typing import Final

from sandbox.rehearsal.arrangement import arranged
from sandbox.rehearsal.bed import Bed, Subject
from sandbox.rehearsal.figures import FigureMaker, Plotter
from sandbox.rehearsal.rows import RowMaker
from sandbox.rehearsal.sites import Site, survey
from sandbox.rehearsal.subjects import FEWEST_MATCHES, Subjects
from sandbox.rehearsal.world import World
from schemas.base import Scalar
from schemas.operation import Slice
from schemas.query import Query

FEWEST_ROWS: Final = 9
"""Rows that make three pages of three; a smaller relation is filled up with rows of no concern."""

SINGLE_PAGE_ROWS: Final = 2

Arguments = Mapping[str, Scalar]


class Planter:
    """Plants worlds for one Query. All chance comes from `random`, all times lie around `now`."""

    def __init__(self, query: Query, slices: Mapping[str, Slice], now: datetime, random: Random) -> None:
        self.row_makers = {call.operation: RowMaker(slices[call.operation], random, now) for call in query.relations}
        self.makers = dict(self.row_makers)
        if query.metric:
            operation = query.metric.call.operation
            self.makers[operation] = FigureMaker(slices[operation], random, now)
        self._query = query
        self._now = now
        self._random = random
        self._single = frozenset(slice_.operation.id for slice_ in slices.values() if slice_.operation.row_is_single)
        self._probed: dict[str, bool] = {}

    @property
    def vacuous(self) -> frozenset[str]:
        """The paths surveyed so far where no value that the schema admits fails the clauses: nothing could be told there."""
        return frozenset(path for path, can_fail in self._probed.items() if not can_fail)

    def maker_of(self, path: str) -> tuple[RowMaker, str]:
        """The maker of rows that a path of the Query leads into, and the path below its alias."""
        alias, _, rest = path.partition(".")
        return self.makers[next(call.operation for call in self._query.calls if call.alias == alias)], rest

    def full(self, *argument_sets: Arguments) -> World:
        """Everything worth planting around each of these sets of constants; what ranks first and last comes late."""
        bed = self._bed()
        for arguments in argument_sets:
            subjects = self._subjects(arguments, steady=False)
            _grow(bed, (*subjects.matches(), *subjects.probes(), *subjects.pairings()))
        return self._listed(bed, *argument_sets)

    def each(self, arguments: Arguments, most: int) -> tuple[World, ...]:
        """For a relation that is one object: a world for each value worth planting, at most so many."""
        subjects = self._subjects(arguments, steady=False)
        found = [*subjects.probes(), *subjects.pairings()] or list(islice(subjects.matches(), 1))
        return tuple(self._plotted(_grow(self._bed(), (subject,)).world(), arguments) for subject in found[:most])

    def plain(self, arguments: Arguments) -> World:
        """A small world of a few pages that stands still while a tool sleeps: matches and one decoy for each clause."""
        subjects = self._subjects(arguments, steady=True)
        matches = islice(subjects.matches(), FEWEST_MATCHES)
        return self._listed(_grow(self._bed(), (*matches, *subjects.decoys(), *subjects.pairings())), arguments)

    def single_page(self, arguments: Arguments) -> World:
        """So few rows, all matches, that they fit on one page."""
        matches = self._subjects(arguments, steady=True).matches()
        return self._plotted(_grow(self._bed(), islice(matches, SINGLE_PAGE_ROWS)).world(), arguments)

    def batches(self, arguments: Arguments, operation: str, rows: int) -> World:
        """At least so many rows of an operation, all of matches, with nothing in them but what the Query reads."""
        bed, subjects = self._bed(is_bare=True), self._subjects(arguments, steady=True)
        while len(bed.rows[operation]) < rows:
            _grow(bed, subjects.matches())
        return self._listed(bed, arguments)

    def _bed(self, *, is_bare: bool = False) -> Bed:
        return Bed(self._query, self.makers, self._single, is_bare=is_bare)

    def _plotted(self, world: World, *argument_sets: Arguments) -> World:
        """The world with a series for each figure."""
        metric = self._query.metric
        if metric is None:
            return world
        plotter = Plotter(self._query, metric, argument_sets)
        figures = tuple(plotter.plotted(row) for row in world.rows[metric.call.operation])
        return World({**world.rows, metric.call.operation: figures}, world.notes)

    def _subjects(self, arguments: Arguments, *, steady: bool) -> Subjects:
        sites = survey(self._query, self.makers, arguments, self._now, self._random, steady=steady)
        self._note(sites)
        return Subjects(self._query, sites)

    def _note(self, sites: Mapping[str, Site]) -> None:
        for path, site in sites.items():
            if site.passing or site.failing:
                self._probed[path] = self._probed.get(path, False) or bool(site.failing)

    def _listed(self, bed: Bed, *argument_sets: Arguments) -> World:
        """The bed as listings of several pages, in an order that tells."""
        for call in self._query.calls:
            for _ in range(FEWEST_ROWS - len(bed.rows[call.operation])):
                bed.strew(call)
        for rows in bed.rows.values():
            self._random.shuffle(rows)
        return arranged(self._plotted(bed.world(), *argument_sets), self._query, argument_sets, self._now)


def _grow(bed: Bed, subjects: Iterable[Subject]) -> Bed:
    for subject in subjects:
        bed.grow(subject)
    return bed
