"""Runs as the API shows them: what is on record, what has been done of it, and whether anybody is at it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from agents.runner import Runner
from agents.runs import RunStore
from opswright.api.dispatcher import Dispatcher
from schemas.answer import Answer
from schemas.base import Frozen
from schemas.run import Failure, RunRecord

Status = Literal["queued", "running", "interrupted", "answered", "declined", "failed"]


class RunSummary(Frozen):
    """A run in a list."""

    id: str = Field(examples=["5f0c2b9a71de"])
    question: str = Field(examples=["top 5 hosts by memory"])
    only_source: str = Field(description="The one source that was to be asked; empty for all.", examples=[""])
    status: Status = Field(
        description="`queued`: waits in this server. `running`: some process is at it. `interrupted`: the process that was has gone; "
        "POST …/resume goes on after the last finished step, as it does with a `failed` run.",
        examples=["answered"],
    )
    started_at: datetime = Field(examples=["2026-11-20T12:00:00Z"])
    finished_at: datetime | None = Field(examples=["2026-11-20T12:00:01Z"])


class RunView(RunSummary):
    """A run with all that came of it."""

    steps: tuple[str, ...] = Field(description="The steps that have finished, in order.", examples=[["understand", "plan", "gather"]])
    answer: Answer | None
    failure: Failure | None

    @property
    def has_ended(self) -> bool:
        """Whether nobody is at it and nobody will be, unless it is resumed."""
        return self.status not in ("queued", "running")


class Ledger:
    """Reads runs. A status is as of the moment: it is asked of the processes, not of the record alone."""

    def __init__(self, runs: RunStore, runner: Runner, dispatcher: Dispatcher) -> None:
        self._runs = runs
        self._runner = runner
        self._dispatcher = dispatcher

    def find(self, run_id: str) -> RunRecord:
        """The record. Raises NotFound; an unambiguous beginning of an id is enough."""
        return self._runs.load(run_id)

    def view(self, run_id: str) -> RunView:
        """Everything about a run. Raises NotFound."""
        record, status = self._judged(self._runs.load(run_id))
        steps = self._runner.steps(record.id)  # after the status: those of an ended run are complete
        return RunView(**dict(_summary(record, status)), steps=steps, answer=record.answer, failure=record.failure)

    def latest(self, limit: int) -> tuple[RunSummary, ...]:
        """The newest runs, the newest first."""
        return tuple(_summary(*self._judged(record)) for record in self._runs.latest(limit))

    def _judged(self, record: RunRecord) -> tuple[RunRecord, Status]:
        """The status, and the record that it was judged by."""
        if record.status != "running":
            return record, record.status
        if phase := self._dispatcher.phase(record.id):
            return record, phase
        if self._runner.is_held(record.id):
            return record, "running"
        again = self._runs.load(record.id)  # it may have ended since it was read
        return again, "interrupted" if again.status == "running" else again.status


def _summary(record: RunRecord, status: Status) -> RunSummary:
    return RunSummary(
        id=record.id,
        question=record.question,
        only_source=record.only_source,
        status=status,
        started_at=record.started_at,
        finished_at=record.finished_at,
    )
