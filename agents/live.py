"""A registered tool against the real server, through the broker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sandbox.broker.broker import Broker
from sandbox.broker.budget import Budget
from sandbox.broker.grant import Grant
from sandbox.broker.signing import authenticator_of
from sandbox.broker.wire import Transport
from sandbox.jobs import Job, Limits, Outcome
from sandbox.supervisor import WorkerPool
from schemas.base import Scalar
from schemas.operation import Operation, Slice
from schemas.ports import Clock, SecretResolver
from schemas.run import Transcript
from schemas.source import Source
from schemas.tool import RegisteredTool


@dataclass(frozen=True)
class LiveRun:
    """What the tool made of it, and what was delivered to it."""

    outcome: Outcome
    transcript: Transcript


class LiveRunner:
    """Runs tools with the privileges of their manifest and nothing more. `transport_of` keeps one connection pool a source."""

    def __init__(
        self,
        workers: Callable[[], WorkerPool],
        transport_of: Callable[[Source], Transport],
        secrets: SecretResolver,
        clock: Clock,
        *,
        limits: Limits,
        budget: Budget,
    ) -> None:
        self._workers = workers
        self._transport_of = transport_of
        self._secrets = secrets
        self._clock = clock
        self._limits = limits
        self._budget = budget

    def run(
        self,
        tool: RegisteredTool,
        arguments: Mapping[str, Scalar],
        source: Source,
        slices: Sequence[Slice],
        known: Sequence[Operation],
    ) -> LiveRun:
        """Run the tool once. Failing is an outcome; the transcript holds what happened up to there."""
        started_at = self._clock()
        broker = Broker(
            Grant(source, tuple(slices), tuple(known)),
            self._transport_of(source),
            budget=self._budget,
            authenticate=authenticator_of(source, self._secrets),
        )
        job = Job(
            source=tool.code,
            entry="call",
            base_url=source.base_url,
            started_at=started_at,
            function=tool.manifest.function,
            arguments=dict(arguments),
            limits=self._limits,
        )
        outcome = self._workers().run(job, broker)
        return LiveRun(outcome, broker.transcript(started_at))
