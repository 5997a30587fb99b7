"""Hosts in a state with memory used percent above a bound, highest first.

Reads GET /hosts; changes nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator
from typing import Any, TypedDict

import httpx

ATTEMPTS = 4
BUSY = frozenset({429, 502, 503, 504})
LONGEST_WAIT_SECONDS = 30.0
MAX_PAGES = 100


class Host(TypedDict):
    """One row of the answer."""

    hostname: str | None
    memory_used_percent: float | None


def hosts_above_memory(client: httpx.Client, *, percent: float = 80.0, state: str = "up", limit: int = 5) -> list[Host]:
    """Return the hosts in `state` that use more than `percent` of their memory, highest first."""
    rows: list[Host] = []
    for host in _hosts(client):
        used = host.get("memory_used_percent")
        if used is not None and used > percent and host.get("state") == state:
            rows.append({"hostname": host.get("hostname"), "memory_used_percent": used})
    rows.sort(key=lambda row: row["memory_used_percent"] or 0.0, reverse=True)
    return rows[:limit]


def _hosts(client: httpx.Client) -> Iterator[dict[str, Any]]:
    """Yield every row of GET /hosts, page by page."""
    for page in range(1, MAX_PAGES + 1):
        body = _get(client, "/hosts", {"page": page, "per_page": 50}).json()
        yield from body["items"]
        if not body["items"]:
            return
    raise RuntimeError(f"GET /hosts did not end within {MAX_PAGES} pages")


def _get(client: httpx.Client, path: str, params: dict[str, Any]) -> httpx.Response:
    """GET, asking a busy server again up to ATTEMPTS times."""
    for attempt in range(ATTEMPTS):
        response = client.get(path, params=params)
        if response.status_code not in BUSY or attempt == ATTEMPTS - 1:
            break
        time.sleep(_wait_seconds(response, attempt))
    response.raise_for_status()
    return response


def _wait_seconds(response: httpx.Response, attempt: int) -> float:
    """What Retry-After asks for, else 1, 2, 4 seconds."""
    asked = response.headers.get("retry-after", "")
    return min(float(asked) if asked.isdecimal() else 2.0**attempt, LONGEST_WAIT_SECONDS)


def main() -> None:
    """Ask the server at BASE_URL, with the bearer token TOKEN if there is one, and print JSON."""
    parser = argparse.ArgumentParser(description="Hosts that use much memory.")
    parser.add_argument("--percent", type=float, default=80.0)
    parser.add_argument("--state", default="up")
    parser.add_argument("--limit", type=int, default=5)
    options = parser.parse_args()
    token = os.environ.get("TOKEN")
    headers = {"authorization": f"Bearer {token}"} if token else {}
    with httpx.Client(base_url=os.environ["BASE_URL"], headers=headers, timeout=30.0) as client:
        print(json.dumps(hosts_above_memory(client, **vars(options)), indent=2))


if __name__ == "__main__":
    main()
