"""All areas of it in turn: what a fresh run costs here and elsewhere, throughput, memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Final

from eval.bench.conditions import Conditions
from eval.bench.figures import Figure, milliseconds, percentile, spread
from eval.bench.runs import IMAGES, TRIVIAL, job, repeated, resident_mib, run_once
from eval.bench.sandbox.calls import brokered_calls
from eval.bench.sandbox.costs import wall_costs
from eval.bench.sandbox.peers import Peer, Pooled, Runner, Serving, peers
from eval.bench.sandbox.stopping import busy_loops, hard_kills
from sandbox.image.store import ImageStore
from sandbox.supervisor import WorkerPool

OURS: Final = "isolate through the pool"
WARM_RUNS: Final = 50
SLOW_SECONDS: Final = 1.0
"""A peer whose runs take longer is asked in one round of five."""
ENOUGH_FOR_P99: Final = 100

_FILLING: Final = "def tool(client):\n    rows = client.get('/rows').json() + ['x' * 100] * 10_000\n    return [len(str(rows))]\n"


def run(conditions: Conditions) -> list[Figure]:
    """All that is compared takes turns, so that a busy machine is fair to all."""
    image = ImageStore(IMAGES).ensure(lambda _stage, _share: None)
    quick = conditions.quick
    rounds = 5 if quick else 25
    candidates = peers()
    installed = [peer for peer in candidates if peer.version]
    with ExitStack() as opened:
        alone = opened.enter_context(WorkerPool(image, size=1))
        pool = opened.enter_context(WorkerPool(image))
        with ThreadPoolExecutor(2) as both:
            list(both.map(lambda _: run_once(pool, job(TRIVIAL)), range(2)))
        ours = Pooled(pool)
        theirs = [(peer, opened.enter_context(peer.open())) for peer in installed]
        figures = [
            *(_presence(peer) for peer in candidates),
            *_fresh(ours, theirs, rounds),
            *_rates(alone, pool, theirs, 3 if quick else 9),
            *_memory(alone, theirs, 100 if quick else 1000),
            *busy_loops(ours, [(OURS, ours), *((peer.name, runner) for peer, runner in theirs if peer.stops)], 3 if quick else 15),
        ]
    return [
        *figures,
        *hard_kills(image, 2 if quick else 9),
        *brokered_calls(image, rounds),
        *wall_costs(image, rounds, with_small=not quick),
    ]


def _presence(peer: Peer) -> Figure:
    note = peer.version or f"not here; to compare with it: {peer.install}"
    return Figure(name=f"peer: {peer.name}", value=float(peer.version is not None), unit="installed", note=note)


def _fresh(ours: Runner, theirs: Sequence[tuple[Peer, Runner]], rounds: int) -> Iterator[Figure]:
    """A trivial tool in an interpreter that ran nothing before."""
    found: dict[str, list[float]] = {OURS: [], **{peer.name: [] for peer, _ in theirs}}
    for number in range(rounds):
        found[OURS] += [ours.run(TRIVIAL) for _ in range(20)]
        for peer, runner in theirs:
            if peer.seconds_each < SLOW_SECONDS or number % 5 == 0:
                found[peer.name] += [runner.run(TRIVIAL) for _ in range(peer.sample)]
    median = percentile(found[OURS], 50)
    for name, values in found.items():
        percents = (50, 99) if len(values) >= ENOUGH_FOR_P99 else (50,)
        yield from spread(f"fresh run, {name}", values, *percents, note=f"{len(values)} runs back to back")
        if name != OURS:
            yield Figure(name=f"fresh run, {name}, against ours, p50", value=percentile(values, 50) / median, unit="times")


def _rates(alone: WorkerPool, pool: WorkerPool, theirs: Sequence[tuple[Peer, Runner]], turns: int) -> Iterator[Figure]:
    """The median of some turns. Of a peer that keeps a process one is asked: another one of it costs its memory again."""
    one, two = (f"{OURS}, 1 worker", Pooled(alone), 1, 40), (f"{OURS}, 2 workers", Pooled(pool), 2, 80)
    asked: list[tuple[str, Runner, int, int]] = [one, two]
    for peer, runner in theirs:
        if peer.seconds_each < SLOW_SECONDS:
            kept = isinstance(runner, Serving)
            asked += [(f"{peer.name}, {threads} at a time", runner, threads, peer.sample) for threads in ((1,) if kept else (1, 2))]
    found: dict[str, list[float]] = {name: [] for name, *_ in asked}
    for _ in range(turns):
        for name, runner, threads, times in asked:
            found[name].append(_rate(runner, threads, times))
    for name, values in found.items():
        yield Figure(name=f"runs per second, {name}", value=percentile(values, 50), unit="1/s", note=f"median of {turns} turns")
    gain = percentile([both / single for both, single in zip(found[two[0]], found[one[0]], strict=True)], 50)
    yield Figure(name=f"runs per second, {OURS}, 2 workers against 1", value=gain, unit="times", note="within each turn")


def _rate(runner: Runner, threads: int, times: int) -> float:
    with ThreadPoolExecutor(threads) as executor:
        took = milliseconds(lambda: list(executor.map(lambda _: runner.run(TRIVIAL), range(times))))
    return times / took * 1000


def _memory(alone: WorkerPool, theirs: Sequence[tuple[Peer, Runner]], runs: int) -> Iterator[Figure]:
    """Every run of ours fills memory that the next one must not find."""
    repeated(lambda: run_once(alone, job(_FILLING)), WARM_RUNS)
    before = resident_mib(alone.pids()[0])
    repeated(lambda: run_once(alone, job(_FILLING)), runs)
    after = resident_mib(alone.pids()[0])
    note = "each makes a call and fills a megabyte"
    yield Figure(name=f"resident memory of a worker after {WARM_RUNS} runs", value=before, unit="MiB", note=note)
    yield Figure(name=f"resident memory of a worker after {runs:,} more", value=after, unit="MiB", note=note)
    for peer, runner in theirs:
        if isinstance(runner, Serving):
            yield Figure(name=f"resident memory, {peer.name}", value=runner.resident_mib(), unit="MiB", note="after the runs above")
