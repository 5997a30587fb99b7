"""Runs each line of input in an isolate of its own, with or without walls, in wasmtime's usual memory layout or a small one.

`build` compiles the image for the small layout and prints where it is; `serve LAYOUT WALLS ARTEFACT` runs. A process of its own
because walls can't be taken down again, and apart from the rooms because only `sandbox` may know wasmtime.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

from wasmtime import Config, Engine

from eval.bench.figures import milliseconds
from eval.bench.runs import IMAGES, job
from sandbox import walls
from sandbox.image import build
from sandbox.image.engine import STACK_BYTES, make_engine
from sandbox.image.store import ImageStore
from sandbox.isolate import Isolate
from sandbox.jobs import Limits
from sandbox.outcomes import encode_job

_GUARD_BYTES = 64 * 1024
_GROWTH_BYTES = 16 * 1024 * 1024
"""Each time the memory outgrows what it has, it moves to a place with this much to spare."""


class _Host:
    def send(self, _request: str) -> tuple[bool, str]:
        return True, '{"status": 200, "headers": [], "body": "[]"}'

    def sleep(self, _seconds: float) -> None:
        """Nothing here waits."""


def main(command: str, *arguments: str) -> None:
    """`build`, or `serve` until the input ends."""
    if command == "build":
        with patch.object(build, "make_engine", _small_engine):
            print(ImageStore(IMAGES.with_name("images-small")).ensure(lambda _stage, _share: None))
    else:
        _serve(*arguments)


def _serve(layout: str, walled: str, artefact: str) -> None:
    engine = {"small": _small_engine, "usual": make_engine}[layout]
    took: dict[str, float] = {}
    with patch("sandbox.isolate.make_engine", engine):
        _raise(took, "namespaces and privileges", walled, walls.raise_first)
        isolate = Isolate(Path(artefact))
        _raise(took, "landlock", walled, walls.raise_rest)
    isolate.start_watchdog()
    _raise(took, "resource limits and system calls", walled, walls.forbid_processes)
    _run(isolate, "def tool(client):\n    return [1]\n")  # the first one pages the image in
    isolate.renew()
    print(json.dumps(took), flush=True)
    for line in sys.stdin:
        print(json.dumps(_run(isolate, json.loads(line)["source"])), flush=True)
        isolate.renew()


def _raise(took: dict[str, float], name: str, walled: str, wall: Callable[[], object]) -> None:
    if walled == "walled":
        took[name] = milliseconds(wall)


def _run(isolate: Isolate, source: str) -> dict[str, object]:
    guest = encode_job(job(source)).partition("\n")[2]
    began = time.perf_counter()
    report = isolate.run(guest, _Host(), limits=Limits(), started_ns=0, seed=0)
    took = (time.perf_counter() - began) * 1000
    return {"value": json.loads(report.text)["value"], "milliseconds": took}


def _small_engine() -> Engine:
    """The product's engine but for its memory, which reserves next to no addresses and moves when it grows."""
    config = Config()
    config.epoch_interruption = True
    config.max_wasm_stack = STACK_BYTES
    config.memory_reservation = 0
    config.memory_reservation_for_growth = _GROWTH_BYTES
    config.memory_guard_size = _GUARD_BYTES
    config.memory_may_move = True
    return Engine(config)


if __name__ == "__main__":
    main(*sys.argv[1:])
