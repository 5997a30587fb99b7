"""What one place of a transcript shows of each operation: its rows, the calls that delivered them, and what was not read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from agents.speech.voice import Voice
from schemas.base import Json, canonical_json, lookup
from schemas.operation import (
    CursorPagination,
    LastRowPagination,
    LinkPagination,
    OffsetPagination,
    Operation,
    PagePagination,
    rows_of,
)
from schemas.run import CallRecord


@dataclass(frozen=True)
class Delivered:
    """A call that was answered well, its bodies parsed."""

    number: int
    request: Json
    response: Json


@dataclass
class Seen:
    """The rows of one operation in the order of their delivery, and the call that delivered each."""

    operation: Operation
    place: str
    rows: list[Json] = field(default_factory=list)
    calls: list[tuple[int, ...]] = field(default_factory=list)
    delivered: list[Delivered] = field(default_factory=list)
    last: CallRecord | None = None

    def add(self, call: CallRecord) -> None:
        """Take in the next call of the operation."""
        self.last = call
        if call.status is None or not 200 <= call.status < 300:
            return
        delivered = Delivered(call.number, _parsed(call.request_body or ""), _parsed(call.response_body))
        found = rows_of(self.operation, delivered.response)
        self.delivered.append(delivered)
        self.rows += found
        self.calls += [(call.number,)] * len(found)

    def gaps(self, voice: Voice, *, is_needed: bool = True) -> list[str]:
        """Why the collection may not have been seen whole. What is not needed need not be asked for."""
        where = f"{self.operation.label} ({self.place})" if self.place else self.operation.label
        if self.last is None:
            return [voice.say("never_asked", call=where)] if is_needed else []
        if self.last.status is None:
            return [voice.say("not_delivered", call=where, why=self.last.refusal or self.last.failure)]
        if self.last.status >= 300:
            return [voice.say("answered_status", call=where, status=self.last.status, number=self.last.number)]
        if (total := self._total()) > len(self.rows):
            return [voice.say("rows_not_read", call=where, read=len(self.rows), total=total)]
        return [voice.say("page_not_read", call=where)] if self._offers_more() else []

    def _offers_more(self) -> bool:
        """Whether a page was offered that was not read."""
        match self.operation.pagination:
            case CursorPagination() as pagination if self.operation.protocol == "aws":
                return bool(_cursors_offered(pagination, self.delivered) - _cursors_used(pagination, self.delivered))
            case CursorPagination() as pagination:
                return bool(_cursors_offered(pagination, self.delivered[-1:]))
            case LastRowPagination(more_path=path) | LinkPagination(next_path=str(path)):
                return bool(lookup(self._last_response, path))
            case LinkPagination() if self.last:
                links = ", ".join(value for name, value in self.last.response_headers if name.lower() == "link")
                return 'rel="next"' in links
            case _:
                return False

    def _total(self) -> int:
        """How many rows the server says there are; 0 where it does not say."""
        match self.operation.pagination:
            case PagePagination(total_path=str(path)) | OffsetPagination(total_path=str(path)):
                total = lookup(self._last_response, path)
                return total if isinstance(total, int) else 0
            case _:
                return 0

    @property
    def _last_response(self) -> Json:
        return self.delivered[-1].response if self.delivered else None


def read(calls: Sequence[CallRecord], operations: Mapping[str, Operation], place: str) -> dict[str, Seen]:
    """What a place's calls show, by operation."""
    seen = {name: Seen(operation, place) for name, operation in operations.items()}
    for call in calls:
        if call.place == place and call.operation in seen:
            seen[call.operation].add(call)
    return seen


def _cursors_offered(pagination: CursorPagination, delivered: Sequence[Delivered]) -> set[bytes]:
    """Cursors that responses gave. Several listings may be read through one operation, so the last call does not say it all."""
    going_on = [one for one in delivered if pagination.more_path is None or lookup(one.response, pagination.more_path)]
    return {canonical_json(cursor) for one in going_on if (cursor := lookup(one.response, pagination.next_path))}


def _cursors_used(pagination: CursorPagination, delivered: Sequence[Delivered]) -> set[bytes]:
    return {canonical_json(cursor) for one in delivered if (cursor := lookup(one.request, pagination.cursor_parameter))}


def _parsed(body: str) -> Json:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
