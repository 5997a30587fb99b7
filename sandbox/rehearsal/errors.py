"""What one HTTP operation answers when it fails: in the form that its slice declares, else in that of its kind of API."""

from __future__ import annotations

import copy
from http import HTTPStatus
from typing import Final

from sandbox.rehearsal.rows import RowMaker
from sandbox.rehearsal.shapes import SchemaReader, answer_of, body_node
from schemas.base import Json
from schemas.operation import Slice

STATUSES: Final = (400, 403, 404, 410, 429, 500, 503)

REASONS: Final = ("detail", "message", "error", "title", "errors", "error_description")
"""Where a declared error commonly says why, in a text or a list of texts."""

CODES: Final = ("status", "code", "statusCode", "status_code")
"""Where it commonly repeats the status."""

PROBLEM_TYPE: Final = "application/problem+json"

STATUS_REASONS: Final = {
    400: "BadRequest",
    403: "Forbidden",
    404: "NotFound",
    410: "Expired",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
}
"""Kubernetes' words: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/"""

_OBJECT_MEMBERS: Final = frozenset({"apiVersion", "kind", "metadata"})


class ErrorForms:
    """Error bodies by status, and the media type of each.

    Declared ones are made now: if a tool's requests could draw from the planter's chance, worlds would depend on the tool.
    """

    def __init__(self, slice_: Slice, maker: RowMaker) -> None:
        self._reader = maker.reader
        self._answers = {status: answer_of(slice_.document, status) for status in STATUSES}
        told = {status: node for status, (_, node) in self._answers.items() if maker.reader.merged(node)["type"] != "any"}
        self._declared = {status: maker.values.make(node) for status, node in told.items()}
        self.is_kubernetes = _is_kubernetes(maker.reader, slice_)

    def media_type(self, status: int) -> str:
        """What the answer's `content-type` is. `status` is one of STATUSES, here and below."""
        if status in self._declared:
            return self._answers[status][0]
        return "application/json" if self.is_kubernetes else PROBLEM_TYPE

    def body(self, status: int, reason: str, *, retry_after_seconds: int | None = None) -> Json:
        """The body of an error that says why."""
        if status in self._declared:
            return self._told(status, reason)
        if self.is_kubernetes:
            return status_object(status, reason, retry_after_seconds)
        return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": reason}

    def _told(self, status: int, reason: str) -> Json:
        """The declared form with the status and the reason in it, as far as its schema lets them be there."""
        node, body = self._answers[status][1], copy.deepcopy(self._declared[status])
        for holder in _objects(body):
            for name in holder:
                self._put(body, node, holder, name, status if name in CODES else _said(holder[name], name, reason))
        return body

    def _put(self, body: Json, node: Json, holder: Json, name: str, value: Json) -> None:
        kept, holder[name] = holder[name], value
        if type(kept) is not type(value) or not self._reader.validator(node)(body):
            holder[name] = kept


def status_object(status: int, reason: str, retry_after_seconds: int | None = None) -> Json:
    """A failure as a Kubernetes API server tells it."""
    waits = {} if retry_after_seconds is None else {"details": {"retryAfterSeconds": retry_after_seconds}}
    named = {"status": "Failure", "message": reason, "reason": STATUS_REASONS[status], "code": status}
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, **named, **waits}


def _is_kubernetes(reader: SchemaReader, slice_: Slice) -> bool:
    """Whether the answer is an object of Kubernetes' resource model, as all of its servers' and extensions' are."""
    return _OBJECT_MEMBERS.issubset(reader.merged(body_node(slice_.document)).get("properties", {}))


def _said(value: Json, name: str, reason: str) -> Json:
    if name not in REASONS:
        return value
    return [reason] if isinstance(value, list) else reason


def _objects(body: Json) -> list[dict[str, Json]]:
    """The object and those in it, outside of lists."""
    if not isinstance(body, dict):
        return []
    return [body, *(inner for value in body.values() for inner in _objects(value))]
