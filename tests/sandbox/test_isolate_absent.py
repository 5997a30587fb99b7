"""What does not exist in an isolate: every way out that is not the client."""

from __future__ import annotations

import pytest

from sandbox.image.baked import CONCURRENCY, MODULES, is_importable
from sandbox.jobs import FindingCode, Limits
from sandbox.supervisor import WorkerPool
from tests.sandbox.isolates import Host, call_job, run_body


@pytest.mark.parametrize("module", MODULES)
def test_every_listed_module_can_be_imported(pool: WorkerPool, module: str) -> None:
    assert pool.run(call_job(f"import {module}\ndef tool(client):\n    return {module}.__name__"), Host()).value == module


@pytest.mark.parametrize(
    "module", ["requests", "socket", "ssl", "ctypes", "pathlib", "importlib", "guest.run", "wit_world", "_ctypes", "httpx2"]
)
def test_an_import_off_the_list_names_what_there_is(pool: WorkerPool, module: str) -> None:
    outcome = pool.run(call_job(f"import {module}\ndef tool(client):\n    return []"), Host())
    assert (outcome.status, outcome.finding) == ("raised", "F_IMPORT")
    assert outcome.error is not None
    assert (outcome.error.type, outcome.error.line) == ("ImportRefused", 1)
    assert module in outcome.error.message
    assert "httpx" in outcome.error.message


@pytest.mark.parametrize("module", [*CONCURRENCY, "concurrent.futures"])
def test_threads_processes_and_event_loops_have_a_finding_of_their_own(pool: WorkerPool, module: str) -> None:
    outcome = run_body(pool, f"import {module}")
    assert (outcome.status, outcome.finding) == ("raised", "F_THREADS")
    assert outcome.error is not None
    assert "plain loop" in outcome.error.message


def test_a_thread_reached_by_a_back_door_does_not_start(pool: WorkerPool) -> None:
    outcome = run_body(pool, "import logging\nlogging.threading.Thread(target=print).start()")
    assert outcome.finding == "F_THREADS"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("urllib.parse", True),
        ("urllib", True),
        ("urllib.request", False),
        ("collections.abc", True),
        ("os.path", True),
        ("osx", False),
        ("email", True),
        ("json.decoder", True),
        ("jso", False),
        ("", False),
    ],
)
def test_a_name_is_importable_with_its_parents_and_inside_listed_packages(name: str, expected: bool) -> None:
    assert is_importable(name) is expected


def test_there_are_no_files(pool: WorkerPool) -> None:
    for call in ("open('/etc/passwd')", "open('x', 'w')", "__import__('os').listdir('/')"):
        outcome = run_body(pool, f"import os\nreturn {call}".replace("__import__('os')", "os"))
        assert outcome.error is not None
        assert (outcome.status, outcome.error.type) in (("raised", "FileNotFoundError"), ("raised", "OSError"))


def test_the_environment_is_empty(pool: WorkerPool) -> None:
    assert run_body(pool, "import os, sys\nreturn [dict(os.environ), sys.argv]").value == [{}, ["tool.py"]]


@pytest.mark.parametrize(
    ("body", "finding", "named"),
    [
        ("import sys\nsys.stdin.read()", "F_HOST_IMPORT", "stdin"),
        ("input()", "F_HOST_IMPORT", "stdin"),
        ("import os\nos._exit(0)", "F_HOST_IMPORT", "exit"),
        ("import os\nos.abort()", "F_TRAP", "broke"),
    ],
    ids=["stdin", "input", "exit", "abort"],
)
def test_a_call_to_what_is_absent_ends_the_run_and_is_named(pool: WorkerPool, body: str, finding: FindingCode, named: str) -> None:
    outcome = run_body(pool, body)
    assert (outcome.status, outcome.finding) == ("trapped", finding)
    assert outcome.error is not None
    assert named in outcome.error.message


@pytest.mark.parametrize(
    "body",
    [
        "import sys\nsocket = sys.modules['socket']\nsocket.create_connection(('127.0.0.1', 80), timeout=1)",
        "import sys\nsocket = sys.modules['socket']\nsocket.getaddrinfo('localhost', 80)",
        "import os\nos.system('true')",
        "import os\nos.fork()",
        "import sys\nsys.modules['urllib.request'].urlopen('http://127.0.0.1/')",
        "import sys\nsys.modules['subprocess'].Popen(['true'])",
        "import sys\nsys.modules['botocore.httpsession'].URLLib3Session()",
        "import sys\nsys.modules['urllib3'].PoolManager().request('GET', 'http://127.0.0.1/', retries=False)",
    ],
    ids=["connect", "resolve", "shell", "fork", "urlopen", "process", "botocore's own HTTP", "urllib3"],
)
def test_back_doors_lead_nowhere(pool: WorkerPool, body: str) -> None:
    assert run_body(pool, body).status in ("raised", "trapped")


def test_class_walks_and_frames_find_no_host(pool: WorkerPool) -> None:
    body = (
        "import sys\n"
        "found = [cls.__name__ for cls in object.__subclasses__() if cls.__name__ in ('CDLL', 'Engine', 'Store')]\n"
        "frame, files = sys._getframe(), []\n"
        "while frame:\n"
        "    files.append(frame.f_code.co_filename)\n"
        "    frame = frame.f_back\n"
        "return [found, files]"
    )
    outcome = run_body(pool, body)
    assert outcome.value[0] == []
    assert all(file == "tool.py" or "/guest/" in file for file in outcome.value[1])


def test_no_message_tells_a_path_of_the_host(pool: WorkerPool) -> None:
    bodies = [
        "1 / 0",
        "open('/x')",
        "import nothing",
        "import sys\nsys.stdin.read()",
        "while True:\n    pass",
        "import json\njson.loads('{')",
    ]
    for body in bodies:
        outcome = run_body(pool, body, limits=Limits(cpu_seconds=0.2))
        assert outcome.error is not None
        assert not any(part in repr(outcome) for part in ("site-packages", "/sandbox/", "/home/", "/root/", ".cwasm"))
