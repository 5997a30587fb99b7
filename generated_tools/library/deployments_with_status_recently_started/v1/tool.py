"""Deployments with status `status` and with started at in the last `window_hours` hours.

Reads GET /deployments; changes nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypedDict

import httpx

ATTEMPTS = 4
BUSY = frozenset({429, 502, 503, 504})
LONGEST_WAIT_SECONDS = 30.0
MAX_PAGES = 100


class Deployment(TypedDict):
    """One row of the answer."""

    id: str | None
    started_at: str | None
    status: str | None
    service: str | None
    version: str | None
    finished_at: str | None


def deployments_with_status_recently_started(
    client: httpx.Client, *, window_hours: float = 24.0, status: str = "failed"
) -> list[Deployment]:
    """Return deployments with status `status` and with started at in the last `window_hours` hours.

    Args:
        client: Bound to the server that is asked.
        window_hours: In hours.
        status: The status that is asked for.

    Raises:
        httpx.HTTPStatusError: The server refused, or stayed busy; nothing partial is returned.
    """
    now = datetime.now(UTC)
    since = now - timedelta(hours=window_hours)
    return [
        {
            "id": deployment.get("id"),
            "started_at": deployment.get("started_at"),
            "status": deployment.get("status"),
            "service": deployment.get("service"),
            "version": deployment.get("version"),
            "finished_at": deployment.get("finished_at"),
        }
        for deployment in _deployments(client)
        if _folded(deployment.get("status")) == _folded(status) and _within(deployment.get("started_at"), since, now)
    ]


def _deployments(client: httpx.Client) -> Iterator[dict[str, Any]]:
    """Yield every row of GET /deployments, page by page."""
    path = "/deployments"
    here: dict[str, Any] = {}
    for _ in range(MAX_PAGES):
        body = _get(client, path, {**here, "limit": 100}).json()
        yield from body["items"]
        cursor = body.get("next_cursor")
        if not cursor:
            return
        here = {"cursor": cursor}
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


def _folded(value: Any) -> Any:
    """Text without regard to case; anything else as it is."""
    return value.casefold() if isinstance(value, str) else value


def _within(value: Any, since: datetime, until: datetime) -> bool:
    """A time between the two, both included; what is no time is not."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else datetime.fromtimestamp(value, UTC)
    except (TypeError, ValueError):
        return False
    return since <= (at if at.tzinfo else at.replace(tzinfo=UTC)) <= until


def main() -> None:
    """Ask the server at BASE_URL, with the bearer token TOKEN if there is one, and print JSON."""
    parser = argparse.ArgumentParser(
        description="Deployments with status `status` and with started at in the last `window_hours` hours."
    )
    parser.add_argument("--window-hours", type=float, default=24.0, help="In hours.")
    parser.add_argument("--status", type=str, default="failed", help="The status that is asked for.")
    options = parser.parse_args()
    token = os.environ.get("TOKEN")
    headers = {"authorization": f"Bearer {token}"} if token else {}
    with httpx.Client(base_url=os.environ["BASE_URL"], headers=headers, timeout=30.0) as client:
        print(
            json.dumps(deployments_with_status_recently_started(client, **vars(options)), indent=2, ensure_ascii=False)
        )


if __name__ == "__main__":
    main()
