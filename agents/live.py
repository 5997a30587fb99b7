"""A registered tool against the real server, through the broker: once in each place of its source."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.aws_models import aws_session_of
from sandbox.broker.broker import Broker
from sandbox.broker.budget import Budget
from sandbox.broker.grant import Grant
from sandbox.broker.signing import Authenticator
from sandbox.broker.wire import Transport
from sandbox.jobs import Job, Limits, Outcome
from sandbox.supervisor import WorkerPool
from schemas.base import Scalar
from schemas.operation import Operation, Slice
from schemas.ports import Clock
from schemas.run import CallRecord, Transcript
from schemas.source import Source
from schemas.tool import RegisteredTool


@dataclass(frozen=True)
class PlaceRun:
    """What the tool made of one place (an AWS region, else the nameless one), and what was delivered to it there."""

    place: str
    outcome: Outcome
    calls: tuple[CallRecord, ...]


@dataclass(frozen=True)
class Conditions:
    """What every run of a runner has: with the same ones, and the same responses, a tool returns the same bytes."""

    limits: Limits = field(default_factory=Limits)
    seed: int = 0
    image: str = ""


@dataclass(frozen=True)
class LiveRun:
    """One run for each place, in the source's order; the transcript has the calls of all, one place after the other."""

    places: tuple[PlaceRun, ...]
    transcript: Transcript
    conditions: Conditions = Conditions()

    @property
    def wall_seconds(self) -> float:
        """How long it took: places run side by side."""
        return max(run.outcome.usage.wall_seconds for run in self.places)


class LiveRunner:
    """Runs tools with the privileges of their manifest and nothing more.

    `transport_of` keeps connections from run to run, `authenticator_of` says how a source's requests are signed, and `image` is the
    digest of the workers' image.
    """

    def __init__(
        self,
        workers: Callable[[], WorkerPool],
        transport_of: Callable[[Source], Transport],
        authenticator_of: Callable[[Source], Authenticator],
        clock: Clock,
        *,
        limits: Limits,
        budget: Budget,
        image: Callable[[], str],
    ) -> None:
        self._workers = workers
        self._transport_of = transport_of
        self._authenticator_of = authenticator_of
        self._clock = clock
        self._limits = limits
        self._budget = budget
        self._image = image

    def run(
        self,
        tool: RegisteredTool,
        arguments: Mapping[str, Scalar],
        source: Source,
        slices: Sequence[Slice],
        known: Sequence[Operation],
    ) -> LiveRun:
        """Run the tool once in each place, all at the same instant of its clock and each with a budget of its own.

        Failing is an outcome; the transcript holds what happened up to there.
        """
        started_at = self._clock()
        conditions = Conditions(self._limits, image=self._image())
        send, sign = self._transport_of(source), self._authenticator_of(source)

        def in_place(place: str) -> PlaceRun:
            grant = Grant(source.at(place), tuple(slices), tuple(known), tool.manifest.query)
            broker = Broker(grant, send, budget=self._budget, authenticate=sign)
            outcome = self._workers().run(_job(tool, arguments, grant, place, started_at, conditions), broker)
            return PlaceRun(place, outcome, broker.transcript(started_at).calls)

        # What answers the same everywhere would otherwise be listed once a region.
        places = source.places[:1] if all(piece.operation.is_global for piece in slices) else source.places
        if len(places) == 1:
            return _joined([in_place(places[0])], started_at, conditions)
        with ThreadPoolExecutor(len(places)) as threads:
            return _joined(list(threads.map(in_place, places)), started_at, conditions)


def _job(
    tool: RegisteredTool, arguments: Mapping[str, Scalar], grant: Grant, place: str, started_at: datetime, conditions: Conditions
) -> Job:
    return Job(
        source=tool.code,
        entry="call",
        base_url=grant.source.base_url,
        started_at=started_at,
        function=tool.manifest.function,
        arguments=dict(arguments),
        seed=conditions.seed,
        limits=conditions.limits,
        aws=aws_session_of(grant.capabilities, place),
    )


def _joined(runs: Sequence[PlaceRun], started_at: datetime, conditions: Conditions) -> LiveRun:
    """The runs with their calls numbered through all places."""
    numbered: list[PlaceRun] = []
    before = 0
    for run in runs:
        calls = tuple(call.model_copy(update={"number": before + call.number, "place": run.place}) for call in run.calls)
        numbered.append(PlaceRun(run.place, run.outcome, calls))
        before += len(calls)
    transcript = Transcript(started_at=started_at, calls=tuple(call for run in numbered for call in run.calls))
    return LiveRun(tuple(numbered), transcript, conditions)
