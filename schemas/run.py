"""A run on record: what was asked, what was called, what came of it."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Literal

from schemas.answer import Answer
from schemas.base import Frozen, Scalar

RunStatus = Literal["running", "answered", "declined", "failed"]
CallEnd = Literal["", "denied", "limit", "connect", "timeout", "protocol"]


class CallRecord(Frozen):
    """One attempt through the broker, exactly as it was delivered to the tool: redacted, then recorded, then delivered.

    `status` is None where nothing was delivered; then `refusal` (a rule of ours) or `failure` (the backend) says why. `place` is
    the AWS region, and empty elsewhere. An AWS call is on record as `POST aws://<region>/<service>/<operation>`. `end` is how the tool
    heard of a refusal or failure, and empty where it was answered.
    """

    number: int
    source: str
    place: str = ""
    operation: str | None
    method: str
    url: str
    request_body: str | None = None
    status: int | None = None
    response_headers: tuple[tuple[str, str], ...] = ()
    response_body: str = ""
    refusal: str = ""
    failure: str = ""
    end: CallEnd = ""
    redactions: int = 0
    milliseconds: float = 0.0


class Setup(Frozen):
    """What a tool run had beside its responses: with both it runs again, to the same bytes.

    `code` is the key of the tool's text in the content store, and `slices` has those of its operations' documents.
    """

    tool: str
    function: str
    code: str
    arguments: dict[str, Scalar]
    slices: dict[str, str]
    seed: int
    cpu_seconds: float
    wall_seconds: float
    memory_bytes: int
    output_bytes: int
    image: str
    """SHA-256 of the isolate's image."""


class PlaceRecord(Frozen):
    """How a tool run ended in one place: with the value whose content key is `result`, or with `error`.

    `calls` is the digest of the calls that were made there.
    """

    place: str
    base_url: str
    status: str
    result: str = ""
    error: str = ""
    calls: str


class Transcript(Frozen):
    """All calls of one tool run in order, with the clock that the tool saw.

    Those that were recorded before runs could be repeated have no `setup` and no `places`.
    """

    started_at: datetime
    calls: tuple[CallRecord, ...]
    setup: Setup | None = None
    places: tuple[PlaceRecord, ...] = ()

    def calls_of(self, place: str) -> tuple[CallRecord, ...]:
        """The calls of one place."""
        return tuple(call for call in self.calls if call.place == place)

    @property
    def backend_milliseconds(self) -> float:
        """Time spent waiting for the backend. Places are asked side by side: it is that of the place which took longest."""
        waited: defaultdict[str, float] = defaultdict(float)
        for call in self.calls:
            waited[call.place] += call.milliseconds
        return max(waited.values(), default=0.0)


class Failure(Frozen):
    """An error of the tree, as a value."""

    code: str
    message: str
    hint: str = ""


class RunRecord(Frozen):
    """A question and what came of it. The steps in between are the checkpoints'. `only_source` is empty for all sources."""

    id: str
    question: str
    only_source: str = ""
    status: RunStatus
    started_at: datetime
    finished_at: datetime | None = None
    answer: Answer | None = None
    failure: Failure | None = None
