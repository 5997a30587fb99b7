"""What a run did, attempt by attempt, as it goes into the transcript."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sandbox.broker.wire import Headers, WireRequest
from sandbox.redaction import Redactor
from schemas.run import CallEnd, CallRecord, Transcript

_MAX_METHOD = 16
_MAX_URL = 2048
"""How much of a refused method and URL goes on record: whoever is refused may write anything."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass
class Attempt:
    """One call on its way through the broker, filled in as far as it gets."""

    method: str = ""
    url: str = ""
    operation: str | None = None
    request_body: str | None = None
    status: int | None = None
    response_headers: Headers = ()
    response_body: str = field(default="", repr=False)
    refusal: str = ""
    failure: str = ""
    end: CallEnd = ""
    redactions: int = 0
    milliseconds: float = 0.0


class Recorder:
    """The attempts of one run, numbered from 1 in the order in which they ended.

    No more than `limit` are kept: code that goes on after its last call was refused must not fill the host's memory.
    """

    def __init__(self, source: str, limit: int) -> None:
        self._source = source
        self._limit = limit
        self._calls: list[CallRecord] = []

    def add(self, attempt: Attempt) -> None:
        """Put an attempt on record."""
        if len(self._calls) < self._limit:
            self._calls.append(CallRecord(number=len(self._calls) + 1, source=self._source, **asdict(attempt)))

    def transcript(self, started_at: datetime) -> Transcript:
        """All attempts so far."""
        return Transcript(started_at=started_at, calls=tuple(self._calls))


def unread(request: WireRequest, redactor: Redactor) -> tuple[str, str]:
    """Method and URL of a request as they go on record before anything of it is approved: cut, and with control characters escaped."""
    url, _ = redactor.redact(request.url[:_MAX_URL])
    return _escaped(request.method[:_MAX_METHOD]), _escaped(url)


def _escaped(text: str) -> str:
    return _CONTROL.sub(lambda found: repr(found[0])[1:-1], text)
