from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

ATTEMPTS = 4
BUSY = frozenset({429, 502, 503, 504})
MAX_PAGES = 100


def _get(client: httpx.Client, url: str, params: dict[str, Any] | None = None) -> httpx.Response:
    for attempt in range(ATTEMPTS):
        response = client.get(url, params=params)
        if response.status_code not in BUSY or attempt == ATTEMPTS - 1:
            break
        time.sleep(_wait_seconds(response, attempt))
    response.raise_for_status()
    return response


def _wait_seconds(response: httpx.Response, attempt: int) -> float:
    asked = response.headers.get("retry-after", "")
    return min(float(asked) if asked.isdecimal() else 2.0**attempt, 30.0)


def _hosts(client: httpx.Client) -> Iterator[dict[str, Any]]:
    page = _get(client, "/hosts", {"page_size": 50})
    for _ in range(MAX_PAGES):
        yield from page.json()
        if "next" not in page.links:
            return
        page = _get(client, page.links["next"]["url"])
    raise RuntimeError("GET /hosts did not end")


def _services(client: httpx.Client) -> Iterator[dict[str, Any]]:
    seen = 0
    for page in range(1, MAX_PAGES + 1):
        body = _get(client, "/services", {"page": page, "per_page": 50}).json()
        rows = body["items"]
        yield from rows
        seen += len(rows)
        if not rows or seen >= body["total"]:
            return
    raise RuntimeError("GET /services did not end")


def _rotas(client: httpx.Client) -> Iterator[dict[str, Any]]:
    seen = 0
    for _ in range(MAX_PAGES):
        rows = _get(client, "/on-call-rotas", {"offset": seen, "limit": 100}).json()["items"]
        yield from rows
        seen += len(rows)
        if not rows:
            return
    raise RuntimeError("GET /on-call-rotas did not end")


def _deployments(client: httpx.Client) -> Iterator[dict[str, Any]]:
    here: dict[str, Any] = {}
    for _ in range(MAX_PAGES):
        body = _get(client, "/deployments", {**here, "limit": 100}).json()
        yield from body["items"]
        if not body.get("next_cursor"):
            return
        here = {"cursor": body["next_cursor"]}
    raise RuntimeError("GET /deployments did not end")


def _jobs(client: httpx.Client) -> Iterator[dict[str, Any]]:
    here: dict[str, Any] = {}
    for _ in range(MAX_PAGES):
        body = _get(client, "/jobs", here).json()
        yield from body["items"]
        token = body.get("metadata", {}).get("continue")
        if not token:
            return
        here = {"continue": token}
    raise RuntimeError("GET /jobs did not end")


def _alerts(client: httpx.Client) -> Iterator[dict[str, Any]]:
    here: dict[str, Any] = {}
    for _ in range(MAX_PAGES):
        body = _get(client, "/alerts", {"limit": 100, **here}).json()
        rows = body["data"]
        yield from rows
        if not body["has_more"]:
            return
        here = {"starting_after": rows[-1]["id"]}
    raise RuntimeError("GET /alerts did not end")


def _volumes(client: httpx.Client) -> Iterator[dict[str, Any]]:
    here: dict[str, Any] = {"limit": 100}
    for _ in range(MAX_PAGES):
        body = _get(client, "/volumes", here).json()
        yield from body["volumes"]
        following = body["links"].get("next")
        if not following:
            return
        here = dict(httpx.URL(following).params)
    raise RuntimeError("GET /volumes did not end")


def _empty(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _within(value: Any, since: datetime, until: datetime) -> bool:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else datetime.fromtimestamp(value, UTC)
    except (TypeError, ValueError):
        return False
    return since <= at <= until


def _sorted(rows: list[Any], key: Any, *, descending: bool) -> list[Any]:
    present = [row for row in rows if key(row) is not None]
    absent = [row for row in rows if key(row) is None]
    return sorted(present, key=lambda row: _folded(key(row)), reverse=descending) + absent
