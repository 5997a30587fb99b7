"""The HTTP API over the command line's path: the same question, asked of one warm process through a socket and directly."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import httpx

from eval.bench.conditions import Conditions
from eval.bench.figures import Figure, milliseconds, spread, timed
from eval.runtime import Runtime
from eval.servers import estate

QUESTION = "count services by tier"


def run(conditions: Conditions) -> list[Figure]:
    """Milliseconds of a reused tool's answer, the backend's time included.

    Client and server share the process and its lock, so the overhead is an upper bound. Both ways take turns, so that a busy
    machine is fair to both.
    """
    repetitions = 20 if conditions.quick else 200
    with (
        tempfile.TemporaryDirectory() as folder,
        conditions.open_runtime(Path(folder, "home")) as runtime,
        estate(Path(folder), now=datetime.now(UTC)) as server,
    ):
        runtime.prepare(lambda _stage, _fraction: None)
        runtime.connect(f"{server.url}/openapi.json", name="estate")
        with runtime.serving() as url, httpx.Client(base_url=url, trust_env=False) as client:
            _through_http(client)  # writes the tool
            pairs = [(_directly(runtime), _through_http(client)) for _ in range(repetitions)]
    note = f"{repetitions} asks of each, taking turns"
    return [
        *spread("asked directly", [direct for direct, _ in pairs], 50, 90, note=note),
        *spread("asked over HTTP", [http for _, http in pairs], 50, 90, note=note),
        *spread("overhead of the API", [http - direct for direct, http in pairs], 50, 90, note="within each pair"),
    ]


def _directly(runtime: Runtime) -> float:
    return milliseconds(lambda: runtime.ask(QUESTION, on_step=lambda _: None))


def _through_http(client: httpx.Client) -> float:
    response, took = timed(lambda: client.post("/api/v1/execute", json={"question": QUESTION, "wait_seconds": 60}, timeout=120))
    if response.status_code != httpx.codes.OK:
        raise RuntimeError(f"nothing comparable was measured: {response.text}")
    return took
