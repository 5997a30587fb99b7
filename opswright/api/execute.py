"""Asking: a question in, its answer or the run's address out."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response, status
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from opswright.api import examples
from opswright.api.context import Context, InContext
from opswright.api.dispatcher import Ticket
from opswright.api.problems import BadRequest, BodyTooLarge, Busy, declared, respond
from schemas import errors
from schemas.answer import Answer
from schemas.base import Frozen
from schemas.errors import OpswrightError

WAIT_SECONDS = 10.0
LONGEST_WAIT_SECONDS = 60.0
"""Proxies cut connections that are silent for longer."""

router = APIRouter(tags=["runs"])

Wait = Annotated[
    float,
    Field(ge=0, le=LONGEST_WAIT_SECONDS, description="How long to wait for the answer; after that the run's address is the response."),
]
RunId = Annotated[str, Path(max_length=64, description="The run's id, or an unambiguous beginning of it.", examples=["5f0c2b9a71de"])]


class Question(Frozen):
    """What is to be found out."""

    question: str = Field(description="In English or Chinese.", examples=[examples.QUESTION])
    source: str | None = Field(default=None, min_length=1, description="Ask only this source.", examples=["registry"])
    wait_seconds: Wait = WAIT_SECONDS


class Accepted(Frozen):
    """The run goes on; GET `run_url` for what has become of it, or `events_url` to follow it."""

    run_id: str = Field(examples=["5f0c2b9a71de"])
    run_url: str = Field(examples=["/api/v1/runs/5f0c2b9a71de"])
    events_url: str = Field(examples=["/api/v1/runs/5f0c2b9a71de/events"])


RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The answer.", "content": {"application/json": {"example": examples.ANSWER.model_dump(mode="json")}}},
    202: {
        "model": Accepted,
        "description": "The answer is not there yet, and the run goes on.",
        "headers": {"Location": {"description": "The run.", "schema": {"type": "string"}}},
    },
    **declared(
        *(BadRequest, errors.QuestionDeclined, errors.LimitExceeded, BodyTooLarge, Busy, errors.ReadOnly, errors.Denied),
        *(errors.CandidateRejected, errors.Misconfigured, errors.NotFound, errors.BackendUnavailable, errors.SpecUnusable, errors.TimedOut),
    ),
}


@router.post("/execute", operation_id="execute", summary="Ask a question", response_model=Answer, responses=RESPONSES)
async def execute(asked: Question, context: InContext) -> Response:
    """Answers with a proven tool: a kept one where there is one, else a new one. The run goes on when the client leaves."""
    ticket = await run_in_threadpool(context.dispatcher.ask, asked.question, source=asked.source)
    return await _result(context, ticket, asked.wait_seconds)


@router.post("/runs/{run_id}/resume", operation_id="resumeRun", summary="Go on with a run", response_model=Answer, responses=RESPONSES)
async def resume(run_id: RunId, context: InContext, wait_seconds: Annotated[Wait, Query()] = WAIT_SECONDS) -> Response:
    """Goes on after the last finished step of an interrupted or failed run. An answered one is answered again, at once."""
    record = await run_in_threadpool(context.ledger.find, run_id)
    ticket = context.dispatcher.resume(record.id)
    return await _result(context, ticket, wait_seconds)


def run_url(run_id: str) -> str:
    """Where a run is found."""
    return f"/api/v1/runs/{run_id}"


async def _result(context: Context, ticket: Ticket, wait_seconds: float) -> Response:
    """The answer, the problem that ended the run, or that it goes on."""
    await context.dispatcher.wait(ticket, wait_seconds)
    url = run_url(ticket.run_id)
    if not ticket.outcome.done() or ticket.outcome.cancelled():
        accepted = Accepted(run_id=ticket.run_id, run_url=url, events_url=f"{url}/events")
        return Response(accepted.model_dump_json(), status.HTTP_202_ACCEPTED, {"Location": url}, "application/json")
    try:
        record = ticket.outcome.result()
    except OpswrightError as error:
        return respond(error, instance=url)
    if record.answer is None:
        raise ValueError(f"run {record.id} ended as {record.status} without an answer or an error")
    return Response(record.answer.model_dump_json(), media_type="application/json")
