"""Services with no on call engineer in on call rotas.

Reads GET /services and GET /on-call-rotas; changes nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator
from typing import Any, TypedDict

import httpx

ATTEMPTS = 4
BUSY = frozenset({429, 502, 503, 504})
LONGEST_WAIT_SECONDS = 30.0
MAX_PAGES = 100


class Service(TypedDict):
    """One row of the answer."""

    name: str | None
    id: str | None
    tier: str | None
    owner: str | None
    language: str | None
    repository: str | None


def services_without_on_call_engineer(client: httpx.Client) -> list[Service]:
    """Return services with no on call engineer in on call rotas.

    Raises:
        httpx.HTTPStatusError: The server refused, or stayed busy; nothing partial is returned.
    """
    on_call_rotas_by_key = _by_key(
        [on_call_rota for on_call_rota in _on_call_rotas(client) if not _empty(on_call_rota.get("on_call_engineer"))],
        lambda on_call_rota: on_call_rota.get("service"),
    )
    return [
        {
            "name": service.get("name"),
            "id": service.get("id"),
            "tier": service.get("tier"),
            "owner": service.get("owner"),
            "language": service.get("language"),
            "repository": service.get("repository"),
        }
        for service in _services(client)
        for on_call_rota in on_call_rotas_by_key.get(service.get("id"), [{}])
        if _empty(on_call_rota.get("service"))
    ]


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


def _on_call_rotas(client: httpx.Client) -> Iterator[dict[str, Any]]:
    """Yield every row of GET /on-call-rotas, page by page."""
    path = "/on-call-rotas"
    seen = 0
    for _ in range(MAX_PAGES):
        body = _get(client, path, {"offset": seen, "limit": 100}).json()
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


def _by_key(rows: list[dict[str, Any]], key: Callable[[dict[str, Any]], Any]) -> dict[Any, list[dict[str, Any]]]:
    """Rows by what they refer to; a row that refers to nothing is nobody's."""
    found: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        if key(row) is not None:
            found.setdefault(key(row), []).append(row)
    return found


def _empty(value: Any) -> bool:
    """Missing, null, or nothing in it."""
    return value is None or value in ("", [], {})


def main() -> None:
    """Ask the server at BASE_URL, with the bearer token TOKEN if there is one, and print JSON."""
    parser = argparse.ArgumentParser(description="Services with no on call engineer in on call rotas.")
    options = parser.parse_args()
    token = os.environ.get("TOKEN")
    headers = {"authorization": f"Bearer {token}"} if token else {}
    with httpx.Client(base_url=os.environ["BASE_URL"], headers=headers, timeout=30.0) as client:
        print(json.dumps(services_without_on_call_engineer(client, **vars(options)), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
