"""Hosts by memory used percent, descending, at most `limit`.

Reads GET /hosts; changes nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator
from typing import Any, TypedDict, TypeVar

import httpx

ATTEMPTS = 4
BUSY = frozenset({429, 502, 503, 504})
LONGEST_WAIT_SECONDS = 30.0
MAX_PAGES = 100

T = TypeVar("T")


class Host(TypedDict):
    """One row of the answer."""

    hostname: str | None
    memory_used_percent: float | None
    region: str | None
    availability_zone: str | None
    role: str | None
    cpu_count: int | None


def top_hosts_by_memory_used_percent(client: httpx.Client, *, limit: int = 5) -> list[Host]:
    """Return hosts by memory used percent, descending, at most `limit`.

    Args:
        client: Bound to the server that is asked.
        limit: The limit that is asked for.

    Raises:
        httpx.HTTPStatusError: The server refused, or stayed busy; nothing partial is returned.
    """
    matching = list(_hosts(client))
    matching = _sorted(matching, lambda host: host.get("memory_used_percent"), descending=True)
    return [
        {
            "hostname": host.get("hostname"),
            "memory_used_percent": host.get("memory_used_percent"),
            "region": host.get("region"),
            "availability_zone": host.get("availability_zone"),
            "role": host.get("role"),
            "cpu_count": host.get("cpu_count"),
        }
        for host in matching[:limit]
    ]


def _hosts(client: httpx.Client) -> Iterator[dict[str, Any]]:
    """Yield every row of GET /hosts, page by page."""
    path = "/hosts"
    page = _get(client, path, {"page_size": 50})
    for _ in range(MAX_PAGES):
        yield from page.json()
        if "next" not in page.links:
            return
        page = _get(client, page.links["next"]["url"])
    raise RuntimeError(f"GET {path} did not end within {MAX_PAGES} pages")


def _get(client: httpx.Client, url: str, params: dict[str, Any] | None = None) -> httpx.Response:
    """GET, asking a busy server again, ATTEMPTS times in all."""
    response = client.get(url, params=params)
    for attempt in range(ATTEMPTS - 1):
        if response.status_code not in BUSY:
            break
        time.sleep(_wait_seconds(response, attempt))
        response = client.get(url, params=params)
    response.raise_for_status()
    return response


def _wait_seconds(response: httpx.Response, attempt: int) -> float:
    """What Retry-After asks for, else 1, 2, 4 seconds."""
    asked = response.headers.get("retry-after", "")
    return min(float(asked) if asked.isdecimal() else 2.0**attempt, LONGEST_WAIT_SECONDS)


def _sorted(rows: list[T], key: Callable[[T], Any], *, descending: bool) -> list[T]:
    """Rows in order of the key; those without one come last."""
    present = [row for row in rows if key(row) is not None]
    absent = [row for row in rows if key(row) is None]
    return sorted(present, key=key, reverse=descending) + absent


def main() -> None:
    """Ask the server at BASE_URL, with the bearer token TOKEN if there is one, and print JSON."""
    parser = argparse.ArgumentParser(description="Hosts by memory used percent, descending, at most `limit`.")
    parser.add_argument("--limit", type=int, default=5, help="The limit that is asked for.")
    options = parser.parse_args()
    token = os.environ.get("TOKEN")
    headers = {"authorization": f"Bearer {token}"} if token else {}
    with httpx.Client(base_url=os.environ["BASE_URL"], headers=headers, timeout=30.0) as client:
        print(json.dumps(top_hosts_by_memory_used_percent(client, **vars(options)), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
