"""Deployments that failed in the last hours, newest first.

Reads GET /deployments; changes nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

RETRIED = (httpx.ConnectError, httpx.ReadTimeout)
EMAIL_KEY = "deployed_by"
WINDOW = timedelta(hours=24)
page_token_parameter = "cursor"


@dataclass(frozen=True)
class Attempts:
    """How often, and how long between."""

    most: int = 4
    pause_seconds: float = 1.0

    def pause(self, attempt: int) -> float:
        """Exponential, with jitter."""
        return self.pause_seconds * 2.0**attempt + random.random()


class Deployment(NamedTuple):
    """One row of the answer."""

    id: str
    started_at: str


def failed_deployments(client: httpx.Client, *, hours: float = 24.0) -> list[dict[str, Any]]:
    """Return the deployments that failed within `hours`, newest first."""
    since = datetime.now(UTC) - timedelta(hours=hours)
    found = [
        Deployment(item["id"], item["started_at"][:19])
        for item in _deployments(client)
        if item["status"] == "failed" and _time(item.get("started_at")) >= since
    ]
    return [row._asdict() for row in sorted(found, key=lambda row: row.started_at, reverse=True)]


def _deployments(client: httpx.Client) -> Iterator[dict[str, Any]]:
    pages, cursor = 0, None
    while True:
        pages += 1
        if pages > 1000:
            raise RuntimeError("more than 1000 pages")
        body = _get(client, "/deployments", {page_token_parameter: cursor} if cursor else {})
        yield from body["items"]
        cursor = body.get("next_cursor")
        if not cursor:
            break


def _get(client: httpx.Client, path: str, params: dict[str, str]) -> dict[str, Any]:
    attempts, failure = Attempts(), None
    for attempt in range(attempts.most):
        try:
            response = client.get(path, params=params)
        except RETRIED as error:
            failure = error
        else:
            if response.status_code not in (429, 503):
                response.raise_for_status()
                body: dict[str, Any] = response.json()
                return body
        time.sleep(attempts.pause(attempt))
    raise failure or RuntimeError(f"GET {path}: the server stays busy")


def _time(text: str | None) -> datetime:
    try:
        return datetime.fromisoformat(text or "")
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def main(arguments: list[str] | None = None) -> int:
    """Ask the server at BASE_URL and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=24.0)
    options = parser.parse_args(arguments)
    try:
        with httpx.Client(base_url=os.environ["BASE_URL"]) as client:
            print(json.dumps(failed_deployments(client, hours=options.hours)))
    except httpx.HTTPError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
