"""The command line as a person meets it: what it prints, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from eval.estate.app import create_app
from eval.estate.serve import serving
from opswright.settings import Settings
from tests.doc_sources.site import Asked, Reply, site
from tests.opswright.estates import TOKEN

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(settings: Settings) -> dict[str, str]:
    """Data of the test's own."""
    folders = {"OPSWRIGHT_HOME": settings.home, "OPSWRIGHT_LIBRARY": settings.library, "OPSWRIGHT_CACHE": settings.cache}
    return {"PATH": os.environ["PATH"], "ESTATE_TOKEN": TOKEN} | {name: str(folder) for name, folder in folders.items()}


@pytest.fixture
def opswright(environment: dict[str, str]) -> Command:
    """Runs a command."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "opswright", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)

    return run


@pytest.fixture
def url() -> Iterator[str]:
    with serving(create_app(now=datetime.now(UTC), token=TOKEN)) as served:
        yield served


def test_from_adding_a_source_to_running_a_kept_tool(opswright: Command, url: str) -> None:
    added = opswright("sources", "add", f"{url}/openapi.json", "--name", "estate", "--bearer", "env:ESTATE_TOKEN")
    assert (added.returncode, "11 operations" in added.stdout) == (0, True), added.stderr
    asked = opswright("ask", "count", "services", "by", "tier", "--json")
    assert asked.stderr == ""
    answer = json.loads(asked.stdout)
    assert answer["columns"] == ["tier", "count"]
    assert sum(count for _, count in answer["rows"]) == 63
    assert "count_services_by_tier@1" in opswright("tools", "list").stdout
    shown = opswright("tools", "show", "count_services_by_tier").stdout
    assert "def count_services_by_tier(client: httpx.Client)" in shown
    assert "semantics: proven" in shown
    ran = opswright("tools", "run", "count_services_by_tier", "--json")
    assert json.loads(ran.stdout)["rows"] == answer["rows"]
    listed = next(line.split("│") for line in opswright("tools", "list").stdout.splitlines() if "count_services_by_tier@1" in line)
    uses, last_used, mean_milliseconds = (cell.strip() for cell in listed[4:])
    assert (uses, datetime.fromisoformat(last_used).tzinfo, float(mean_milliseconds) > 0) == ("2", None, True)
    run_id = answer["run_id"]
    assert run_id in opswright("runs", "list").stdout
    run = opswright("runs", "show", run_id[:6]).stdout
    assert "understand → plan → gather → find_tool → write → verify → register → run → answer" in run
    assert "/services?page=1" in run
    assert "env:ESTATE_TOKEN" in opswright("sources", "list").stdout
    assert TOKEN not in run + shown + opswright("sources", "list").stdout


def test_runs_are_replayed_and_compared_until_their_calls_are_no_longer_kept(opswright: Command, url: str, settings: Settings) -> None:
    opswright("sources", "add", f"{url}/openapi.json", "--name", "estate", "--bearer", "env:ESTATE_TOKEN")
    first, second = (json.loads(opswright("ask", "top", most, "hosts by memory", "--json").stdout)["run_id"] for most in ("5", "3"))
    opswright("sources", "remove", "estate")
    replayed = opswright("replay", first[:8])
    assert (replayed.returncode, "the same" in replayed.stdout, "bytes, digest" in replayed.stdout) == (0, True, True), replayed.stderr
    assert json.loads(opswright("replay", second, "--json").stdout)["same"] is True
    compared = opswright("diff", first[:8], second)
    assert compared.returncode == 0, compared.stderr
    assert "limit" in compared.stdout
    assert "2 rows removed" in compared.stdout
    assert json.loads(opswright("diff", first, second, "--json").stdout)["arguments"] == {"limit": [5, 3]}

    kept = settings.home / "transcripts" / f"{first}.json"
    kept.write_text(kept.read_text().replace("hostname", "Hostname"))
    changed = opswright("replay", first)
    assert (changed.returncode, "not the same" in changed.stdout) == (1, True)
    kept.unlink()
    assert "no longer kept" in opswright("runs", "show", first).stdout
    gone = opswright("replay", first, "--json")
    assert (gone.returncode, json.loads(gone.stdout)["error"]["code"]) == (1, "E_NOT_FOUND")


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"<html><title>Sign in</title></html>", 200, "HTML"),
        (b"{not json: [", 200, "E_SPEC"),
        (b'{"hello": "world"}', 200, "OpenAPI"),
        (b"", 404, "404"),
        (b"[" * 50_000_000, 200, "40 MB"),
    ],
    ids=["login page", "not JSON", "other JSON", "404", "50 MB"],
)
def test_a_useless_specification_is_explained_and_leaves_no_source(opswright: Command, body: bytes, status: int, said: str) -> None:
    with site(lambda _: Reply(body, status)) as served:
        added = opswright("sources", "add", f"{served.url}/openapi.json")
    assert added.returncode == 1
    assert said in added.stderr
    assert served.url.removeprefix("http://") not in opswright("sources", "list").stdout


def test_a_question_that_looks_like_markup_is_listed_and_shown_as_it_was_asked(opswright: Command) -> None:
    asked = opswright("ask", "list [/x] hosts")
    assert (asked.returncode, "Traceback" in asked.stderr) == (1, False)
    listed = opswright("runs", "list").stdout
    assert "list [/x] hosts" in listed
    run_id = next(line.split()[0] for line in listed.splitlines() if "[/x]" in line)
    assert "list [/x] hosts" in opswright("runs", "show", run_id).stdout


def test_the_title_of_an_api_can_not_write_on_the_terminal(opswright: Command) -> None:
    title = "\x1b[31mAcme [/x]"
    described = {"openapi": "3.1.0", "info": {"title": title, "version": "1"}, "paths": {"/hosts": {"get": {"responses": {}}}}}
    with site(lambda _: Reply(json.dumps(described).encode())) as served:
        added = opswright("sources", "add", f"{served.url}/openapi.json", "--name", "acme", "--base-url", served.url)
    assert added.returncode == 0, added.stderr
    for said in (added.stdout, opswright("sources", "list").stdout):
        assert "\\x1b[31mAcme [/x]" in said
        assert "\x1b" not in said


def test_a_redirect_into_the_private_network_is_not_followed(opswright: Command) -> None:
    hit: list[Asked] = []

    def inner(asked: Asked) -> Reply:
        hit.append(asked)
        return Reply(b"{}")

    with site(inner) as private, site(lambda _: Reply(status=302, headers={"Location": f"{private.url}/secret"})) as outer:
        added = opswright("sources", "add", f"{outer.url}/openapi.json")
    assert (added.returncode, hit) == (1, [])
    assert "E_DENIED" in added.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ask", "delete all services"), "E_READ_ONLY"),
        (("ask", ""), "Nothing was asked"),
        (("ask", "list unicorns"), "opswright sources add"),
        (("ask", "count services by tier", "--source", "nowhere"), "no source 'nowhere'"),
        (("tools", "show", "no_such_tool"), "E_NOT_FOUND"),
        (("tools", "run", "no_such_tool"), "E_NOT_FOUND"),
        (("runs", "show", "no-such-run"), "no run is called"),
        (("runs", "resume", "no-such-run"), "no run is called"),
        (("replay", "no-such-run"), "no run is called"),
        (("diff", "no-such-run", "no-such-run"), "no run is called"),
        (("sources", "remove", "nowhere"), "no source 'nowhere'"),
        (("sources", "add", "http://127.0.0.1:1/openapi.json"), "E_BACKEND"),
        (("sources", "add", "http://169.254.169.254/openapi.json"), "E_DENIED"),
        (("bench", "no_such_area"), "ask"),
    ],
)
def test_what_can_not_be_done_ends_in_an_error_with_a_way_out(opswright: Command, arguments: tuple[str, ...], said: str) -> None:
    ended = opswright(*arguments)
    assert ended.returncode == 1
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_wrong_command_line_ends_in_status_2(opswright: Command) -> None:
    ended = opswright("runs", "list", "--limit", "0")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "--limit" in ended.stderr


def test_a_refusal_comes_before_anything_is_made_and_is_two_lines(opswright: Command, settings: Settings) -> None:
    ended = opswright("ask", "delete", "all", "services")
    assert [line.split()[0] for line in ended.stderr.splitlines()] == ["E_READ_ONLY", "Ask"]
    assert not settings.home.exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("ask", "delete all services"), "E_READ_ONLY"),
        (("ask", "list unicorns"), "E_BAD_QUERY"),
        (("tools", "run", "no_such_tool"), "E_NOT_FOUND"),
        (("runs", "resume", "no-such-run"), "E_NOT_FOUND"),
        (("replay", "no-such-run"), "E_NOT_FOUND"),
        (("diff", "no-such-run", "no-such-run"), "E_NOT_FOUND"),
    ],
)
def test_an_error_is_json_where_json_was_asked_for(opswright: Command, arguments: tuple[str, ...], code: str) -> None:
    ended = opswright(*arguments, "--json")
    assert (ended.returncode, ended.stderr) == (1, "")
    error = json.loads(ended.stdout)["error"]
    assert (error["code"], list(error)) == (code, ["code", "message", "hint"])


@pytest.mark.parametrize("variable", ["OPSWRIGHT_HOME", "OPSWRIGHT_CACHE"])
def test_a_folder_that_can_not_be_made_is_named_with_the_way_out(
    opswright: Command, environment: dict[str, str], tmp_path: Path, variable: str
) -> None:
    (tmp_path / "file").touch()
    environment[variable] = str(tmp_path / "file" / "folder")
    ended = opswright("ask", "list owners")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("E_CONFIG")
    assert environment[variable] in ended.stderr
    assert "OPSWRIGHT_HOME" in ended.stderr.splitlines()[1]


def test_a_full_disk_is_explained(environment: dict[str, str], opswright: Command) -> None:
    """Files that may not grow fail as a disk without room does."""
    opswright("runs", "list")
    program = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)); from opswright.__main__ import main; main()"
    command = [sys.executable, "-B", "-c", program, "sources", "remove", "nowhere"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("E_CONFIG")


HOSTS = {
    "openapi": "3.1.0",
    "info": {"title": "Hosts", "version": "1"},
    "paths": {
        "/hosts": {
            "get": {
                "summary": "List hosts",
                "responses": {
                    "200": {
                        "description": "All of them.",
                        "content": {
                            "application/json": {
                                "schema": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}}
                            }
                        },
                    }
                },
            }
        }
    },
}


def test_a_server_that_fails_leaves_a_run_that_is_named_in_the_hint(opswright: Command) -> None:
    def answer(request: Asked) -> Reply:
        return Reply(status=500) if request.path == "/hosts" else Reply(json.dumps(HOSTS).encode())

    with site(answer) as served:
        opswright("sources", "add", f"{served.url}/openapi.json", "--base-url", served.url)
        ended = opswright("ask", "list", "hosts")
    run_id = opswright("runs", "list").stdout.splitlines()[-1].split()[0]
    assert ended.stderr.startswith("E_BACKEND")
    assert f"opswright runs resume {run_id}." in ended.stderr


def test_checkpoints_that_are_no_database_are_named(opswright: Command, settings: Settings) -> None:
    settings.home.mkdir()
    damaged = settings.home / "checkpoints.db"
    damaged.write_text("not a database " * 100)
    ended = opswright("ask", "list owners", "--json")
    assert json.loads(ended.stdout)["error"]["message"] == f"the checkpoints {damaged} can't be opened: file is not a database."


def test_ctrl_c_says_how_to_go_on_and_the_run_is_not_taken_for_running(opswright: Command, environment: dict[str, str]) -> None:
    asked, go_on = Event(), Event()

    def answer(request: Asked) -> Reply:
        if request.path != "/hosts":
            return Reply(json.dumps(HOSTS).encode())
        asked.set()
        go_on.wait(120)
        return Reply(b'[{"name": "a"}]')

    with site(answer) as served:
        opswright("sources", "add", f"{served.url}/openapi.json", "--base-url", served.url)
        command = [sys.executable, "-m", "opswright", "ask", "list hosts"]
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, process_group=0) as process:
            assert asked.wait(120)
            os.killpg(process.pid, signal.SIGINT)
            said = process.communicate(timeout=120)[1]
        go_on.set()
        run_id = said.split()[-1]
        assert (process.returncode, said) == (130, f"Stopped. Go on with: opswright runs resume {run_id}\n")
        assert "interrupted" in opswright("runs", "list").stdout
        assert "interrupted" in opswright("runs", "show", run_id).stdout
        resumed = json.loads(opswright("runs", "resume", run_id, "--json").stdout)
        assert resumed["rows"] == [["a"]]


@pytest.mark.parametrize("module", ["opswright.cli.app", "opswright.wiring"])
def test_ctrl_c_during_the_imports_leaves_no_traceback(environment: dict[str, str], module: str) -> None:
    interrupting = """
import os, signal, sys
module = sys.argv.pop(1)
class Interrupts:
    def find_spec(self, name, *_):
        if name == module:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupts())
from opswright.__main__ import main
main()
"""
    command = [sys.executable, "-c", interrupting, module, "runs", "list"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert (ended.returncode, ended.stderr) == (130, "Stopped.\n")


def test_a_secret_in_place_of_a_reference_is_refused_without_repeating_it(opswright: Command, url: str) -> None:
    ended = opswright("sources", "add", f"{url}/openapi.json", "--bearer", "s3cr3t-value")
    assert ended.returncode == 1
    assert "env:NAME" in ended.stderr
    assert "s3cr3t-value" not in ended.stderr + ended.stdout


def test_the_doctor_finds_a_fresh_installation_well(opswright: Command) -> None:
    found = opswright("doctor")
    assert found.returncode == 0, found.stdout + found.stderr
    for subject in ("python", "home", "database", "isolate image", "walls", "type checker", "search", "sources"):
        assert subject in found.stdout


def test_the_doctor_names_a_folder_that_can_not_be_written(opswright: Command, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "library").write_text("a file, not a folder")
    found = opswright("doctor")
    assert found.returncode == 1
    assert "OPSWRIGHT_LIBRARY" in found.stdout
