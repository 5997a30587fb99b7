"""The filter on system calls by itself: what a process can still do behind it, root or not. Run as a script, it tries."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox import seccomp, walls
from sandbox.supervisor import WorkerPool

ROOT = Path(__file__).parents[2]
_PTRACE_ATTACH = 16


def _mapped() -> int:
    return len(bytearray(64 << 20))


def _traced() -> None:
    if ctypes.CDLL(None, use_errno=True).ptrace(_PTRACE_ATTACH, os.getppid(), None, None):
        raise OSError(ctypes.get_errno(), "ptrace")


_REFUSED: dict[str, Callable[[], object]] = {
    "open": lambda: os.open("/etc/passwd", os.O_RDONLY),
    "list": lambda: list(Path("/").iterdir()),
    "socket": lambda: socket.socket(),
    "pipe": os.pipe,
    "duplicate": lambda: os.dup(1),
    "fork": os.fork,
    "thread": lambda: threading.Thread(target=int).start(),
    "execute": lambda: os.execv("/bin/true", ["true"]),
    "spawn": lambda: os.posix_spawn("/bin/true", ["true"], {}),
    "signal another": lambda: os.kill(os.getppid(), signal.SIGCONT),
    "another's limits": lambda: resource.prlimit(os.getppid(), resource.RLIMIT_CPU),
    "another's memory": _traced,
    "privileges": lambda: os.setuid(0),
    "mount": lambda: os.chroot("/"),
}
_ALLOWED: dict[str, Callable[[], object]] = {
    "memory": _mapped,
    "clock": time.monotonic,
    "sleep": lambda: time.sleep(0.001),
    "random": lambda: os.urandom(8),
    "own limits": lambda: resource.setrlimit(resource.RLIMIT_CPU, (60, 60)),
    "lock": lambda: threading.Event().wait(0.001),
}


def _tried(attempts: dict[str, Callable[[], object]]) -> dict[str, str]:
    """What came of each: "done", or the error's name."""
    found = {}
    for name, attempt in attempts.items():
        try:
            attempt()
            found[name] = "done"
        except (OSError, RuntimeError) as error:
            found[name] = type(error).__name__
    return found


def _try_everything() -> dict[str, object]:
    """From a thread that was there before the filter, and from the one that installed it."""
    walls.raise_first()
    elsewhere: dict[str, str] = {}
    is_up = threading.Event()

    def wait_and_try() -> None:
        is_up.wait()
        elsewhere.update(_tried({name: _REFUSED[name] for name in ("open", "socket", "fork")}))

    thread = threading.Thread(target=wait_and_try)
    thread.start()
    installed = seccomp.install()
    is_up.set()
    thread.join()
    return {"installed": installed, "refused": _tried(_REFUSED), "elsewhere": elsewhere, "allowed": _tried(_ALLOWED)}


@pytest.fixture(scope="module")
def behind() -> dict[str, dict[str, str]]:
    done = subprocess.run([sys.executable, "-m", "tests.sandbox.test_seccomp"], cwd=ROOT, capture_output=True, timeout=60, check=True)
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    if not found["installed"]:
        pytest.skip("this kernel has no filter on system calls, or its numbers are not known")
    return found


@pytest.mark.parametrize("name", _REFUSED)
def test_nothing_new_is_to_be_had_of_the_kernel(behind: dict[str, dict[str, str]], name: str) -> None:
    assert behind["refused"][name] == ("RuntimeError" if name == "thread" else "PermissionError")


def test_threads_that_were_there_before_are_bound_too(behind: dict[str, dict[str, str]]) -> None:
    assert set(behind["elsewhere"].values()) == {"PermissionError"}
    assert len(behind["elsewhere"]) == 3


@pytest.mark.parametrize("name", _ALLOWED)
def test_what_a_worker_lives_on_goes_on(behind: dict[str, dict[str, str]], name: str) -> None:
    assert behind["allowed"][name] == "done"


def test_a_processor_of_unknown_numbers_has_no_filter_and_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "sparc")
    assert seccomp.install() is False
    assert (ROOT / "README.md").exists()


@pytest.mark.parametrize("column", [0, 1])
def test_every_call_has_a_number_of_its_own(column: int) -> None:
    numbers = [pair[column] for pair in (*seccomp._ALLOWED.values(), seccomp._PRLIMIT, seccomp._TGKILL) if pair[column] is not None]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_every_thread_of_a_worker_is_behind_the_filter(pool: WorkerPool) -> None:
    if "system-call-filter" not in pool.walls():
        pytest.skip("this kernel has no filter on system calls")
    for pid in pool.pids():
        modes = [
            line.split()[1]
            for task in Path(f"/proc/{pid}/task").iterdir()
            for line in (task / "status").read_text().splitlines()
            if line.startswith("Seccomp:")
        ]
        assert len(modes) >= 2
        assert set(modes) == {"2"}


if __name__ == "__main__":
    print(json.dumps(_try_everything()))
