"""A tool's own tests, run inside the isolate."""

from __future__ import annotations

import pytest

from sandbox.jobs import Job, Outcome, TestOutcome
from sandbox.supervisor import WorkerPool
from tests.sandbox.isolates import BASE_URL, STARTED_AT, Host

TOOL = """
import random
import httpx

def names(client, *, least=0):
    return [row["name"] for row in client.get("/rows").json() if row["n"] >= least]

def dice():
    return random.random()
"""


def _run(pool: WorkerPool, tests: str) -> Outcome:
    return pool.run(Job(TOOL, "tests", BASE_URL, STARTED_AT, tests=tests), Host())


def test_each_test_has_an_outcome_in_the_order_of_the_file(pool: WorkerPool) -> None:
    outcome = _run(
        pool,
        "import httpx\n"
        "from tool import names\n"
        "def client(rows):\n"
        "    return httpx.Client(base_url='http://x', transport=httpx.MockTransport(lambda _: httpx.Response(200, json=rows)))\n"
        "def test_keeps():\n"
        "    assert names(client([{'name': 'a', 'n': 1}])) == ['a']\n"
        "def test_drops():\n"
        "    found = names(client([{'name': 'a', 'n': 1}]), least=2)\n"
        "    assert found == ['a'], 'one row'\n"
        "def helper():\n"
        "    raise ValueError\n"
        "def test_breaks():\n"
        "    names(client([{}]))\n",
    )
    assert (outcome.status, outcome.error) == ("returned", None)
    assert outcome.tests == (
        TestOutcome("test_keeps", True),
        TestOutcome("test_drops", False, "AssertionError: one row", 9),
        TestOutcome("test_breaks", False, "KeyError: 'n'", 13),
    )


def test_a_bare_assert_is_explained_by_its_source_and_values(pool: WorkerPool) -> None:
    tests = "def test_sum():\n    rows, wanted = [1, 2], 4\n    assert sum(\n        rows\n    ) == wanted\n"
    assert _run(pool, tests).tests == (TestOutcome("test_sum", False, "assert sum(rows) == wanted; rows = [1, 2]; wanted = 4", 3),)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("async def test_x():\n    assert False", "returned a coroutine"),
        ("def test_x():\n    yield 1", "returned a generator"),
        ("def test_x():\n    return 1 == 2", "returned a bool"),
        ("def test_x(tmp_path):\n    pass", "TypeError: test_x() missing 1 required positional argument: 'tmp_path'"),
        ("def test_x():\n    raise SystemExit(1)", "SystemExit: 1"),
        ("def test_x():\n    import pytest", "no module 'pytest'"),
    ],
)
def test_what_cannot_pass_does_not(pool: WorkerPool, body: str, said: str) -> None:
    (test,) = _run(pool, body).tests
    assert (test.ok, said in test.message) == (False, True)


def test_every_test_starts_from_the_same_seed(pool: WorkerPool) -> None:
    tests = "from tool import dice\nseen = []\n" + "".join(
        f"def test_{n}():\n    seen.append(dice())\n    assert len(set(seen)) == 1\n" for n in range(3)
    )
    assert [test.ok for test in _run(pool, tests).tests] == [True, True, True]


@pytest.mark.parametrize(("tests", "kind"), [("import pytest", "ImportRefused"), ("def (", "SyntaxError"), ("1 / 0", "ZeroDivisionError")])
def test_a_module_that_cannot_be_loaded_is_a_raise(pool: WorkerPool, tests: str, kind: str) -> None:
    outcome = _run(pool, tests)
    assert outcome.error is not None
    assert (outcome.status, outcome.error.type, outcome.tests) == ("raised", kind, ())


def test_no_tests_is_no_failure_here(pool: WorkerPool) -> None:
    outcome = _run(pool, "x = 1")
    assert (outcome.status, outcome.tests) == ("returned", ())
