"""Where one candidate is rehearsed: its planted worlds, the API that answers from them, and a run for each case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Final

import orjson

from sandbox.aws_models import aws_session_of
from sandbox.jobs import Coverage, Job
from sandbox.redaction import Redactor
from sandbox.rehearsal.api import RehearsalApi, Served, base_url, listings
from sandbox.rehearsal.aws import REGION
from sandbox.rehearsal.cases import Case, Playbook
from sandbox.rehearsal.fidelity import Fidelity
from sandbox.rehearsal.filters import repeated
from sandbox.rehearsal.gauges import Gauge
from sandbox.rehearsal.judge import Verdict, judge
from sandbox.rehearsal.lenient import lenient
from sandbox.rehearsal.plant import Planter
from sandbox.rehearsal.runner import Runner
from sandbox.rehearsal.scene import Relations, Scene
from sandbox.rehearsal.shapes import PlantingFailed
from sandbox.rehearsal.world import World
from schemas.operation import Slice
from schemas.tool import Candidate

NOW: Final = datetime(2028, 3, 1, 0, 30, tzinfo=UTC)
"""Where nobody says when: half an hour into the day after a leap day, where sloppy date arithmetic breaks."""


PARALLEL: Final = 2
"""Cases run at once: as many as a pool has workers by default. A run takes 10 to 25 ms, nearly all of it in the isolate."""


@dataclass(frozen=True)
class Trial:
    """One case and what came of it."""

    case: Case
    scene: Scene
    verdicts: tuple[Verdict, ...]
    coverage: Coverage | None


class Stage:
    """One candidate's rehearsal. Raises PlantingFailed where data that fit the slices can't be made."""

    def __init__(self, candidate: Candidate, slices: Mapping[str, Slice], run: Runner, seed: int, now: datetime = NOW) -> None:
        needed = {call.operation for call in candidate.query.calls}
        if unknown := sorted(needed - slices.keys()):
            raise PlantingFailed(f"no slice was given for {', '.join(unknown)}, which the query reads")
        random = Random(seed)  # noqa: S311 - planted data must be the same for the same seed
        self._candidate, self._run, self._seed, self._now = candidate, run, seed, now
        self._slices = {operation: lenient(slices[operation]) for operation in sorted(needed)}
        self._planter = Planter(candidate.query, self._slices, now, random)
        self._listings = listings(self._slices.values(), self._planter.makers, self._gauges())
        self._protocol = self._slices[candidate.query.call.operation].operation.protocol
        self._fidelity = {operation: Fidelity(slice_) for operation, slice_ in self._slices.items()}
        self._aws = aws_session_of([slices[operation] for operation in sorted(needed)], REGION)
        self._redactor = Redactor()
        self._admitted: dict[int, tuple[World, World]] = {}

        self.playbook = Playbook(candidate.query, self._slices, self._planter, random)

    @property
    def vacuous(self) -> frozenset[str]:
        """The paths at which no clause can be told, because no legal value fails it."""
        return self._planter.vacuous

    def trials(self, cases: Iterable[Case]) -> list[Trial]:
        """Every case, run and judged, in the order given. Planting is done before the first run, so no run can bear on it."""
        planted = [(case, self._admit(case)) for case in cases]
        with ThreadPoolExecutor(PARALLEL) as together:
            return list(together.map(lambda pair: self._tried(*pair), planted))

    def _tried(self, case: Case, seen: World) -> Trial:
        api = RehearsalApi(self._listings, case.world, self._seed, faults=case.faults, endless=case.endless)
        ran = self._run(self._job(case), api, case.budget)
        operations = {operation: slice_.operation for operation, slice_ in self._slices.items()}
        query = self._candidate.query
        relations = self._repeated(seen.relations(query, case.arguments), api.served)
        scene = Scene(query, relations, case.arguments, self._now, operations, tuple(api.served), seen.notes)
        return Trial(case, scene, tuple(judge(case, scene, ran)), ran.outcome.coverage)

    def _repeated(self, relations: Relations, served: Sequence[Served]) -> Relations:
        """The relations with what their rows repeat of the tool's requests."""
        told = dict(relations)
        for call in self._candidate.query.relations:
            operation, maker = self._slices[call.operation].operation, self._planter.makers[call.operation]
            sent = [one.query for one in served if one.operation == operation.id and one.status == 200]
            told[call.alias] = repeated(operation, maker, sent, told[call.alias])
        return told

    def _job(self, case: Case) -> Job:
        return Job(
            source=self._candidate.source,
            entry="call",
            base_url=base_url(self._protocol),
            started_at=self._now,
            function=self._candidate.function,
            arguments=case.arguments,
            seed=self._seed,
            trace=True,
            aws=self._aws,
        )

    def _gauges(self) -> dict[str, Gauge]:
        metric = self._candidate.query.metric
        if metric is None:
            return {}
        operation = metric.call.operation
        return {operation: Gauge(self._slices[operation], self._planter.makers[operation], metric, self._now)}

    def _admit(self, case: Case) -> World:
        """The world as tools get to see it, checked against the slices when it is first used."""
        if id(case.world) not in self._admitted:
            if case.is_valid:
                self._check(case.world)
            self._admitted[id(case.world)] = (case.world, self._redacted(case.world))
        return self._admitted[id(case.world)][1]

    def _check(self, world: World) -> None:
        api = RehearsalApi(self._listings, world, self._seed)
        for listing in self._listings:
            for body in api.bodies(listing, self._candidate.query.defaults):
                self._fidelity[listing.operation.id].check(body)

    def _redacted(self, world: World) -> World:
        """Without what looks like a credential: the broker takes it out here as it does in a live run."""
        text, redactions = self._redactor.redact(orjson.dumps(world.rows).decode())
        return World({name: tuple(rows) for name, rows in orjson.loads(text).items()}, world.notes) if redactions else world
