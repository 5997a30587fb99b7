"""Tests of deployments_with_status_recently_started: plain asserts, for pytest and for the isolate alike."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

import tool
from tool import deployments_with_status_recently_started

RECENTLY = (datetime.now(UTC) - timedelta(hours=12)).isoformat()
LONG_AGO = (datetime.now(UTC) - timedelta(hours=48)).isoformat()
BODIES: dict[str, Any] = {
    "/deployments": {
        "items": [
            {
                "id": "id-1",
                "started_at": RECENTLY,
                "status": "failed",
                "service": "service-1",
                "version": "version-1",
                "finished_at": RECENTLY,
            },
            {
                "id": "id-2",
                "started_at": RECENTLY,
                "status": "succeeded",
                "service": "service-2",
                "version": "version-2",
                "finished_at": RECENTLY,
            },
            {
                "id": "id-9",
                "started_at": LONG_AGO,
                "status": "failed",
                "service": "service-9",
                "version": "version-9",
                "finished_at": LONG_AGO,
            },
        ]
    }
}
EMPTY: dict[str, Any] = {"/deployments": {"items": []}}
ENDLESS: dict[str, Any] = {
    "/deployments": {
        "items": [
            {
                "id": "id-1",
                "started_at": RECENTLY,
                "status": "failed",
                "service": "service-1",
                "version": "version-1",
                "finished_at": RECENTLY,
            },
            {
                "id": "id-2",
                "started_at": RECENTLY,
                "status": "succeeded",
                "service": "service-2",
                "version": "version-2",
                "finished_at": RECENTLY,
            },
            {
                "id": "id-9",
                "started_at": LONG_AGO,
                "status": "failed",
                "service": "service-9",
                "version": "version-9",
                "finished_at": LONG_AGO,
            },
        ],
        "next_cursor": "more",
    }
}


def client_of(
    bodies: dict[str, Any], *answers_first: httpx.Response, later: dict[str, Any] = EMPTY, link: str = ""
) -> httpx.Client:
    """A client of a server that gives these answers first, then each path its body once, and `later` from there on."""
    queue, asked = list(answers_first), set[str]()

    def answer(request: httpx.Request) -> httpx.Response:
        if queue:
            return queue.pop(0)
        body = (later if request.url.path in asked else bodies)[request.url.path]
        asked.add(request.url.path)
        return httpx.Response(200, json=body, headers={"link": link} if link else {})

    return httpx.Client(base_url="http://api.test", transport=httpx.MockTransport(answer))


def test_rows_that_match_are_returned_and_the_others_are_not() -> None:
    assert deployments_with_status_recently_started(client_of(BODIES)) == [
        {
            "id": "id-1",
            "started_at": RECENTLY,
            "status": "failed",
            "service": "service-1",
            "version": "version-1",
            "finished_at": RECENTLY,
        }
    ]


def test_nothing_on_the_server_is_no_error() -> None:
    assert deployments_with_status_recently_started(client_of(EMPTY)) == []


def test_a_refusal_is_raised() -> None:
    try:
        deployments_with_status_recently_started(client_of(BODIES, httpx.Response(403)))
    except httpx.HTTPStatusError as refused:
        assert refused.response.status_code == 403
    else:
        raise AssertionError("a 403 went unnoticed")


def test_a_busy_server_is_given_the_time_it_asks_for() -> None:
    waits: list[Any] = []
    sleep, time.sleep = time.sleep, waits.append
    try:
        busy = (httpx.Response(429, headers={"retry-after": "7"}), httpx.Response(503))
        assert deployments_with_status_recently_started(client_of(EMPTY, *busy)) == []
    finally:
        time.sleep = sleep
    assert waits == [7.0, 2.0]


def test_a_server_without_end_is_given_up() -> None:
    most, tool.MAX_PAGES = tool.MAX_PAGES, 3
    try:
        deployments_with_status_recently_started(
            client_of(ENDLESS, later=ENDLESS, link='<http://api.test/deployments>; rel="next"')
        )
    except RuntimeError as error:
        assert "did not end" in str(error)
    else:
        raise AssertionError("took a part for the whole")
    finally:
        tool.MAX_PAGES = most
