"""Filesystems with percent above `threshold_percent`.

Reads GET /api/4/fs; changes nothing.
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


class Filesystem(TypedDict):
    """One row of the answer."""

    device_name: str | None
    percent: float | None
    fs_type: str | None
    mnt_point: str | None
    options: str | None
    size: int | None


def filesystems_with_percent_above(client: httpx.Client, *, threshold_percent: float = 10.0) -> list[Filesystem]:
    """Return filesystems with percent above `threshold_percent`.

    Args:
        client: Bound to the server that is asked.
        threshold_percent: In percent.

    Raises:
        httpx.HTTPStatusError: The server refused, or stayed busy; nothing partial is returned.
    """
    return [
        {
            "device_name": filesystem.get("device_name"),
            "percent": filesystem.get("percent"),
            "fs_type": filesystem.get("fs_type"),
            "mnt_point": filesystem.get("mnt_point"),
            "options": filesystem.get("options"),
            "size": filesystem.get("size"),
        }
        for filesystem in _filesystems(client)
        if _above(filesystem.get("percent"), threshold_percent)
    ]


def _filesystems(client: httpx.Client) -> Iterator[dict[str, Any]]:
    """Yield every row of GET /api/4/fs."""
    yield from _get(client, "/api/4/fs").json()


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


def _above(value: Any, bound: float) -> bool:
    """A figure above the bound; a missing one is not."""
    return isinstance(value, int | float) and value > bound


def main() -> None:
    """Ask the server at BASE_URL, with the bearer token TOKEN if there is one, and print JSON."""
    parser = argparse.ArgumentParser(description="Filesystems with percent above `threshold_percent`.")
    parser.add_argument("--threshold-percent", type=float, default=10.0, help="In percent.")
    options = parser.parse_args()
    token = os.environ.get("TOKEN")
    headers = {"authorization": f"Bearer {token}"} if token else {}
    with httpx.Client(base_url=os.environ["BASE_URL"], headers=headers, timeout=30.0) as client:
        print(json.dumps(filesystems_with_percent_above(client, **vars(options)), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
