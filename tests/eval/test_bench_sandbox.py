"""What the sandbox is compared with, and that each part of the comparison measures what it says."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.bench.runs import IMAGES, TRIVIAL
from eval.bench.sandbox.calls import brokered_calls
from eval.bench.sandbox.costs import wall_costs
from eval.bench.sandbox.peers import BARE, INTERPRETER, EachAnew, Peer, Pooled, Runner, Serving, peers
from eval.bench.sandbox.stopping import hard_kills
from sandbox.image.store import ImageStore
from sandbox.supervisor import WorkerPool

ENDLESS = "def tool(client):\n    while True:\n        pass\n"
WRONG = "def tool(client):\n    return [2]\n"
ECHOING = """\
import json, sys
print('{"greeted": 1.0}', flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    scope = {}
    exec(asked["source"], scope)
    value = None if asked["seconds"] else scope["tool"](None)
    print(json.dumps({"value": value, "milliseconds": 250.0}), flush=True)
"""


@pytest.fixture(scope="module")
def image() -> Path:
    return ImageStore(IMAGES).ensure(lambda _stage, _share: None)


def named(peer_list: list[Peer], name: str) -> Peer:
    return next(peer for peer in peer_list if peer.name == name)


@pytest.fixture(params=["isolate", "process", "serving"])
def runner(request: pytest.FixtureRequest, image: Path) -> Iterator[Runner]:
    if request.param == "process":
        yield EachAnew([INTERPRETER, "-I", "-S", "-c"])
    elif request.param == "serving":
        with Serving([sys.executable, "-c", ECHOING]) as serving:
            yield serving
    else:
        with WorkerPool(image, size=1) as pool:
            yield Pooled(pool)


def test_every_runner_times_a_tool_that_returns_what_it_should(runner: Runner) -> None:
    assert runner.run(TRIVIAL) > 0


def test_no_runner_takes_another_answer_for_a_measurement(runner: Runner) -> None:
    with pytest.raises(RuntimeError, match="not \\[1\\]"):
        runner.run(WRONG)


def test_every_runner_stops_what_never_ends_and_says_how_late(runner: Runner) -> None:
    assert runner.stop(ENDLESS, 0.1) > 0


def test_a_tool_that_ends_is_no_measure_of_stopping() -> None:
    with pytest.raises(RuntimeError, match="has ended"):
        EachAnew([INTERPRETER, "-I", "-S", "-c"]).stop(TRIVIAL, 30.0)


def test_a_serving_peer_greets_and_one_that_dies_is_named() -> None:
    with Serving([sys.executable, "-c", ECHOING]) as serving:
        assert serving.greeting == {"greeted": 1.0}
        assert serving.resident_mib() > 1
    with pytest.raises(RuntimeError, match="ended without a word"):
        Serving([sys.executable, "-c", "pass"])


def test_peers_that_are_not_installed_say_how_to_get_them(tmp_path: Path) -> None:
    found = peers(tmp_path)
    absent = [peer for peer in found if peer.version is None]
    assert {"Monty", "Pyodide"} <= {peer.name.split(",")[0] for peer in absent}
    assert all(peer.install for peer in absent)
    assert named(found, BARE).version


def test_a_frozen_worker_is_killed_and_replaced(image: Path) -> None:
    assert all(figure.unit == "ms" and figure.value > 0 for figure in hard_kills(image, 1))


def test_the_broker_is_measured_by_itself_and_from_within(image: Path) -> None:
    names = [figure.name for figure in brokered_calls(image, 1)]
    assert any(name.startswith("broker, per request") for name in names)
    assert any(name.startswith("a tool's call") for name in names)


def test_walls_are_measured_against_isolates_without_any(image: Path) -> None:
    figures = {figure.name: figure.value for figure in wall_costs(image, 1, with_small=False)}
    assert {"raising a wall: landlock", "isolate with no walls, trivial tool, p50", "resident memory with all walls"} <= figures.keys()
    assert all(value > 0 for value in figures.values())
