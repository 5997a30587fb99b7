"""The pool: workers started when needed, shared, lost and replaced."""

from __future__ import annotations

import math
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sandbox.jobs import MIB, Limits
from sandbox.process import MOST_RUNS
from sandbox.supervisor import WorkerPool
from sandbox.turns import Patience, WorkersBusy
from schemas.errors import Misconfigured
from tests.sandbox.isolates import Host, body_job, run_body


@pytest.fixture
def own(image: Path) -> Iterator[WorkerPool]:
    """A pool to be cruel to."""
    with WorkerPool(image, size=1, grace_seconds=0.2) as pool:
        yield pool


class Murderous(Host):
    """Signals the worker that asks."""

    def __init__(self, pool: WorkerPool, number: signal.Signals) -> None:
        super().__init__()
        self._pool = pool
        self._number = number

    def send(self, request: str, ends: float = math.inf) -> str:
        os.kill(self._pool.pids()[0], self._number)
        return super().send(request, ends)


def _settled(pool: WorkerPool) -> None:
    """Wait for what is being started."""
    for started in tuple(pool._starting):
        started.exception()
    while pool._starting:
        pass


def test_workers_start_when_needed_and_stay(own: WorkerPool) -> None:
    assert own.pids() == ()
    run_body(own, "return []")
    first = own.pids()
    run_body(own, "return []")
    assert own.pids() == first
    assert len(first) == 1


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGABRT, signal.SIGTERM])
def test_a_worker_that_dies_is_an_outcome_and_is_replaced(own: WorkerPool, number: signal.Signals) -> None:
    outcome = run_body(own, "client.get('/x')\nreturn []", Murderous(own, number))
    assert (outcome.status, outcome.finding, outcome.usage.calls) == ("killed", "F_WORKER", 1)
    assert run_body(own, "return [1]").value == [1]


def test_a_worker_that_dies_while_idle_is_replaced_unnoticed(own: WorkerPool) -> None:
    run_body(own, "return []")
    (pid,) = own.pids()
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert run_body(own, "return [1]").value == [1]
    assert own.pids() != (pid,)


def test_a_worker_that_stops_answering_is_killed_after_its_grace(own: WorkerPool) -> None:
    outcome = run_body(own, "client.get('/x')\nreturn []", Murderous(own, signal.SIGSTOP), Limits(wall_seconds=0.2))
    assert (outcome.status, outcome.finding) == ("killed", "F_WALL")
    assert run_body(own, "return [1]").value == [1]


def test_a_worker_that_is_told_that_its_cpu_is_used_up_says_so(own: WorkerPool) -> None:
    assert run_body(own, "client.get('/x')", Murderous(own, signal.SIGXCPU)).finding == "F_CPU"


def test_a_defect_of_the_host_reaches_the_caller_and_costs_the_worker(own: WorkerPool) -> None:
    class Broken(Host):
        def send(self, request: str, ends: float = math.inf) -> str:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_body(own, "client.get('/x')", Broken())
    assert run_body(own, "return [1]").value == [1]


def test_a_lost_worker_s_successor_starts_before_anybody_asks_for_it(own: WorkerPool) -> None:
    run_body(own, "client.get('/x')", Murderous(own, signal.SIGKILL))
    _settled(own)
    (successor,) = own.pids()
    assert run_body(own, "return [1]").value == [1]
    assert own.pids() == (successor,)


def test_a_run_waits_for_a_successor_that_is_on_its_way(own: WorkerPool) -> None:
    run_body(own, "client.get('/x')", Murderous(own, signal.SIGKILL))
    assert run_body(own, "return [1]").value == [1]
    _settled(own)
    assert len(own.pids()) == 1


@pytest.mark.parametrize(("runs", "stays"), [(MOST_RUNS - 2, True), (MOST_RUNS - 1, False)])
def test_a_worker_is_replaced_after_so_many_runs(own: WorkerPool, runs: int, stays: bool) -> None:
    run_body(own, "return []")
    (pid,) = own.pids()
    own._idle[0]._runs = runs
    assert run_body(own, "return [1]").value == [1]
    _settled(own)
    assert (own.pids() == (pid,)) is stays
    assert len(own.pids()) == 1


@pytest.mark.parametrize(("grown", "stays"), [(1 << 40, True), (1, False)])
def test_a_worker_that_holds_too_much_is_replaced(own: WorkerPool, monkeypatch: pytest.MonkeyPatch, grown: int, stays: bool) -> None:
    run_body(own, "return []")
    (pid,) = own.pids()
    monkeypatch.setattr("sandbox.process.GROWN_BYTES", grown)
    run_body(own, "return []", limits=Limits(memory_bytes=32 * MIB))
    _settled(own)
    assert (own.pids() == (pid,)) is stays


def test_workers_are_warm_before_the_first_run(image: Path) -> None:
    with WorkerPool(image, size=2) as pool:
        pool.warm()
        _settled(pool)
        started = pool.pids()
        assert len(started) == 2
        pool.warm()
        assert run_body(pool, "return [1]").value == [1]
        assert set(pool.pids()) == set(started)


def test_a_pool_that_closes_while_workers_start_leaves_none(image: Path) -> None:
    pool = WorkerPool(image, size=2)
    pool.warm()
    pool.close()
    assert pool.pids() == ()
    assert not pool._starting


def test_a_worker_that_can_t_be_started_in_the_background_is_told_to_the_next_run(tmp_path: Path) -> None:
    with WorkerPool(tmp_path / "nothing.cwasm", size=1) as pool:
        pool.warm()
        with pytest.raises(Misconfigured, match="did not start"):
            run_body(pool, "return []")


@pytest.mark.parametrize(("most", "outcome"), [(0, WorkersBusy), (1, None)])
def test_runs_beyond_those_that_may_wait_are_turned_away(image: Path, most: int, outcome: type[Exception] | None) -> None:
    called, answered = threading.Event(), threading.Event()

    class Slow(Host):
        def send(self, request: str, ends: float = math.inf) -> str:
            called.set()
            answered.wait(30)
            return super().send(request, ends)

    with WorkerPool(image, size=1, patience=Patience(most, 30.0)) as pool, ThreadPoolExecutor(2) as threads:
        first = threads.submit(run_body, pool, "client.get('/x')\nreturn [1]", Slow())
        assert called.wait(30)
        second = threads.submit(run_body, pool, "return [2]")
        while not (second.done() or pool._turns._waiting):
            pass
        answered.set()
        assert first.result(30).value == [1]
        if outcome:
            assert isinstance(second.exception(30), outcome)
        else:
            assert second.result(30).value == [2]
        assert run_body(pool, "return [3]").value == [3]


def test_threads_share_the_workers(image: Path) -> None:
    with WorkerPool(image, size=2) as pool, ThreadPoolExecutor(8) as threads:
        bodies = [f"client.get('/x')\nreturn [{n}]" for n in range(24)]
        values = list(threads.map(lambda body: run_body(pool, body).value, bodies))
        assert values == [[n] for n in range(24)]
        assert len(pool.pids()) <= 2


def test_two_runs_go_on_at_the_same_time(image: Path) -> None:
    meeting = threading.Barrier(2, timeout=30)

    class Meeting(Host):
        def send(self, request: str, ends: float = math.inf) -> str:
            meeting.wait()
            return super().send(request, ends)

    with WorkerPool(image, size=2) as pool, ThreadPoolExecutor(2) as threads:
        outcomes = list(threads.map(lambda _: run_body(pool, "client.get('/x')\nreturn [1]", Meeting()), range(2)))
    assert [outcome.value for outcome in outcomes] == [[1], [1]]


def test_closing_ends_every_process_and_the_runs_that_go_on(image: Path) -> None:
    pool = WorkerPool(image, size=1)
    called = threading.Event()

    class Waiting(Host):
        def send(self, request: str, ends: float = math.inf) -> str:
            called.set()
            closed.wait(30)
            return super().send(request, ends)

    closed = threading.Event()
    with ThreadPoolExecutor(1) as threads:
        going = threads.submit(run_body, pool, "client.get('/x')\nreturn []", Waiting())
        assert called.wait(30)
        (pid,) = pool.pids()
        pool.close()
        closed.set()
        assert going.result(30).finding == "F_WORKER"
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(RuntimeError, match="closed"):
        run_body(pool, "return []")


def test_a_worker_ends_with_its_supervisor(image: Path) -> None:
    pool = WorkerPool(image, size=1)
    run_body(pool, "return []")
    (pid,) = pool.pids()
    worker = pool._idle[0]._process
    assert worker.stdin is not None
    worker.stdin.close()
    assert worker.wait(10) == 0
    pool.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize("content", [b"", b"\x7fELF no artefact of ours"])
def test_an_artefact_that_is_none_says_what_to_do(tmp_path: Path, content: bytes) -> None:
    artefact = tmp_path / "isolate.cwasm"
    artefact.write_bytes(content)
    with WorkerPool(artefact) as pool, pytest.raises(Misconfigured, match=r"did not start: WasmtimeError: .*Delete the image cache"):
        run_body(pool, "return []")


def test_a_job_that_cannot_be_sent_costs_no_worker(own: WorkerPool) -> None:
    run_body(own, "return []")
    before = own.pids()
    with pytest.raises(ValueError, match="JSON"):
        own.run(body_job("return []", Limits(cpu_seconds=float("nan"))), Host())
    assert own.pids() == before


def test_memory_does_not_grow_with_the_runs(own: WorkerPool) -> None:
    def resident_kib() -> int:
        status = Path(f"/proc/{own.pids()[0]}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")))

    for _ in range(20):
        run_body(own, "return [str(n) for n in range(1000)]")
    before = resident_kib()
    for _ in range(200):
        run_body(own, "return [str(n) for n in range(1000)]")
    assert resident_kib() < before + 8 * 1024
