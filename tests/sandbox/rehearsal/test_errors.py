"""An operation fails in its own form: the declared one, a Status of Kubernetes, or a problem of RFC 9457."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from sandbox.rehearsal.errors import STATUSES, ErrorForms
from sandbox.rehearsal.lenient import lenient
from sandbox.rehearsal.rows import RowMaker
from sandbox.rehearsal.shapes import SchemaReader
from sandbox.rehearsal.stage import NOW
from schemas.operation import Slice
from tests.sandbox.rehearsal import kubernetes
from tests.sandbox.rehearsal.fleet import slices

REASON = "not now"


def forms(slice_: Slice) -> ErrorForms:
    eased = lenient(slice_)
    return ErrorForms(eased, RowMaker(eased, Random(1), NOW))


def declaring(responses: dict[str, Any]) -> Slice:
    """The listing of disks with more answers."""
    slice_ = slices()["fleet:list_disks"]
    ((path, item),) = slice_.document["paths"].items()
    get = item["get"]
    told = {**slice_.document, "paths": {path: {"get": {**get, "responses": {**get["responses"], **responses}}}}}
    return slice_.model_copy(update={"document": told})


def answer(schema: Any, media_type: str = "application/json") -> dict[str, Any]:
    return {"description": "", "content": {media_type: {"schema": schema}}}


@pytest.mark.parametrize("status", STATUSES)
def test_what_declares_nothing_answers_with_a_problem(status: int) -> None:
    found = forms(slices()["fleet:list_disks"])
    body = found.body(status, REASON, retry_after_seconds=2)
    assert found.media_type(status) == "application/problem+json"
    assert (body["type"], body["status"], body["detail"]) == ("about:blank", status, REASON)


def test_a_title_is_the_status_in_words() -> None:
    assert forms(slices()["fleet:list_disks"]).body(429, REASON)["title"] == "Too Many Requests"


@pytest.mark.parametrize("status", STATUSES)
def test_a_kubernetes_listing_answers_with_a_status(status: int) -> None:
    found = forms(kubernetes.slices()[kubernetes.NODES])
    body = found.body(status, REASON)
    assert found.media_type(status) == "application/json"
    assert (body["kind"], body["status"], body["code"], body["message"]) == ("Status", "Failure", status, REASON)
    assert "details" not in body


GITHUB = {
    "type": "object",
    "properties": {"message": {"type": "string"}, "documentation_url": {"type": "string"}, "status": {"type": "string"}},
}
STRIPE = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["type", "message"],
            "properties": {"type": {"enum": ["api_error", "card_error"]}, "message": {"type": "string"}},
        }
    },
}
DATADOG = {"type": "object", "required": ["errors"], "properties": {"errors": {"type": "array", "items": {"type": "string"}}}}
GOOGLE = {
    "type": "object",
    "properties": {"error": {"type": "object", "properties": {"code": {"type": "integer"}, "message": {"type": "string"}}}},
}
CLOSED = {"type": "object", "required": ["message", "code"], "properties": {"message": {"enum": ["busy"]}, "code": {"enum": [7]}}}


@pytest.mark.parametrize("place", ["429", "4XX", "default"])
@pytest.mark.parametrize(
    ("schema", "told"),
    [
        (GITHUB, {"message": REASON}),
        (STRIPE, {"error": {"message": REASON}}),
        (DATADOG, {"errors": [REASON]}),
        (GOOGLE, {"error": {"code": 429, "message": REASON}}),
        (CLOSED, {"message": "busy", "code": 7}),
    ],
    ids=["flat", "nested", "list", "nested code", "closed"],
)
def test_a_declared_form_says_why_where_it_has_a_place_for_that_and_stays_valid(place: str, schema: Any, told: dict[str, Any]) -> None:
    body = forms(declaring({place: answer(schema)})).body(429, REASON)
    assert SchemaReader({}).validator(schema)(body)
    assert {
        name: {key: body[name][key] for key in inner} if isinstance(inner, dict) else body[name] for name, inner in told.items()
    } == told


def test_the_nearest_declaration_counts() -> None:
    named = {code: answer({"type": "object", "const": {"from": code}}) for code in ("429", "4XX", "default")}
    found = forms(declaring(named))
    assert [found.body(status, REASON)["from"] for status in (429, 403, 500)] == ["429", "4XX", "default"]


def test_the_media_type_is_the_declared_one() -> None:
    found = forms(declaring({"500": answer(GITHUB, "application/vnd.acme.error+json")}))
    assert found.media_type(500) == "application/vnd.acme.error+json"


@pytest.mark.parametrize("response", [{"description": "no content"}, answer({}), answer({"type": "string"}, "text/plain")])
def test_a_declaration_without_a_form_is_none(response: dict[str, Any]) -> None:
    assert forms(declaring({"default": response})).body(500, REASON)["type"] == "about:blank"


def test_a_body_is_made_once_so_that_asking_changes_nothing() -> None:
    found = forms(declaring({"default": answer(GITHUB)}))
    assert found.body(500, REASON) == found.body(500, REASON)
