"""The outer wall, from inside: what a process can still do once it is up. Run as a script, it tries."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox import walls
from sandbox.supervisor import WorkerPool

ROOT = Path(__file__).parents[2]


def _attempts() -> dict[str, Callable[[], object]]:
    return {
        "read": lambda: Path("/etc/passwd").read_text(),
        "write": lambda: Path("/tmp/escaped").write_text("x"),
        "list": lambda: list(Path("/").iterdir()),
        "connect": lambda: socket.socket().connect(("127.0.0.1", int(sys.argv[1]))),
        "execute": lambda: os.execv("/bin/true", ["true"]),
        "fork": os.fork,
        "thread": lambda: threading.Thread(target=int).start(),
    }


def _try_everything() -> dict[str, object]:
    """What came of each attempt behind the walls, "done" or the error's name; and which walls are up."""
    up = [*walls.raise_first(), *walls.raise_rest(), *walls.forbid_processes()]
    results = {}
    for name, attempt in _attempts().items():
        try:
            attempt()
            results[name] = "done"
        except (OSError, RuntimeError) as error:
            results[name] = type(error).__name__
    return {"up": up, "results": results}


@pytest.fixture(scope="module")
def behind() -> dict[str, object]:
    """The attempts of a process of its own, with a real server to reach."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        command = [sys.executable, "-m", "tests.sandbox.test_walls", str(server.getsockname()[1])]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, check=True)
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("wall", "attempts"),
    [
        ("landlock", ("read", "write", "list", "execute")),
        ("network-namespace", ("connect",)),
        ("resource-limits", ("read", "write", "list", "connect")),
        ("system-call-filter", ("read", "write", "list", "connect", "execute", "fork", "thread")),
    ],
)
def test_what_is_behind_a_wall_is_out_of_reach(behind: dict[str, dict[str, str]], wall: str, attempts: tuple[str, ...]) -> None:
    if wall not in behind["up"]:
        pytest.skip(f"this kernel has no {wall}")
    assert {name: behind["results"][name] for name in attempts if behind["results"][name] == "done"} == {}


def test_a_worker_reports_the_walls_that_are_up(pool: WorkerPool, behind: dict[str, list[str]]) -> None:
    assert set(pool.walls()) == set(behind["up"])
    assert set(pool.walls()) <= set(walls.NAMES)
    assert "resource-limits" in pool.walls()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_worker_has_no_environment_and_no_descriptor_but_its_pipes_and_the_image(pool: WorkerPool, image: Path) -> None:
    pool.walls()
    for pid in pool.pids():
        try:
            assert Path(f"/proc/{pid}/environ").read_bytes() == b""
            held = {entry.readlink().as_posix().partition(":")[0] for entry in Path(f"/proc/{pid}/fd").iterdir()}
            assert held == {"pipe", "/dev/null", image.as_posix()}
        except PermissionError:  # another user's process can't look into an undumpable one, which is a wall by itself
            assert "not-dumpable" in pool.walls()


def test_a_run_s_limits_bound_the_process(pool: WorkerPool) -> None:
    pool.walls()
    soft, _ = resource.prlimit(pool.pids()[0], resource.RLIMIT_NOFILE)
    assert soft == 3
    assert resource.prlimit(pool.pids()[0], resource.RLIMIT_CORE) == (0, 0)


def test_a_process_over_its_cpu_limit_is_ended_by_the_kernel() -> None:
    script = "from sandbox import walls\nwalls.limit_run(1 << 28, -1.5)\nwhile True: pass"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, timeout=60, check=False)
    assert done.returncode == -signal.SIGXCPU


if __name__ == "__main__":
    print(json.dumps(_try_everything()))
