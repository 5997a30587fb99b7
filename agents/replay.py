"""A run done again from its record: in a fresh isolate, without its source, its network or its credentials."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from agents.changes import RowChanges, row_changes
from agents.contents import ContentStore
from agents.recording import calls_digest, error_of
from sandbox.aws_models import aws_session_of
from sandbox.jobs import Job, Limits, Outcome
from sandbox.replay import ReplayEgress
from sandbox.supervisor import WorkerPool
from sandbox.transcripts import TranscriptStore
from schemas.base import Frozen, canonical_json, digest
from schemas.errors import NotFound, quoted
from schemas.operation import Slice
from schemas.run import PlaceRecord, Setup, Transcript

_TIMELY: Final = ("F_CPU", "F_WALL", "F_WORKER")
"""Findings that depend on more than what is on record."""


class PlaceReplay(Frozen):
    """What the tool made of a place's record. `bytes` and `digest` are of its result as canonical JSON; `differences` are in words."""

    place: str
    status: str
    bytes: int
    digest: str
    differences: tuple[str, ...]
    rows: RowChanges | None = None


class Replay(Frozen):
    """A run done again, in the order of its places."""

    run: str
    tool: str
    same: bool
    same_image: bool
    places: tuple[PlaceReplay, ...]


class Replayer:
    """Runs what transcripts and contents keep. `image` is the digest of the workers' image."""

    def __init__(
        self, workers: Callable[[], WorkerPool], transcripts: TranscriptStore, contents: ContentStore, image: Callable[[], str]
    ) -> None:
        self._workers = workers
        self._transcripts = transcripts
        self._contents = contents
        self._image = image

    def replay(self, run_id: str) -> Replay:
        """Run it again and compare. Raises NotFound where too little of the run is kept for that."""
        transcript = self._transcripts.load(run_id)
        if (setup := transcript.setup) is None or not transcript.places:
            raise NotFound(
                f"run {quoted(run_id)} can't be replayed: it was recorded by a release that kept the calls only.",
                hint="Ask its question again.",
            )
        places = tuple(self._in_place(transcript, setup, place) for place in transcript.places)
        same = not any(place.differences for place in places)
        return Replay(run=run_id, tool=setup.tool, same=same, same_image=self._image() == setup.image, places=places)

    def _in_place(self, transcript: Transcript, setup: Setup, record: PlaceRecord) -> PlaceReplay:
        calls = transcript.calls_of(record.place)
        egress = ReplayEgress(calls, record.base_url)
        outcome = self._workers().run(self._job(transcript, setup, record), egress)
        returned = outcome.status == "returned"
        written = canonical_json(outcome.value) if returned else b""
        result = digest(outcome.value) if returned else ""
        tampered = "its calls on record are not those that it made: the transcript was changed" * (calls_digest(calls) != record.calls)
        ended = _ended_otherwise(record, outcome, result, len(written))
        return PlaceReplay(
            place=record.place,
            status=outcome.status,
            bytes=len(written),
            digest=result,
            differences=tuple(filter(None, (tampered, egress.difference(), ended))),
            rows=self._rows(record, outcome) if returned and record.result and result != record.result else None,
        )

    def _job(self, transcript: Transcript, setup: Setup, record: PlaceRecord) -> Job:
        slices = [Slice.model_validate(self._contents.get(key)) for key in setup.slices.values()]
        return Job(
            source=str(self._contents.get(setup.code)),
            entry="call",
            base_url=record.base_url,
            started_at=transcript.started_at,
            function=setup.function,
            arguments=dict(setup.arguments),
            seed=setup.seed,
            limits=Limits(setup.cpu_seconds, setup.wall_seconds, setup.memory_bytes, setup.output_bytes),
            aws=aws_session_of(slices, record.place),
        )

    def _rows(self, record: PlaceRecord, outcome: Outcome) -> RowChanges | None:
        try:
            before = self._contents.get(record.result)
        except NotFound:  # its digest said already that they differ
            return None
        return row_changes(before, outcome.value) if isinstance(before, list) and isinstance(outcome.value, list) else None


def _ended_otherwise(record: PlaceRecord, outcome: Outcome, result: str, size: int) -> str:
    if outcome.status != record.status:
        why = "; a replay takes other time than the run" * record.error.startswith(_TIMELY)
        return f"it {_ending(record.status, record.error)} in the run, and now {_ending(outcome.status, error_of(outcome))}{why}"
    if error_of(outcome) != record.error:
        return f"it ended with {quoted(record.error, 300)} in the run, and now with {quoted(error_of(outcome), 300)}"
    if result != record.result:
        return f"its result has the digest {result[:12]} ({size} bytes), and that of the run has {record.result[:12]}"
    return ""


def _ending(status: str, error: str) -> str:
    return f"{status} ({quoted(error, 300)})" if error else status
