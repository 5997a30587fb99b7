import ast
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sandbox import mypy_process, mypy_server
from sandbox.mypy_process import MypyProcess
from sandbox.mypy_server import MypyServer
from sandbox.typecheck import TypeChecker
from schemas.errors import LimitExceeded, Misconfigured
from tests.sandbox.candidates import CLEAN_SOURCE, CLEAN_TESTS, DATA, Defect, blocking, defects


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("types")


@pytest.fixture(scope="module")
def checker(cache: Path) -> Iterator[TypeChecker]:
    with TypeChecker(cache) as checker:
        checker.prime()
        yield checker


@pytest.mark.parametrize("tool", ["clean.py", "cursor.py"])
def test_a_clean_tool_has_no_findings(checker: TypeChecker, tool: str) -> None:
    assert checker.check((DATA / "tools" / tool).read_text()) == ()


def test_clean_tests_have_no_findings(checker: TypeChecker) -> None:
    assert checker.check(CLEAN_SOURCE, CLEAN_TESTS) == ()


@pytest.mark.parametrize("defect", defects("types"), ids=lambda defect: defect.name)
def test_a_defect_is_found_where_it_is(checker: TypeChecker, defect: Defect) -> None:
    candidate = defect.candidate()
    findings = checker.check(candidate.source, candidate.tests)
    assert blocking(findings) == defect.finds
    assert findings[0].line == defect.line()
    assert findings[0].message.startswith("tests, line ") == defect.tests


AWS_TOOL = """from typing import Any

import boto3
from botocore.exceptions import ClientError


def instances(session: boto3.Session) -> list[dict[str, Any]]:
    ec2 = session.client("ec2")
    try:
        pages = ec2.get_paginator("describe_instances").paginate()
        return [row for page in pages for held in page["Reservations"] for row in held["Instances"]]
    except ClientError as error:
        print(error.response["Error"]["Code"], error.operation_name)
        raise
"""
AWS_TESTS = """from typing import Any

import boto3
from botocore.stub import Stubber

from tool import instances


class StubbedSession(boto3.Session):
    def __init__(self) -> None:
        super().__init__(region_name="eu-west-1")
        self.ec2 = super().client("ec2")

    def client(self, *args: Any, **kwargs: Any) -> Any:
        return self.ec2


def test_no_instances() -> None:
    session = StubbedSession()
    with Stubber(session.ec2) as stubber:
        stubber.add_response("describe_instances", {"Reservations": []}, {})
        assert instances(session) == []
        stubber.assert_no_pending_responses()
"""


def test_a_tool_for_boto3_and_its_tests_have_no_findings(checker: TypeChecker) -> None:
    assert checker.check(AWS_TOOL, AWS_TESTS) == ()


@pytest.mark.parametrize(
    ("right", "wrong", "code"),
    [
        ('session.client("ec2")', 'session.resource("ec2")', "attr-defined"),
        ('session.client("ec2")', "session.client(2)", "arg-type"),
        ("import ClientError", "import ClientErr", "attr-defined"),
        ("error.operation_name", "error.operation", "attr-defined"),
    ],
)
def test_a_wrong_use_of_boto3_is_found(checker: TypeChecker, right: str, wrong: str, code: str) -> None:
    assert right in AWS_TOOL
    assert code in blocking(checker.check(AWS_TOOL.replace(right, wrong)))


def test_the_process_that_answers_for_a_broken_server_knows_boto3_too(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = MypyServer(cache, tmp_path)
    server.warm()
    monkeypatch.setattr(mypy_server, "_checked", _breaks)
    assert server.report(AWS_TOOL, AWS_TESTS) == ""


def _breaks(*_: object) -> str:
    raise AssertionError("of mypy's own")


def test_a_verdict_does_not_outlive_its_text(checker: TypeChecker) -> None:
    """Same length, same second: the server must not take one text for the other."""
    right, wrong = "x: int = 1234\n", 'x: int = "12"\n'
    assert [blocking(checker.check(text)) for text in (right, wrong, right, wrong)] == [[], ["assignment"], [], ["assignment"]]


def test_what_a_tool_defined_is_gone_with_it(checker: TypeChecker) -> None:
    assert checker.check("def old() -> None: ...\n") == ()
    assert blocking(checker.check("", "import tool\n\ntool.old()\n")) == ["attr-defined"]


def test_untyped_tests_are_advised(checker: TypeChecker) -> None:
    findings = checker.check("", "def test_it():\n    assert True\n")
    assert [(finding.code, finding.severity) for finding in findings] == [("no-untyped-def", "advise")]


def test_notes_belong_to_the_error_before_them(checker: TypeChecker) -> None:
    (finding,) = checker.check("def f(x: list[int]) -> None: ...\n\n\ny: list[bool] = []\nf(y)\n")
    assert finding.message.startswith('Argument 1 to "f" has incompatible type "list[bool]"; expected "list[int]"; "list" is invariant')
    assert finding.line == 5


def test_settings_and_modules_of_the_place_it_runs_in_are_not_heard(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mypy.ini").write_text("[mypy]\nignore_errors = True\n")
    monkeypatch.chdir(tmp_path)
    with TypeChecker(cache) as checker:
        assert blocking(checker.check("x: int = ''\n")) == ["assignment"]


def test_many_threads_each_get_their_own_verdict(checker: TypeChecker) -> None:
    texts = [f"x: int = {'1' if number % 2 else repr('a')}\n" for number in range(12)]
    with ThreadPoolExecutor(4) as threads:
        verdicts = list(threads.map(lambda text: blocking(checker.check(text)), texts))
    assert verdicts == [[] if number % 2 else ["assignment"] for number in range(12)]


TOO_MUCH = "T0 = tuple[int, int]\n" + "".join(f"T{n} = tuple[T{n - 1}, T{n - 1}]\n" for n in range(1, 30)) + "x: T29 = 1\n"
"""A value of 2 ** 30 numbers, says its type."""


def test_types_that_take_mypy_for_ever_are_a_finding_and_the_next_check_is_as_good_as_any(cache: Path) -> None:
    with TypeChecker(cache, check_seconds=3.0) as checker:
        (finding,) = checker.check(TOO_MUCH)
        assert (finding.code, finding.severity) == ("not-checked", "block")
        assert "mypy took more" in finding.message
        assert "Simplify the types" in finding.message
        assert checker.check("x: int = 1\n") == ()


def test_a_worker_that_dies_over_a_text_is_a_limit(cache: Path) -> None:
    with MypyProcess(cache) as process:
        process.warm()
        worker = process._worker
        assert worker is not None
        os.kill(_pid(process), signal.SIGKILL)
        with pytest.raises(LimitExceeded, match="broke down"):
            worker.ask('["", ""]', 30.0)


def test_a_worker_that_died_between_two_checks_is_replaced(cache: Path) -> None:
    with MypyProcess(cache) as process:
        process.warm()
        os.kill(_pid(process), signal.SIGKILL)
        os.waitid(os.P_PID, _pid(process), os.WEXITED | os.WNOWAIT)
        assert "assignment" in process.report("x: int = ''\n", "")


def test_no_worker_outlives_its_checker(cache: Path) -> None:
    process = MypyProcess(cache)
    process.warm()
    pid = _pid(process)
    process.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_server_that_breaks_is_answered_for_by_a_process_and_comes_back(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> str:
        raise AssertionError("INTERNAL ERROR")

    server = MypyServer(cache, tmp_path)
    server.warm()
    with monkeypatch.context() as patched:
        patched.setattr(mypy_server, "_checked", broken)
        assert "assignment" in server.report("x: int = ''\n", "")
    assert "assignment" in server.report("x: int = ''\n", "")
    assert server.report("x: int = 1\n", "") == ""


def test_a_damaged_cache_is_filled_again(checker: TypeChecker, cache: Path, tmp_path: Path) -> None:
    shutil.copytree(cache, tmp_path / "copy")
    databases = list((tmp_path / "copy").rglob("*.db"))
    assert databases
    for database in databases:
        database.write_bytes(b"garbage" * 1000)
    with MypyProcess(tmp_path / "copy") as process:
        assert "assignment" in process.report("x: int = ''\n", "")


def test_a_mypy_that_hangs_is_a_limit_and_one_that_is_missing_is_the_operators(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = MypyServer(tmp_path, tmp_path)
    monkeypatch.setattr(mypy_server, "PROCESS_TIMEOUT_SECONDS", 0.001)
    with pytest.raises(LimitExceeded, match="mypy took more than"):
        server.report("", "")
    monkeypatch.setattr(mypy_server, "PROCESS_TIMEOUT_SECONDS", 30.0)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(Misconfigured, match="mypy ended with"):
        server.report("", "")


def test_a_worker_that_does_not_start_is_the_operators(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mypy_process, "_BOOTSTRAP", "pass")
    with MypyProcess(tmp_path) as process, pytest.raises(Misconfigured, match="did not start"):
        process.warm()


def test_a_cache_that_cannot_be_written_is_the_operators_to_mend(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with MypyProcess(tmp_path / "file") as process, pytest.raises(Misconfigured, match="cache is of no use"):
        process.warm()


def test_the_representative_module_imports_all_that_a_tool_may() -> None:
    tree = ast.parse(mypy_server.REPRESENTATIVE)
    assert {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names} >= {"httpx", "json", "zoneinfo"}


def test_importing_the_checker_does_not_import_mypy() -> None:
    code = "import sys; sys.path.insert(0, sys.argv[1]); import sandbox.typecheck; print('mypy' in sys.modules)"
    root = str(Path(__file__).parents[2])
    done = subprocess.run([sys.executable, "-c", code, root], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def _pid(process: MypyProcess) -> int:
    worker = process._worker
    assert worker is not None
    return worker._process.pid
