"""Runs that want too much: every limit from both sides, in Python and in C."""

from __future__ import annotations

import pytest

from sandbox.jobs import MIB, FindingCode, Limits
from sandbox.supervisor import WorkerPool
from tests.sandbox.isolates import Host, ok, run_body

SHORT = Limits(cpu_seconds=0.3, wall_seconds=20.0)


@pytest.mark.parametrize(
    "body",
    [
        "while True:\n    pass",
        "return pow(7, 10**9) and 1",
        "return len(sorted(range(3 * 10**6), key=lambda n: -n))",
        "import re\nreturn bool(re.match('(a+)+$', 'a' * 40 + 'b'))",
        "return sum(range(10**11))",
        "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass",
        "import time\nuntil = time.monotonic() + 1\nwhile time.monotonic() < until:\n    pass",
    ],
    ids=["python", "pow", "sorted", "re", "sum", "catches everything", "waits for a clock that stands"],
)
def test_a_busy_loop_is_stopped_by_its_cpu_budget(pool: WorkerPool, body: str) -> None:
    outcome = run_body(pool, body, limits=SHORT)
    assert (outcome.status, outcome.finding) == ("trapped", "F_CPU")
    assert outcome.error is not None
    assert "0.3 s" in outcome.error.message


def test_waiting_for_the_host_is_no_cpu(pool: WorkerPool) -> None:
    outcome = run_body(pool, "import time\ntime.sleep(15)\nreturn [1]", limits=SHORT)
    assert outcome.value == [1]
    assert outcome.usage.cpu_seconds < 0.3


@pytest.mark.parametrize(
    ("seconds", "finding"),
    [("19", None), ("20.5", "F_WALL"), ("1e300", "F_WALL"), ("float('inf')", "F_WALL")],
)
def test_sleeping_counts_by_its_length_against_the_wall(pool: WorkerPool, seconds: str, finding: FindingCode | None) -> None:
    host = Host()
    outcome = run_body(pool, f"import time\ntime.sleep({seconds})\nreturn []", host, SHORT)
    assert outcome.finding == finding
    assert host.sleeps == ([19.0] if finding is None else [])


def test_short_sleeps_add_up_to_the_wall(pool: WorkerPool) -> None:
    host = Host()
    outcome = run_body(pool, "import time\nwhile True:\n    time.sleep(6)", host, SHORT)
    assert (outcome.status, outcome.finding, host.sleeps) == ("trapped", "F_WALL", [6.0, 6.0, 6.0])
    assert outcome.usage.slept_seconds == 18.0


@pytest.mark.parametrize("seconds", ["-1", "float('nan')"])
def test_a_sleep_of_no_length_is_an_error_of_the_tool(pool: WorkerPool, seconds: str) -> None:
    outcome = run_body(pool, f"import time\ntime.sleep({seconds})")
    assert outcome.error is not None
    assert (outcome.status, outcome.error.type) == ("raised", "ValueError")


@pytest.mark.parametrize(
    "body",
    [
        "return len(bytearray(1 << 30))",
        "rows = []\nwhile True:\n    rows.append('x' * 100_000)",
        "rows = [[]]\nwhile True:\n    rows.append(list(rows[-1]) + [0] * 10_000)",
        "return len('x' * (1 << 30))",
    ],
    ids=["one block", "many blocks", "many objects", "text"],
)
def test_a_memory_bomb_ends_as_a_finding(pool: WorkerPool, body: str) -> None:
    outcome = run_body(pool, body, limits=Limits(memory_bytes=64 * MIB))
    assert (outcome.status, outcome.finding) == ("raised", "F_MEMORY")
    assert outcome.error is not None
    assert outcome.error.line >= 2


def test_memory_within_the_limit_is_there(pool: WorkerPool) -> None:
    body = "return len(bytearray(100 << 20))"
    assert run_body(pool, body, limits=Limits(memory_bytes=160 * MIB)).value == 100 << 20
    assert run_body(pool, body, limits=Limits(memory_bytes=110 * MIB)).finding == "F_MEMORY"


def test_a_limit_below_what_the_interpreter_holds_leaves_little_and_breaks_nothing(pool: WorkerPool) -> None:
    outcome = run_body(pool, "return ['x' * 30_000_000]", limits=Limits(memory_bytes=1 * MIB))
    assert outcome.finding == "F_MEMORY"


@pytest.mark.parametrize(("count", "finding"), [(1000, None), (1001, "F_OUTPUT")])
def test_printing_is_bounded(pool: WorkerPool, count: int, finding: FindingCode | None) -> None:
    outcome = run_body(pool, f"print('x' * {count}, end='')\nreturn []", limits=Limits(output_bytes=1000))
    assert outcome.finding == finding
    assert len(outcome.output) <= 1000


def test_a_flood_that_catches_everything_stays_bounded(pool: WorkerPool) -> None:
    body = "while True:\n    try:\n        print('x' * 100)\n    except BaseException:\n        pass"
    outcome = run_body(pool, body, limits=Limits(cpu_seconds=0.3, output_bytes=1000))
    assert outcome.finding == "F_CPU"


@pytest.mark.parametrize(("count", "finding"), [(998, None), (999, "F_OUTPUT")])
def test_the_result_is_bounded(pool: WorkerPool, count: int, finding: FindingCode | None) -> None:
    outcome = run_body(pool, f"return 'x' * {count}", limits=Limits(output_bytes=1000))
    assert outcome.finding == finding


def test_a_request_is_bounded(pool: WorkerPool) -> None:
    host = Host()
    outcome = run_body(pool, "client.post('/x', content='y' * 1000)", host, Limits(output_bytes=1000))
    assert (outcome.status, outcome.finding, host.requests) == ("trapped", "F_OUTPUT", [])


def test_a_large_response_gets_in(pool: WorkerPool) -> None:
    host = Host(lambda _: ok(["x" * 1000] * 5000))
    assert run_body(pool, "return len(client.get('/x').json())", host).value == 5000


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("def down(n):\n    return down(n + 1)\nreturn down(0)", "raised"),
        ("import sys\nsys.setrecursionlimit(10**9)\ndef down(n):\n    return down(n + 1)\nreturn down(0)", "trapped"),
        ("class Odd:\n    def __repr__(self):\n        return repr(self)\nreturn repr(Odd())", "raised"),
        ("import json\nreturn json.loads('[' * 100_000)", "trapped"),
        ("rows = ()\nfor _ in range(10**6):\n    rows = (rows,)\nreturn 1", "trapped"),
    ],
    ids=["python", "limit lifted", "repr", "json", "deallocation"],
)
def test_deep_recursion_is_a_finding_wherever_it_happens(pool: WorkerPool, body: str, status: str) -> None:
    outcome = run_body(pool, body)
    assert (outcome.status, outcome.finding) == (status, "F_RECURSION")


def test_the_next_run_is_none_the_worse(pool: WorkerPool) -> None:
    before = pool.pids()
    assert run_body(pool, "return [1]").value == [1]
    assert set(before) <= set(pool.pids())
