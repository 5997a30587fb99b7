"""What the broker adds to a request, with everything validated, redacted and recorded."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final

import httpx

from doc_sources.effects import load_judge
from doc_sources.slices import Cutter
from doc_sources.specification import Specification
from eval.bench.figures import Figure, milliseconds, spread
from eval.bench.runs import job, repeated, run_once
from eval.servers import estate
from sandbox.broker.broker import Broker
from sandbox.broker.grant import Grant
from sandbox.broker.wire import WireRequest, WireResponse
from sandbox.supervisor import WorkerPool
from schemas.source import Source

CALLS: Final = 100
"""In one run, of the 200 that a run has."""

_PAGES: Final = "def tool(client):\n    return [len(client.get('hosts', params={'page': 1, 'page_size': 20}).content) for _ in range(%d)]\n"


class _Canned:
    """A `Transport` that answers at once, with what the estate said."""

    def __init__(self, answer: WireResponse) -> None:
        self._answer = answer

    def send(self, _request: WireRequest) -> WireResponse:
        return self._answer


def brokered_calls(image: Path, rounds: int) -> Iterator[Figure]:
    """What all nine steps take but sending: of themselves, and as a tool's call sees them through isolate and pipe."""
    new_broker, base_url, size = _estate_broker()
    envelope = json.dumps({"method": "GET", "url": f"{base_url}/hosts?page=1&page_size=20", "headers": [["accept", "*/*"]], "body": None})
    note = f"GET /hosts?page=1&page_size=20 of the estate, an answer of {size / 1024:.1f} KiB, no network"
    first = milliseconds(lambda: new_broker().send(envelope))
    yield Figure(name="broker, first request of an operation in a process", value=first, unit="ms", note=note)
    yield from spread(
        "broker, per request", list(chain.from_iterable(_sent(new_broker(), envelope) for _ in range(rounds))), 50, 99, note=note
    )
    with WorkerPool(image, size=1) as pool:
        seen = [_called(pool, new_broker, base_url) for _ in range(rounds)]
    yield from spread("a tool's call: httpx in the isolate, pipe, broker", seen, 50, 100, note=f"{CALLS} in a run; {note}")


def _sent(broker: Broker, envelope: str) -> list[float]:
    return repeated(lambda: broker.send(envelope), CALLS)


def _called(pool: WorkerPool, new_broker: Callable[[], Broker], base_url: str) -> float:
    """Milliseconds of a call: those of a run with many, less those of a run with none."""
    many, none = (milliseconds(partial(run_once, pool, job(_PAGES % calls, base_url=base_url), new_broker())) for calls in (CALLS, 0))
    return (many - none) / CALLS


def _estate_broker() -> tuple[Callable[[], Broker], str, int]:
    """Makes brokers over the estate's own document and answer; where they believe it is, and the answer's bytes."""
    with tempfile.TemporaryDirectory() as folder, estate(Path(folder), now=datetime.now(UTC)) as server:
        document = httpx.get(f"{server.url}/openapi.json", trust_env=False).json()
        answer = httpx.get(f"{server.url}/hosts", params={"page": 1, "page_size": 20}, trust_env=False)
        source = Source(name="estate", spec_url=f"{server.url}/openapi.json", base_url=server.url)
    slices = tuple(Cutter(Specification(document), source.name, load_judge()).cut())
    granted = tuple(slice_ for slice_ in slices if slice_.operation.path == "/hosts")
    grant = Grant(source, granted, tuple(slice_.operation for slice_ in slices))
    canned = _Canned(WireResponse(answer.status_code, tuple(answer.headers.items()), answer.content))
    return lambda: Broker(grant, canned), source.base_url, len(answer.content)
