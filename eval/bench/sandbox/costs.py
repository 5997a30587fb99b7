"""What the walls around a worker cost, and what small memory reservations would."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from eval.bench.figures import Figure, percentile, spread
from eval.bench.runs import TRIVIAL, address_space_mib
from eval.bench.sandbox.peers import PROGRAMS, Serving

_COMPUTING: Final = "def tool(client):\n    rows = sorted(str(n * n % 9973) for n in range(20_000))\n    return [min(1, len(set(rows)))]\n"
_BASELINE: Final = "no walls"


def wall_costs(image: Path, rounds: int, *, with_small: bool) -> Iterator[Figure]:
    """The same isolates in processes of three kinds. Pipes are left out, and so is making the next instance."""
    kinds = {_BASELINE: ("usual", "bare", str(image)), "all walls": ("usual", "walled", str(image))}
    if with_small:
        kinds["no walls, small reservations"] = ("small", "bare", _small_image())
    with ExitStack() as opened:
        serving = {kind: opened.enter_context(_isolates("serve", *arguments)) for kind, arguments in kinds.items()}
        for wall, took in serving["all walls"].greeting.items():
            yield Figure(name=f"raising a wall: {wall}", value=took, unit="ms", note="once in a worker's life")
        found: dict[tuple[str, str], list[float]] = {(kind, what): [] for kind in serving for what in ("trivial", "computing")}
        for _ in range(rounds):
            for kind, runner in serving.items():
                found[kind, "trivial"] += [runner.run(TRIVIAL) for _ in range(20)]
                found[kind, "computing"].append(runner.run(_COMPUTING))
        yield from _compared(found)
        for kind, runner in serving.items():
            yield Figure(name=f"address space with {kind}", value=address_space_mib(runner.pid), unit="MiB")
            yield Figure(name=f"resident memory with {kind}", value=runner.resident_mib(), unit="MiB")


def _compared(found: Mapping[tuple[str, str], Sequence[float]]) -> Iterator[Figure]:
    for (kind, what), values in found.items():
        yield from spread(f"isolate with {kind}, {what} tool", values, 50, note=f"{len(values)} runs")
        if kind != _BASELINE:
            ratio = percentile(values, 50) / percentile(found[_BASELINE, what], 50)
            yield Figure(name=f"isolate with {kind}, {what} tool, against {_BASELINE}", value=ratio, unit="times")


def _small_image() -> str:
    """The same image compiled for small reservations; 10 to 20 seconds where there is none yet."""
    return subprocess.run(_command("build"), capture_output=True, text=True, check=True).stdout.strip()


def _isolates(*arguments: str) -> Serving:
    return Serving(_command(*arguments))


def _command(*arguments: str) -> Sequence[str]:
    return (sys.executable, str(PROGRAMS / "isolates.py"), *arguments)
