"""Number of services, by tier.

Reads GET /services; changes nothing.
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


class ServiceSummary(TypedDict):
    """One row of the answer."""

    tier: str | None
    count: int


def count_services_by_tier(client: httpx.Client) -> list[ServiceSummary]:
    """Return number of services, by tier.

    Raises:
        httpx.HTTPStatusError: The server refused, or stayed busy; nothing partial is returned.
    """
    matching = list(_services(client))
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for service in matching:
        groups.setdefault((service.get("tier"),), []).append(service)
    rows: list[ServiceSummary] = [{"tier": key[0], "count": len(members)} for key, members in groups.items()]
    rows.sort(key=lambda row: row["count"], reverse=True)
    return rows


def _services(client: httpx.Client) -> Iterator[dict[str, Any]]:
    """Yield every row of GET /services, page by page."""
    path = "/services"
    seen = 0
    for page in range(1, MAX_PAGES + 1):
        body = _get(client, path, {"page": page, "per_page": 50}).json()
        rows = body["items"]
        yield from rows
        seen += len(rows)
        if not rows or seen >= body["total"]:
            return
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


def main() -> None:
    """Ask the server at BASE_URL, with the bearer token TOKEN if there is one, and print JSON."""
    parser = argparse.ArgumentParser(description="Number of services, by tier.")
    options = parser.parse_args()
    token = os.environ.get("TOKEN")
    headers = {"authorization": f"Bearer {token}"} if token else {}
    with httpx.Client(base_url=os.environ["BASE_URL"], headers=headers, timeout=30.0) as client:
        print(json.dumps(count_services_by_tier(client, **vars(options)), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
