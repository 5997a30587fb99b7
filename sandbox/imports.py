"""The few functions that an isolate may call, defined by hand."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Protocol

from wasmtime.component import Linker, Record, Variant

from sandbox.jobs import FindingCode, Limits
from sandbox.metering import Meter

EGRESS = "opswright:isolate/egress"
MAX_RANDOM_BYTES = 65536
"""At one go: each byte crosses by itself, and the interpreter never asks for more than 256."""

_NANOSECONDS = 1_000_000_000

HostFunction = Callable[..., object]


class Host(Protocol):
    """Answers a run's calls, inside the worker."""

    def send(self, request: str) -> tuple[bool, str]:
        """Whether there is a response, and its envelope or else the failure's."""

    def sleep(self, seconds: float) -> str | None:
        """Let the host know of a sleep; a failure's envelope where it refuses."""


class RunStopped(Exception):
    """A call to the host that a limit does not allow. It ends the run: no code inside can catch it."""

    def __init__(self, finding: FindingCode) -> None:
        super().__init__(finding)
        self.finding: FindingCode = finding


class Run:
    """One run's side of the imports: its clock, its randomness, its calls.

    The clock stands at `started_ns` (nanoseconds since 1970) and moves by what is slept; the random source is the seed's. So
    a run is determined by its job and by the answers that it gets.
    """

    def __init__(self, host: Host, limits: Limits, started_ns: int, seed: int, slept: Callable[[], None] = lambda: None) -> None:
        self.meter = Meter(limits, slept)
        self.calls = 0
        self._host = host
        self._limits = limits
        self._started_ns = started_ns
        self._random = random.Random(seed)  # noqa: S311  a run must be repeatable, and keeps no secret that guessing could tell

    def send(self, request: str) -> Variant:
        """egress.send"""
        if len(request) > self._limits.output_bytes:
            raise RunStopped("F_OUTPUT")
        self.calls += 1
        has_response, envelope = self._host.send(request)
        if (overrun := self.meter.overrun()) is not None:
            raise RunStopped(overrun)
        return Variant("ok" if has_response else "err", envelope)

    def sleep(self, seconds: float) -> str | None:
        """egress.sleep. Unlike a response, nothing and a refusal are told apart by type, so wasmtime takes them as they are."""
        if not self.meter.allows_sleep(seconds):
            raise RunStopped("F_WALL")
        with self.meter.sleeping(seconds):
            return self._host.sleep(seconds)

    def slept_ns(self) -> int:
        """wasi:clocks/monotonic-clock.now"""
        return round(self.meter.slept_seconds * _NANOSECONDS)

    def now(self) -> Record:
        """wasi:clocks/wall-clock.now"""
        seconds, nanoseconds = divmod(self._started_ns + self.slept_ns(), _NANOSECONDS)
        moment = Record()
        vars(moment).update(seconds=seconds, nanoseconds=nanoseconds)
        return moment

    def random_bytes(self, count: int) -> bytes:
        """wasi:random/random.get-random-bytes"""
        if count > MAX_RANDOM_BYTES:
            raise RunStopped("F_MEMORY")
        return self._random.randbytes(count)


def define(linker: Linker, interfaces: list[str], current: Callable[[], Run]) -> None:
    """Define the imports on `linker`, for whichever run is current. `interfaces` are the image's, with their versions."""
    with linker.root() as root:
        for interface in interfaces:
            functions = _functions(current).get(interface.partition("@")[0])
            if functions is None:
                continue
            with root.add_instance(interface) as instance:
                for name, function in functions.items():
                    instance.add_func(name, function)


def _functions(current: Callable[[], Run]) -> dict[str, dict[str, HostFunction]]:
    return {
        EGRESS: {
            "send": lambda _, request: current().send(request),
            "sleep": lambda _, seconds: current().sleep(seconds),
        },
        "wasi:cli/environment": {"get-environment": lambda _: [], "get-arguments": lambda _: ["tool.py"]},
        "wasi:filesystem/preopens": {"get-directories": lambda _: []},
        "wasi:clocks/wall-clock": {"now": lambda _: current().now()},
        "wasi:clocks/monotonic-clock": {"now": lambda _: current().slept_ns()},
        "wasi:random/random": {"get-random-bytes": lambda _, count: current().random_bytes(count)},
    }
