"""Runs: the latest, one with all that came of it, and its steps as they finish."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import Field

from opswright.api import examples
from opswright.api.context import InContext
from opswright.api.execute import RunId
from opswright.api.ledger import RunSummary, RunView, Status
from opswright.api.problems import BadRequest, declared
from schemas.base import Frozen
from schemas.errors import NotFound
from schemas.run import RunRecord

POLL_SECONDS = 1.0
"""How often to look at a run that another process works on. One of this process rings."""

router = APIRouter(prefix="/runs", tags=["runs"])


class Runs(Frozen):
    """A list, in an object so that it can be extended."""

    runs: tuple[RunSummary, ...]


class StepEvent(Frozen):
    """A step has finished."""

    number: int = Field(description="From 1.")
    name: str


class EndEvent(Frozen):
    """Nothing more will happen, unless the run is resumed. GET the run for its answer or failure."""

    id: str
    status: Status


@router.get("", operation_id="listRuns", summary="List the latest runs", responses=declared(BadRequest))
def list_runs(context: InContext, limit: Annotated[int, Query(ge=1, le=1000, description="How many, the newest first.")] = 20) -> Runs:
    """Without answers; each run has its own."""
    return Runs(runs=context.ledger.latest(limit))


@router.get("/{run_id}", operation_id="getRun", summary="Look at a run", responses=declared(BadRequest, NotFound))
def get_run(run_id: RunId, context: InContext) -> RunView:
    """Its steps, and its answer or failure once there is one."""
    return context.ledger.view(run_id)


def _known(run_id: RunId, context: InContext) -> RunRecord:
    """Before the stream begins: after that it is too late for a status."""
    return context.ledger.find(run_id)


@router.get(
    "/{run_id}/events",
    operation_id="followRun",
    summary="Follow a run",
    response_class=EventSourceResponse,
    responses={200: {"content": {"text/event-stream": {"example": examples.EVENTS}}}, **declared(BadRequest, NotFound)},
)
async def follow_run(record: Annotated[RunRecord, Depends(_known)], context: InContext) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events: `step` for each that has finished, from the first one on, then `end`. Close the stream on `end`."""
    told = 0
    with context.dispatcher.listening(record.id) as bell:
        while True:
            view = await run_in_threadpool(context.ledger.view, record.id)
            for number, name in enumerate(view.steps[told:], told + 1):
                yield ServerSentEvent(event="step", id=str(number), data=StepEvent(number=number, name=name))
            told = len(view.steps)
            if view.has_ended:
                yield ServerSentEvent(event="end", id="end", data=EndEvent(id=view.id, status=view.status))
                return
            if context.dispatcher.has_left:
                return
            await bell.heard(POLL_SECONDS)
