"""Tests of hosts_above_memory: plain asserts, for pytest and for the isolate alike."""

from __future__ import annotations

from typing import Any

import httpx

from tool import hosts_above_memory

HOSTS: list[dict[str, Any]] = [
    {"hostname": "h-1", "state": "up", "memory_used_percent": 80.1},
    {"hostname": "h-2", "state": "up", "memory_used_percent": 80.0},
    {"hostname": "h-3", "state": "degraded", "memory_used_percent": 99.0},
    {"hostname": "h-4", "state": "up"},
]


def client_of(hosts: list[dict[str, Any]], statuses: tuple[int, ...] = ()) -> httpx.Client:
    """A client of a server that first answers with `statuses` and then with the hosts, one to a page."""
    left = list(statuses)

    def answer(request: httpx.Request) -> httpx.Response:
        if left:
            return httpx.Response(left.pop(0), headers={"retry-after": "2"})
        page = int(request.url.params["page"])
        return httpx.Response(200, json={"items": hosts[page - 1 : page]})

    return httpx.Client(base_url="http://api.test", transport=httpx.MockTransport(answer))


def test_only_hosts_above_the_threshold_are_returned() -> None:
    assert hosts_above_memory(client_of(HOSTS)) == [{"hostname": "h-1", "memory_used_percent": 80.1}]


def test_a_busy_server_is_asked_again() -> None:
    assert hosts_above_memory(client_of(HOSTS, (429, 503)), limit=1)[0]["hostname"] == "h-1"


def test_pages_without_end_are_an_error() -> None:
    try:
        hosts_above_memory(client_of(HOSTS * 100))
    except RuntimeError as error:
        assert "100 pages" in str(error)
    else:
        raise AssertionError("the tool went on")
