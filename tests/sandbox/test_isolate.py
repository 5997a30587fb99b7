"""A tool's run: what it is given, what it gives back, how it fails."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sandbox.jobs import Frame, Job, Limits
from sandbox.supervisor import WorkerPool
from tests.sandbox.isolates import BASE_URL, STARTED_AT, Host, call_job, run_body


def test_a_tool_returns_rows(pool: WorkerPool) -> None:
    job = call_job('def tool(client, *, limit, name):\n    return [{"name": name, "n": n} for n in range(limit)]', limit=2, name="张")
    outcome = pool.run(job, Host())
    assert (outcome.status, outcome.error, outcome.finding) == ("returned", None, None)
    assert outcome.value == [{"name": "张", "n": 0}, {"name": "张", "n": 1}]
    assert 0 < outcome.usage.cpu_seconds < 5


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("None", None),
        ("(1, 2)", [1, 2]),
        ("[1.5, 2**64 - 1, True]", [1.5, 2**64 - 1, True]),
        ("{'é': '🙂', 1: 2}", {"é": "🙂", "1": 2}),
        ("'\\x00\\u2028'", "\x00\u2028"),
        ("__import__('collections').Counter('aab')", {"a": 2, "b": 1}),
    ],
)
def test_any_json_comes_back_as_it_was(pool: WorkerPool, expression: str, expected: Any) -> None:
    expression = expression.replace("__import__('collections')", "collections")
    assert pool.run(call_job(f"import collections\ndef tool(client):\n    return {expression}"), Host()).value == expected


@pytest.mark.parametrize(
    ("expression", "named"),
    [
        ("[{'load': float('nan')}]", "the result[0]['load'] is nan"),
        ("[{'load': -math.inf}]", "the result[0]['load'] is -inf"),
        ("[{'at': datetime.datetime(2026, 1, 1)}]", "the result[0]['at'] is a datetime.datetime"),
        ("{'ids': {1, 2}}", "the result['ids'] is a builtins.set"),
        ("[b'x']", "the result[0] is a builtins.bytes"),
        ("{(1, 2): 3}", "the result has the key (1, 2)"),
        ("['\\ud800']", "the result[0] holds half a character"),
        ("circle()", "nested more than 64 deep"),
    ],
)
def test_what_json_cannot_hold_is_named_with_its_place(pool: WorkerPool, expression: str, named: str) -> None:
    source = f"import datetime, math\ndef circle():\n    a = []\n    a.append(a)\n    return a\ndef tool(client):\n    return {expression}"
    outcome = pool.run(call_job(source), Host())
    assert (outcome.status, outcome.finding) == ("raised", "F_VALUE")
    assert outcome.error is not None
    assert named in outcome.error.message


@pytest.mark.parametrize("depth", [900, 100_000])
def test_a_result_nested_too_deeply_for_the_host_is_a_finding(pool: WorkerPool, depth: int) -> None:
    outcome = run_body(pool, f"rows = []\nfor _ in range({depth}):\n    rows = [rows]\nreturn rows")
    assert outcome.status == "returned" or outcome.finding in ("F_VALUE", "F_RECURSION")


def test_a_raise_carries_type_message_and_the_tool_s_own_lines(pool: WorkerPool) -> None:
    source = 'def pick(row):\n    return row["missing"]\n\ndef tool(client):\n    return [pick(row) for row in [{}]]\n'
    outcome = pool.run(call_job(source), Host())
    assert (outcome.status, outcome.finding) == ("raised", None)
    assert outcome.error is not None
    assert (outcome.error.type, outcome.error.message, outcome.error.line) == ("KeyError", "'missing'", 2)
    assert outcome.error.frames == (Frame("tool", 5), Frame("pick", 2))


def test_the_error_of_a_library_points_to_the_line_that_called_it(pool: WorkerPool) -> None:
    outcome = pool.run(call_job("import json\ndef tool(client):\n    return json.loads('{')"), Host())
    assert outcome.error is not None
    assert (outcome.error.type, outcome.error.line) == ("json.decoder.JSONDecodeError", 3)


def test_a_syntax_error_carries_its_line(pool: WorkerPool) -> None:
    outcome = pool.run(call_job("def tool(client):\n    return [\n"), Host())
    assert outcome.error is not None
    assert (outcome.status, outcome.error.type, outcome.error.line) == ("raised", "SyntaxError", 2)


@pytest.mark.parametrize("raised", ["SystemExit(3)", "KeyboardInterrupt()", "GeneratorExit()", "type('Odd', (BaseException,), {})()"])
def test_even_the_exceptions_that_are_no_errors_are_a_result(pool: WorkerPool, raised: str) -> None:
    assert run_body(pool, f"raise {raised}").status == "raised"


def test_an_exception_that_cannot_be_printed_is_still_reported(pool: WorkerPool) -> None:
    outcome = pool.run(
        call_job("class Bad(Exception):\n    def __str__(self):\n        return 1 / 0\ndef tool(client):\n    raise Bad()"), Host()
    )
    assert outcome.error is not None
    assert (outcome.error.type, outcome.error.message) == ("Bad", "(its message raised ZeroDivisionError)")


def test_a_long_message_is_cut(pool: WorkerPool) -> None:
    outcome = run_body(pool, "raise ValueError('x' * 100_000)")
    assert outcome.error is not None
    assert len(outcome.error.message) == 2000


def test_an_unknown_function_is_an_error_of_the_tool(pool: WorkerPool) -> None:
    outcome = pool.run(call_job("def other(client):\n    return []"), Host())
    assert outcome.error is not None
    assert (outcome.status, outcome.error.type) == ("raised", "AttributeError")


def test_what_is_printed_logged_and_warned_comes_back_as_output(pool: WorkerPool) -> None:
    outcome = pool.run(
        call_job(
            "import logging, sys, warnings\n"
            "def tool(client):\n"
            "    print('rows', '张')\n"
            "    logging.getLogger('tool').warning('slow')\n"
            "    logging.info('quiet')\n"
            "    warnings.warn('old')\n"
            "    sys.stderr.write('done')\n"
            "    return []"
        ),
        Host(),
    )
    assert outcome.output == "rows 张\nslow\ntool.py:6: UserWarning: old\ndone"


def test_output_survives_a_raise(pool: WorkerPool) -> None:
    assert run_body(pool, "print('here')\nraise ValueError").output == "here\n"


def test_every_run_finds_a_new_interpreter(pool: WorkerPool) -> None:
    body = "import math, sys\nseen = getattr(math, 'seen', 0)\nmath.seen = seen + 1\nclient.headers['x-seen'] = 'yes'\nreturn [seen]"
    assert [run_body(pool, body).value for _ in range(4)] == [[0]] * 4


def test_a_client_is_bound_to_the_connection(pool: WorkerPool) -> None:
    assert run_body(pool, "return str(client.base_url)").value == f"{BASE_URL}/"


def test_a_tool_that_runs_outside_runs_here_unchanged(pool: WorkerPool) -> None:
    source = """
from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TypedDict

import httpx


class Tier(StrEnum):
    HIGH = "high"


@dataclass(frozen=True)
class Service:
    name: str
    tier: Tier


class Row(TypedDict):
    name: str
    tier: str


def tool(client: httpx.Client, *, tier: str = "high") -> list[Row]:
    services = [Service("checkout", Tier(tier))]
    return [Row(name=service.name, tier=service.tier) for service in services if asdict(service)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tier", default="high", help="of the service")
    print(parser.format_help(), tool(httpx.Client(), tier=parser.parse_args().tier))


if __name__ == "__main__":
    main()
"""
    outcome = pool.run(call_job(source), Host())
    assert outcome.value == [{"name": "checkout", "tier": "high"}]
    helped = pool.run(replace(call_job(source + "\ndef started(client):\n    main()\n"), function="started"), Host())
    assert (helped.status, "--tier TIER" in helped.output, "checkout" in helped.output) == ("returned", True, True)


def test_a_job_names_what_it_lacks() -> None:
    with pytest.raises(ValueError, match="'call' needs 'function'"):
        Job("", "call", BASE_URL, STARTED_AT)
    with pytest.raises(ValueError, match="'tests' needs 'tests'"):
        Job("", "tests", BASE_URL, STARTED_AT)
    with pytest.raises(ValueError, match="aware"):
        Job("", "tests", BASE_URL, STARTED_AT.replace(tzinfo=None), tests="")


def test_limits_have_the_documented_defaults() -> None:
    assert Limits() == Limits(cpu_seconds=10.0, wall_seconds=30.0, memory_bytes=256 << 20, output_bytes=8 << 20)
