"""What a change of an operation means to a caller."""

from __future__ import annotations

from typing import Any

import pytest

from rag.changes import Severity
from rag.comparison import compare, differences
from schemas.base import Json, digest
from schemas.operation import CursorPagination, Echo, Effect, Operation, PagePagination, Parameter, RowField, Slice

WORDS, COMPATIBLE, BREAKING = Severity.WORDS, Severity.COMPATIBLE, Severity.BREAKING
PAGES = PagePagination(page_parameter="page", max_size=50)

Given = dict[str, Any]
"""Attributes of an operation."""


def piece(document: Json = None, **changed: Any) -> Slice:
    given: Given = {"id": "estate:list", "source": "estate", "name": "list", "method": "GET", "path": "/hosts"}
    given |= {"effect": Effect.READ, "effect_reason": "a GET", "rows_path": "", "slice_hash": digest([document, str(changed)])}
    return Slice(operation=Operation.model_validate(given | changed), document=document)


def parameter(**changed: Any) -> Given:
    return {"parameters": (Parameter.model_validate({"name": "tier", "location": "query"} | changed),)}


def taking(**schema: Json) -> Given:
    return parameter(value_schema=schema)


def field(**changed: Any) -> Given:
    return {"fields": (RowField.model_validate({"path": "id", "type": "integer", "required": True} | changed),)}


NOTHING: Given = {}

CHANGES: list[tuple[Given, Given, str, Severity]] = [
    (NOTHING, {"path": "/v2/hosts"}, "call changed", BREAKING),
    (NOTHING, {"method": "POST"}, "call changed", BREAKING),
    (NOTHING, {"has_body": True}, "body added", BREAKING),
    (NOTHING, parameter(), "parameter added", COMPATIBLE),
    (NOTHING, parameter(required=True), "parameter added", BREAKING),
    (parameter(), NOTHING, "parameter removed", BREAKING),
    (parameter(), parameter(required=True), "parameter required", BREAKING),
    (parameter(required=True), parameter(), "parameter optional", COMPATIBLE),
    (taking(type="integer"), taking(type="string"), "parameter type", BREAKING),
    (taking(type="integer"), taking(type="number"), "parameter type", COMPATIBLE),
    (taking(type="number"), taking(type="integer"), "parameter type", BREAKING),
    (taking(type="string"), taking(type=["string", "null"]), "parameter type", COMPATIBLE),
    (taking(type=["string", "null"]), taking(type="string"), "parameter type", BREAKING),
    (taking(enum=["a", "b"]), taking(enum=["a", "b", "c"]), "parameter enum", COMPATIBLE),
    (taking(enum=["a", "b"]), taking(enum=["a"]), "parameter enum", BREAKING),
    (taking(), taking(enum=["a"]), "parameter enum", BREAKING),
    (taking(enum=["a"]), taking(), "parameter enum", COMPATIBLE),
    (taking(maximum=100), taking(maximum=50), "parameter limits", BREAKING),
    (taking(maximum=50), taking(maximum=100), "parameter limits", COMPATIBLE),
    (taking(), taking(maximum=100), "parameter limits", BREAKING),
    (taking(maximum=100), taking(), "parameter limits", COMPATIBLE),
    (taking(), taking(minLength=1), "parameter limits", BREAKING),
    (taking(minLength=1), taking(), "parameter limits", COMPATIBLE),
    (taking(minLength=2), taking(minLength=1), "parameter limits", COMPATIBLE),
    (taking(pattern="a"), taking(pattern="b"), "parameter limits", BREAKING),
    (taking(pattern="a"), taking(), "parameter limits", COMPATIBLE),
    (NOTHING, {"rows_path": "items"}, "response changed", BREAKING),
    (NOTHING, {"row_is_single": True}, "response changed", BREAKING),
    (NOTHING, field(), "field added", COMPATIBLE),
    (field(), NOTHING, "field removed", BREAKING),
    (field(), field(type="string"), "field type", BREAKING),
    (field(), field(type="number"), "field type", BREAKING),
    (field(type="number"), field(), "field type", COMPATIBLE),
    (field(), field(format="int64"), "field type", COMPATIBLE),
    (field(format="date"), field(format="date-time"), "field type", BREAKING),
    (field(enum=("a",)), field(enum=("a", "b")), "field enum", COMPATIBLE),
    (field(enum=("a", "b")), field(enum=("a",)), "field enum", BREAKING),
    (field(), field(enum=("a",)), "field enum", COMPATIBLE),
    (field(), field(nullable=True), "field optional", BREAKING),
    (field(), field(required=False), "field optional", BREAKING),
    (field(required=False), field(), "field required", COMPATIBLE),
    (NOTHING, {"effect": Effect.REVEAL}, "effect changed", BREAKING),
    (NOTHING, {"effect": Effect.WRITE, "effect_reason": "a POST"}, "effect changed", BREAKING),
    (NOTHING, {"pagination": PAGES}, "pagination changed", BREAKING),
    ({"pagination": PAGES}, {"pagination": PAGES.model_copy(update={"max_size": 100})}, "pagination changed", COMPATIBLE),
    ({"pagination": PAGES}, {"pagination": CursorPagination(cursor_parameter="c", next_path="n")}, "pagination changed", BREAKING),
    (NOTHING, {"echo": (Echo(parameter="tier", path="tier"),)}, "meaning changed", COMPATIBLE),
    (NOTHING, {"summary": "List them"}, "words changed", WORDS),
    (NOTHING, {"docs_url": "https://docs.test"}, "words changed", WORDS),
    (parameter(), parameter(description="which"), "words changed", WORDS),
    (field(), field(description="its number"), "words changed", WORDS),
]


@pytest.mark.parametrize(("before", "after", "what", "severity"), CHANGES)
def test_a_change_is_named_and_judged(before: Given, after: Given, what: str, severity: Severity) -> None:
    change = compare(piece(**before), piece(**after))
    assert change is not None
    assert (what, severity) in [(f"{detail.subject} {detail.change}", detail.severity) for detail in change.details]
    assert change.severity == severity


def test_equal_operations_have_no_change() -> None:
    assert compare(piece(**field()), piece(**field())) is None


ELSEWHERE: list[tuple[Json, Json, bool, str, Severity]] = [
    ({"description": "a"}, {"description": "b"}, False, "words", WORDS),
    ({"properties": {"description": {"type": "string"}}}, {"properties": {}}, False, "document", COMPATIBLE),
    ({"deep": [{"type": "string"}]}, {"deep": [{"type": "integer"}]}, False, "document", COMPATIBLE),
    ({"requestBody": {"required": False}}, {"requestBody": {"required": True}}, True, "document", BREAKING),
]


@pytest.mark.parametrize(("before", "after", "has_body", "subject", "severity"), ELSEWHERE)
def test_what_no_parameter_or_field_tells_is_looked_for_in_the_document(
    before: Json, after: Json, has_body: bool, subject: str, severity: Severity
) -> None:
    change = compare(piece(before, has_body=has_body), piece(after, has_body=has_body))
    assert change is not None
    assert [(detail.subject, detail.severity) for detail in change.details] == [(subject, severity)]


def test_long_values_are_cut_in_reports() -> None:
    change = compare(piece(**taking(enum=["x" * 500])), piece(**taking(enum=["y"])))
    assert change is not None
    assert len(change.details[0].before) == 200


def test_operations_come_and_go_by_name() -> None:
    def named(name: str) -> Slice:
        made = piece()
        return made.model_copy(update={"operation": made.operation.model_copy(update={"name": name})})

    found = differences([named("a"), named("b")], [named("c"), named("b")])
    told = [(change.operation, change.kind, change.severity) for change in found]
    assert told == [("a", "removed", BREAKING), ("c", "added", COMPATIBLE)]


def test_details_are_told_up_to_the_bound_and_severity_beyond_it() -> None:
    before = [piece(name=name, **field()) for name in "abc"]
    after = [piece(name=name, **field(type="string")) for name in "abc"]
    whole = differences(before, after)
    each = len(whole[0].details)
    assert [len(change.details) for change in differences(before, after, each * 3)] == [each] * 3
    bounded = differences(before, after, each * 2 - 1)
    assert [len(change.details) for change in bounded] == [each, each - 1, 0]
    assert [change.severity for change in bounded] == [change.severity for change in whole] == [BREAKING] * 3
