"""The seam to where tools run: anything that takes a job, an API to talk to and a budget, and says what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sandbox.broker.broker import Broker
from sandbox.broker.budget import Budget
from sandbox.broker.grant import Grant
from sandbox.broker.wire import Transport
from sandbox.egress import Egress
from sandbox.jobs import Job, Outcome
from sandbox.rehearsal.api import BASE_URL, base_url
from schemas.operation import Operation, Slice
from schemas.query import Query
from schemas.source import Source


@dataclass(frozen=True)
class Ran:
    """What came of a run, and the broker's words for every call that it refused."""

    outcome: Outcome
    refusals: tuple[str, ...] = ()


class Runner(Protocol):
    """Runs tools."""

    def __call__(self, job: Job, api: Transport, budget: Budget) -> Ran:
        """Run the job with `api` behind a broker, or whatever stands in for one. A failed run is a value."""


class BrokeredRunner:
    """A runner with a broker of its own for each run, so a rehearsed tool may do exactly what a live one may.

    `run` is a worker pool's; `known` are all operations of the source, which denials name the nearest of; `query` is what the
    tool answers. Sleeping only moves the clock of the run.
    """

    def __init__(
        self,
        run: Callable[[Job, Egress], Outcome],
        slices: Sequence[Slice],
        known: Sequence[Operation] = (),
        query: Query | None = None,
    ) -> None:
        self._run = run
        operations = tuple(known) or tuple(slice_.operation for slice_ in slices)
        source = Source(name=operations[0].source, spec_url=f"{BASE_URL}/openapi.json", base_url=base_url(operations[0].protocol))
        self._grant = Grant(source, tuple(slices), operations, query)

    def __call__(self, job: Job, api: Transport, budget: Budget) -> Ran:
        broker = Broker(self._grant, api, budget=budget, sleep=_pass)
        outcome = self._run(job, broker)
        calls = broker.transcript(job.started_at).calls
        return Ran(outcome, tuple(call.refusal for call in calls if call.refusal))


def _pass(_seconds: float) -> None:
    """The isolate's clock has moved already; nobody has to wait."""
