"""Runs of the state machine: asked, recorded, resumed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from filelock import FileLock, Timeout

from agents.contents import ContentStore
from agents.graph import Graph
from agents.runs import RunStore
from agents.state import State
from schemas.answer import Answer
from schemas.base import Scalar
from schemas.errors import BackendUnavailable, OpswrightError, QuestionDeclined
from schemas.ports import Clock, OnStep
from schemas.run import Failure, RunRecord, RunStatus
from schemas.tool import ToolManifest
from schemas.verification import Verification

_GLANCE_SECONDS = 0.1
"""Whoever looks whether a run is held holds it for an instant; a run that begins then waits that out."""


def _ignore(_: str) -> None:
    """For whoever does not watch."""


class Runner:
    """Asks questions and resumes runs; one process at a time holds a run."""

    def __init__(self, graph: Graph, runs: RunStore, contents: ContentStore, locks: Path, clock: Clock) -> None:
        self._graph = graph
        self._runs = runs
        self._contents = contents
        self._locks = locks
        self._clock = clock

    def ask(self, question: str, *, source: str | None = None, on_step: OnStep = _ignore) -> RunRecord:
        """Ask, and return the run with its answer.

        Raises the error that ended the run, once it is on record. A killed process leaves a run that `resume` takes up.
        """
        record = self.begin(question, source=source)
        return self._drive(record, _first(record), on_step)

    def begin(self, question: str, *, source: str | None = None) -> RunRecord:
        """Put a question on record without working on it yet; `resume` does. Once this returns, no crash loses the question."""
        run_id, now = uuid.uuid4().hex[:12], self._clock()
        record = RunRecord(id=run_id, question=question, only_source=source or "", status="running", started_at=now)
        self._runs.save(record)
        return record

    def is_held(self, run_id: str) -> bool:
        """Whether a living process, this one included, is working on the run."""
        lock = self._lock(run_id)
        try:
            with lock.acquire(timeout=0):
                return False
        except Timeout:
            return True

    def resume(self, run_id: str, *, on_step: OnStep = _ignore) -> RunRecord:
        """Go on where the run stood: after its last finished step. An answered run is returned as it is."""
        record = self._runs.load(run_id)
        if record.status == "answered":
            return record
        if record.status == "declined":
            raise QuestionDeclined(f"run {record.id} was declined: {record.failure.message if record.failure else ''}", hint="Ask anew.")
        started = bool(self._graph.get_state(_config(record.id)).next)
        return self._drive(record, None if started else _first(record), on_step)

    def run_tool(self, tool: ToolManifest, values: Mapping[str, Scalar], *, on_step: OnStep = _ignore) -> RunRecord:
        """Run exactly this version with these values for its parameters; those not named keep their defaults.

        Raises CandidateRejected where an operation is not as it was when the tool was proven on it.
        """
        return self._drive(self.begin_tool(tool, values), None, on_step)

    def begin_tool(self, tool: ToolManifest, values: Mapping[str, Scalar]) -> RunRecord:
        """Put a run of exactly this version on record, planned already; `resume` works on it."""
        _check_values(tool, values)
        parameters = [p.model_copy(update={"default": values.get(p.name, p.default)}) for p in tool.query.parameters]
        query = tool.query.model_copy(update={"parameters": tuple(parameters)})
        record = self.begin(f"{tool.reference} {' '.join(f'{p.name}={p.default}' for p in parameters)}".strip())
        planned: State = {
            "run_id": record.id,
            "question": record.question,
            "query": query.model_dump(mode="json"),
            "source": tool.source,
            "wanted_tool": tool.reference,
        }
        self._graph.update_state(_config(record.id), planned, as_node="plan")
        return record

    def verification(self, run_id: str) -> Verification | None:
        """What the checks said of the run's last draft, if it wrote one."""
        key = self._state(run_id).get("verification")
        return Verification.model_validate(self._contents.get(key)) if key else None

    def steps(self, run_id: str) -> tuple[str, ...]:
        """The steps that have finished, in order."""
        history = list(self._graph.get_state_history(_config(run_id)))
        return tuple(name for state in reversed(history[1:]) for name in state.next if name != "__start__")

    def tool(self, run_id: str) -> str:
        """`name@version` of the tool that the run found or registered; empty where it did not come to that."""
        return self._state(run_id).get("tool", "")

    def _lock(self, run_id: str) -> FileLock:
        self._locks.mkdir(mode=0o700, parents=True, exist_ok=True)
        return FileLock(self._locks / f"{run_id}.lock")

    def _state(self, run_id: str) -> State:
        """What the run's last checkpoint holds."""
        return cast(State, self._graph.get_state(_config(run_id)).values)

    def _drive(self, record: RunRecord, first: State | None, on_step: OnStep) -> RunRecord:
        lock = self._lock(record.id)
        try:
            lock.acquire(timeout=_GLANCE_SECONDS, poll_interval=_GLANCE_SECONDS / 10)
        except Timeout as error:
            raise BackendUnavailable(
                f"run {record.id} is in another process's hands.", hint="Wait for it, or stop that process."
            ) from error
        try:
            self._follow(record, first, on_step)
        except OpswrightError as error:
            self._runs.save(self._ended(record, _status_of(error), failure=_failure(error)))
            raise
        finally:
            lock.release()
        answer = Answer.model_validate(self._contents.get(self._state(record.id)["answer"]))
        ended = self._ended(record, "answered", answer=answer)
        self._runs.save(ended)
        return ended

    def _follow(self, record: RunRecord, first: State | None, on_step: OnStep) -> None:
        for update in self._graph.stream(first, _config(record.id), stream_mode="updates", durability="sync"):
            for step in update:
                on_step(step)

    def _ended(self, record: RunRecord, status: RunStatus, **outcome: Any) -> RunRecord:
        return record.model_copy(update={"status": status, "finished_at": self._clock(), **outcome})


def _check_values(tool: ToolManifest, values: Mapping[str, Scalar]) -> None:
    at_most = values.get(tool.query.limit or "")
    if at_most is not None and int(at_most) < 1:
        raise QuestionDeclined(f"{tool.query.limit}={at_most}: the number of rows has to be at least 1.")


def _first(record: RunRecord) -> State:
    return {"run_id": record.id, "question": record.question, "only_source": record.only_source}


def _status_of(error: OpswrightError) -> RunStatus:
    return "declined" if isinstance(error, QuestionDeclined) else "failed"


def _failure(error: OpswrightError) -> Failure:
    return Failure(code=error.code, message=error.message, hint=error.hint)


def _config(run_id: str) -> Any:
    return {"configurable": {"thread_id": run_id}}
