"""Grounding: what the transcript does not support is not answered, and what was not seen is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from agents.answering import Returned, ground_rows, sentence
from schemas.operation import CursorPagination, Effect, LastRowPagination, LinkPagination, Operation, PagePagination, Pagination
from schemas.query import Aggregate, Call, Column, Grouping, Order, Predicate, Query, QueryParameter
from schemas.run import CallRecord, Transcript

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HOSTS = Query(
    call=Call(alias="hosts", operation="estate:list_hosts"),
    where=(Predicate(path="hosts.cpu", op="gt", parameter="threshold_percent"),),
    order=(Order(path="hosts.cpu", descending=True),),
    select=(Column(name="name", path="hosts.name"), Column(name="cpu", path="hosts.cpu")),
    parameters=(QueryParameter(name="threshold_percent", type="number", default=80.0, unit="percent"),),
    subject="hosts",
)


def operation(pagination: Pagination | None = None) -> Operation:
    return Operation(
        id="estate:list_hosts", source="estate", name="list_hosts", method="GET", path="/hosts", effect=Effect.READ, effect_reason="",
        rows_path="items", pagination=pagination, slice_hash="0",
    )  # fmt: skip


def transcript(*bodies: Any, headers: tuple[tuple[str, str], ...] = (), status: int = 200) -> Transcript:
    calls = tuple(
        CallRecord(
            number=number, source="estate", operation="estate:list_hosts", method="GET", url="http://estate/hosts", status=status,
            response_headers=headers, response_body=orjson.dumps(body).decode(),
        )
        for number, body in enumerate(bodies, 1)
    )  # fmt: skip
    return Transcript(started_at=NOW, calls=calls)


PAGES = ({"items": [{"name": "a", "cpu": 81}, {"name": "b", "cpu": 80}]}, {"items": [{"name": "c", "cpu": 99}, {"name": "d"}]})
RIGHT = [{"name": "c", "cpu": 99}, {"name": "a", "cpu": 81}]


def grounded(returned: Sequence[dict[str, Any]], recorded: Transcript, pagination: Pagination | None = None) -> Any:
    return ground_rows(HOSTS, {"estate:list_hosts": operation(pagination)}, {}, Returned({"": returned}), recorded)


def test_each_row_points_to_the_call_that_delivered_it() -> None:
    grounds = grounded(RIGHT, transcript(*PAGES))
    assert grounds.rows == (("c", 99), ("a", 81))
    assert [evidence.calls for evidence in grounds.evidence] == [(2,), (1,)]
    assert grounds.completeness.complete
    assert grounds.completeness.rows_seen == 4
    assert grounds.caveats == ("1 row has no cpu",)


@pytest.mark.parametrize("invented", [{"name": "x", "cpu": 90}, {"name": "b", "cpu": 80}, {"name": "a", "cpu": 82}, {}])
def test_a_row_that_no_response_supports_is_removed_and_told(invented: dict[str, Any]) -> None:
    grounds = grounded([*RIGHT, invented], transcript(*PAGES))
    assert grounds.rows == (("c", 99), ("a", 81))
    assert grounds.completeness.gaps == ("1 row that no recorded response supports removed",)
    assert not grounds.completeness.complete


def test_a_row_returned_twice_is_supported_once() -> None:
    assert len(grounded([RIGHT[0], RIGHT[0]], transcript(*PAGES)).rows) == 1


def test_a_row_that_the_tool_lost_is_told() -> None:
    completeness = grounded(RIGHT[:1], transcript(*PAGES)).completeness
    assert completeness.gaps == ("1 row that the responses support missing from the tool's result",)


@pytest.mark.parametrize(
    ("pagination", "body", "headers"),
    [
        (CursorPagination(cursor_parameter="c", next_path="next"), {"items": [], "next": "more"}, ()),
        (CursorPagination(cursor_parameter="c", next_path="next", more_path="more"), {"items": [], "next": "x", "more": True}, ()),
        (LastRowPagination(cursor_parameter="after", row_path="name", more_path="more"), {"items": [{"name": "a"}], "more": True}, ()),
        (LinkPagination(next_path="links.next"), {"items": [], "links": {"next": "https://estate/hosts?page=2"}}, ()),
        (LinkPagination(), {"items": []}, (("Link", '</hosts?page=2>; rel="next"'),)),
        (PagePagination(page_parameter="page", total_path="total"), {"items": [{"name": "a"}], "total": 2}, ()),
    ],
)
def test_a_page_that_was_offered_and_not_read_makes_the_answer_partial(
    pagination: Pagination, body: Any, headers: tuple[tuple[str, str], ...]
) -> None:
    completeness = grounded([], transcript(body, headers=headers), pagination).completeness
    assert not completeness.complete
    assert "GET /hosts" in completeness.gaps[0]


@pytest.mark.parametrize(
    ("pagination", "end"),
    [
        (CursorPagination(cursor_parameter="c", next_path="next", more_path="more"), {"next": "the last", "more": False}),
        (LastRowPagination(cursor_parameter="after", row_path="name", more_path="more"), {"more": False}),
        (LinkPagination(next_path="links.next"), {"links": {"next": None}}),
        (LinkPagination(next_path="links.next"), {"links": {}}),
    ],
)
def test_a_page_that_says_it_is_the_last_makes_the_answer_whole(pagination: Pagination, end: dict[str, Any]) -> None:
    first = {"items": [], "next": "x", "more": True, "links": {"next": "https://estate/hosts?page=2"}}
    assert grounded([], transcript(first, {"items": [], **end}), pagination).completeness.complete


@pytest.mark.parametrize("status", [403, 500])
def test_an_error_at_the_end_makes_the_answer_partial(status: int) -> None:
    completeness = grounded([], transcript({}, status=status)).completeness
    assert completeness.gaps == (f"GET /hosts answered {status} on call 1",)


def test_nothing_asked_is_nothing_known() -> None:
    assert grounded([], transcript()).completeness.gaps == ("GET /hosts was never asked",)


def test_the_sentence_counts_the_grounded_rows_and_says_when_they_are_partial() -> None:
    whole = grounded(RIGHT, transcript(*PAGES))
    assert sentence(HOSTS, {"threshold_percent": 80.0}, whole) == "Hosts with cpu above 80% by cpu, descending: 2 rows."
    none = grounded([], transcript({}, status=403))
    assert sentence(HOSTS, {"threshold_percent": 80.0}, none).endswith("none, from partial data.")


def test_a_single_figure_is_said_in_the_sentence() -> None:
    group = Grouping(by=(), aggregates=(Aggregate(name="count", function="count"),))
    query = Query(call=HOSTS.call, group=group, subject="hosts")
    grounds = ground_rows(query, {"estate:list_hosts": operation()}, {}, Returned({"": [{"count": 4}]}), transcript(*PAGES))
    assert sentence(query, {}, grounds) == "Number of hosts: 4."
    assert grounds.evidence[0].calls == (1, 2)
