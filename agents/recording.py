"""What is kept of a tool's run, so that it can be run again without its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agents.contents import ContentStore
from agents.live import LiveRun, PlaceRun
from sandbox.jobs import Outcome
from schemas.base import Scalar, digest
from schemas.run import CallRecord, PlaceRecord, Setup, Transcript
from schemas.source import Source
from schemas.tool import RegisteredTool

_MAX_ERROR = 2000
"""Characters of a tool's error: it may have written anything into it."""


def record_of(
    live: LiveRun,
    tool: RegisteredTool,
    arguments: Mapping[str, Scalar],
    source: Source,
    slices: Mapping[str, str],
    contents: ContentStore,
) -> Transcript:
    """The run's transcript with everything that running it again takes. `slices` has content keys by operation."""
    limits = live.conditions.limits
    setup = Setup(
        tool=tool.manifest.reference,
        function=tool.manifest.function,
        code=contents.put(tool.code),
        arguments=dict(arguments),
        slices=dict(slices),
        seed=live.conditions.seed,
        cpu_seconds=limits.cpu_seconds,
        wall_seconds=limits.wall_seconds,
        memory_bytes=limits.memory_bytes,
        output_bytes=limits.output_bytes,
        image=live.conditions.image,
    )
    places = tuple(_place(run, source.at(run.place).base_url, contents) for run in live.places)
    return live.transcript.model_copy(update={"setup": setup, "places": places})


def calls_digest(calls: Sequence[CallRecord]) -> str:
    """Over all that was recorded. Fields at their default don't count: a later release may have more of them."""
    return digest([call.model_dump(mode="json", exclude_defaults=True) for call in calls])


def error_of(outcome: Outcome) -> str:
    """What left the tool in place of a value; empty where it returned."""
    if outcome.status == "returned":
        return ""
    error = outcome.error
    said = f"{error.type}: {error.message} (line {error.line})" if error else "no message"
    return f"{outcome.finding}: {said}"[:_MAX_ERROR] if outcome.finding else said[:_MAX_ERROR]


def _place(run: PlaceRun, base_url: str, contents: ContentStore) -> PlaceRecord:
    return PlaceRecord(
        place=run.place,
        base_url=base_url,
        status=run.outcome.status,
        result=contents.put(run.outcome.value) if run.outcome.status == "returned" else "",
        error=error_of(run.outcome),
        calls=calls_digest(run.calls),
    )
