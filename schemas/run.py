"""A run on record: what was asked, what was called, what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from schemas.answer import Answer
from schemas.base import Frozen

RunStatus = Literal["running", "answered", "declined", "failed"]


class CallRecord(Frozen):
    """One attempt through the broker, exactly as it was delivered to the tool: redacted, then recorded, then delivered.

    `status` is None where nothing was delivered; then `refusal` (a rule of ours) or `failure` (the backend) says why. `place` is
    the AWS region, and empty elsewhere. An AWS call is on record as `POST aws://<region>/<service>/<operation>`.
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
    redactions: int = 0
    milliseconds: float = 0.0


class Transcript(Frozen):
    """All calls of one tool run in order, with the clock that the tool saw."""

    started_at: datetime
    calls: tuple[CallRecord, ...]

    @property
    def backend_milliseconds(self) -> float:
        """Time spent waiting for the backend."""
        return sum(call.milliseconds for call in self.calls)


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
