"""Tests of top_hosts_by_memory_used_percent: plain asserts, for pytest and for the isolate alike."""

from __future__ import annotations

import time
from typing import Any

import httpx

import tool
from tool import top_hosts_by_memory_used_percent

BODIES: dict[str, Any] = {
    "/hosts": [
        {
            "hostname": "hostname-1",
            "memory_used_percent": 1.0,
            "region": "region-1",
            "availability_zone": "availability_zone-1",
            "role": "role-1",
            "cpu_count": 1,
        }
    ]
}
EMPTY: dict[str, Any] = {"/hosts": []}
ENDLESS: dict[str, Any] = {
    "/hosts": [
        {
            "hostname": "hostname-1",
            "memory_used_percent": 1.0,
            "region": "region-1",
            "availability_zone": "availability_zone-1",
            "role": "role-1",
            "cpu_count": 1,
        }
    ]
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
    assert top_hosts_by_memory_used_percent(client_of(BODIES)) == [
        {
            "hostname": "hostname-1",
            "memory_used_percent": 1.0,
            "region": "region-1",
            "availability_zone": "availability_zone-1",
            "role": "role-1",
            "cpu_count": 1,
        }
    ]


def test_nothing_on_the_server_is_no_error() -> None:
    assert top_hosts_by_memory_used_percent(client_of(EMPTY)) == []


def test_a_refusal_is_raised() -> None:
    try:
        top_hosts_by_memory_used_percent(client_of(BODIES, httpx.Response(403)))
    except httpx.HTTPStatusError as refused:
        assert refused.response.status_code == 403
    else:
        raise AssertionError("a 403 went unnoticed")


def test_a_busy_server_is_given_the_time_it_asks_for() -> None:
    waits: list[Any] = []
    sleep, time.sleep = time.sleep, waits.append
    try:
        busy = (httpx.Response(429, headers={"retry-after": "7"}), httpx.Response(503))
        assert top_hosts_by_memory_used_percent(client_of(EMPTY, *busy)) == []
    finally:
        time.sleep = sleep
    assert waits == [7.0, 2.0]


def test_a_server_without_end_is_given_up() -> None:
    most, tool.MAX_PAGES = tool.MAX_PAGES, 3
    try:
        top_hosts_by_memory_used_percent(client_of(ENDLESS, later=ENDLESS, link='<http://api.test/hosts>; rel="next"'))
    except RuntimeError as error:
        assert "did not end" in str(error)
    else:
        raise AssertionError("took a part for the whole")
    finally:
        tool.MAX_PAGES = most
