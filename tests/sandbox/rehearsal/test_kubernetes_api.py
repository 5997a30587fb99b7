"""The rehearsal API speaks as a Kubernetes API server does: chunks, the count of what remains, and failures as a Status."""

from __future__ import annotations

import json
from random import Random
from typing import Any
from urllib.parse import quote

from sandbox.broker.wire import WireRequest, WireResponse
from sandbox.rehearsal.api import BASE_URL, RehearsalApi, listings
from sandbox.rehearsal.faults import Fault
from sandbox.rehearsal.rows import RowMaker
from sandbox.rehearsal.stage import NOW
from sandbox.rehearsal.world import World
from tests.sandbox.rehearsal.kubernetes import NODES, slices

COUNT = 10


def api(count: int = COUNT, **faults: Any) -> RehearsalApi:
    maker = RowMaker(slices()[NODES], Random(1), NOW)
    world = World({NODES: tuple(maker.row({}) for _ in range(count))}, {})
    return RehearsalApi(listings([slices()[NODES]], {NODES: maker}), world, seed=1, **faults)


def get(server: RehearsalApi, token: str = "", limit: int = 3) -> WireResponse:
    return server.send(WireRequest("GET", f"{BASE_URL}/api/v1/nodes?limit={limit}&continue={quote(token, safe='')}"))


def chunks(server: RehearsalApi, limit: int = 3) -> list[Any]:
    found = [json.loads(get(server, limit=limit).body)]
    while token := found[-1]["metadata"].get("continue"):
        found.append(json.loads(get(server, token, limit).body))
    return found


def test_chunks_lead_on_by_continue_and_tell_what_remains_until_the_last() -> None:
    found = chunks(api())
    assert [len(chunk["items"]) for chunk in found] == [3, 3, 3, 1]
    assert [chunk["metadata"].get("remainingItemCount") for chunk in found] == [7, 4, 1, None]
    assert "continue" not in found[-1]["metadata"]


def test_a_listing_that_fits_into_one_chunk_has_nothing_that_remains() -> None:
    (only,) = chunks(api(1))
    assert (only["metadata"]["continue"], "remainingItemCount" in only["metadata"]) == ("", False)


def test_a_limit_is_kept_to() -> None:
    assert [len(chunk["items"]) for chunk in chunks(api(), limit=2)] == [2] * 5


def test_an_unknown_token_is_410_gone_as_a_status() -> None:
    response = get(api(), "made-up")
    told = json.loads(response.body)
    assert (response.status, told.pop("message")[:9]) == (410, "'made-up'")
    assert told == {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "reason": "Expired", "code": 410}


def test_a_token_of_another_world_is_410_gone_too() -> None:
    token = json.loads(get(api()).body)["metadata"]["continue"]
    maker = RowMaker(slices()[NODES], Random(1), NOW)
    other = RehearsalApi(listings([slices()[NODES]], {NODES: maker}), World({NODES: ()}, {}), seed=2)
    assert get(other, token).status == 410


def test_a_limit_that_is_none_is_a_bad_request() -> None:
    response = get(api(), limit=0)
    assert (response.status, json.loads(response.body)["reason"]) == (400, "BadRequest")


def test_a_throttled_answer_says_in_both_places_how_long_to_wait() -> None:
    response = get(api(faults=[Fault(NODES, 1, 429, retry_after_seconds=2)]))
    told = json.loads(response.body)
    assert (told["code"], told["reason"], told["details"]) == (429, "TooManyRequests", {"retryAfterSeconds": 2})
    assert dict(response.headers) == {"content-type": "application/json", "retry-after": "2"}
