"""Tests of filesystems_with_percent_above: plain asserts, for pytest and for the isolate alike."""

from __future__ import annotations

import time
from typing import Any

import httpx

from tool import filesystems_with_percent_above

BODIES: dict[str, Any] = {
    "/api/4/fs": [
        {
            "device_name": "device_name-1",
            "percent": 11.0,
            "fs_type": "fs_type-1",
            "mnt_point": "mnt_point-1",
            "options": "options-1",
            "size": 1,
        },
        {
            "device_name": "device_name-2",
            "percent": 10.0,
            "fs_type": "fs_type-2",
            "mnt_point": "mnt_point-2",
            "options": "options-2",
            "size": 2,
        },
    ]
}
EMPTY: dict[str, Any] = {"/api/4/fs": []}


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
    assert filesystems_with_percent_above(client_of(BODIES)) == [
        {
            "device_name": "device_name-1",
            "percent": 11.0,
            "fs_type": "fs_type-1",
            "mnt_point": "mnt_point-1",
            "options": "options-1",
            "size": 1,
        }
    ]


def test_nothing_on_the_server_is_no_error() -> None:
    assert filesystems_with_percent_above(client_of(EMPTY)) == []


def test_a_refusal_is_raised() -> None:
    try:
        filesystems_with_percent_above(client_of(BODIES, httpx.Response(403)))
    except httpx.HTTPStatusError as refused:
        assert refused.response.status_code == 403
    else:
        raise AssertionError("a 403 went unnoticed")


def test_a_busy_server_is_given_the_time_it_asks_for() -> None:
    waits: list[Any] = []
    sleep, time.sleep = time.sleep, waits.append
    try:
        busy = (httpx.Response(429, headers={"retry-after": "7"}), httpx.Response(503))
        assert filesystems_with_percent_above(client_of(EMPTY, *busy)) == []
    finally:
        time.sleep = sleep
    assert waits == [7.0, 2.0]
