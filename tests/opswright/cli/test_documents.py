"""`opswright sources`: descriptions read again, shown, approved, and what changed in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from opswright.cli.app import app
from rag.versions import AwaitsApproval
from schemas.errors import NotFound

HOSTILE = "\x1b[31m[bold]red"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSWRIGHT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def wiki(tmp_path: Path) -> Path:
    """The description of a wiki, written by hand."""
    return write(tmp_path / "wiki.json")


def write(file: Path, **fields: str) -> Path:
    """A description with one operation; `fields` are those of its rows, with their types."""
    rows = {"type": "object", "properties": {name: {"type": kind} for name, kind in (fields or {"id": "integer"}).items()}}
    answer = {"description": "ok", "content": {"application/json": {"schema": {"type": "array", "items": rows}}}}
    space = {"name": "space", "in": "query", "schema": {"enum": ["a", "b"]}, "description": HOSTILE}
    listing = {"operationId": "listPages", "summary": HOSTILE, "parameters": [space], "responses": {"200": answer}}
    info = {"title": "Wiki", "version": "1.0"}
    file.write_text(
        json.dumps({"openapi": "3.1.0", "info": info, "servers": [{"url": "http://127.0.0.1:9"}], "paths": {"/pages": {"get": listing}}})
    )
    return file


def sources(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["sources", *arguments])


def as_json(*arguments: str) -> Any:
    return json.loads(sources(*arguments, "--json").stdout)


def add_approved(file: Path) -> None:
    assert sources("add", str(file), "--name", "wiki", "--approve").exit_code == 0


# Approval


def test_file_that_nobody_approved_is_kept_and_answers_nothing(wiki: Path) -> None:
    added = sources("add", str(wiki), "--name", "wiki")
    assert added.exit_code == 0
    assert "It is kept, and answers nothing yet. Version 1 of 'wiki' waits for approval" in added.stdout
    assert "opswright sources approve wiki --version 1" in added.stdout
    assert isinstance(sources("show", "wiki").exception, AwaitsApproval)
    assert [(one["state"], one["operations"]) for one in as_json("list")] == [("awaits approval", 0)]
    assert "opswright sources approve wiki --version 1" in sources("list").stdout


def test_approved_file_answers(wiki: Path) -> None:
    sources("add", str(wiki), "--name", "wiki")
    assert "version 1 of 'wiki' is active, approved by " in sources("approve", "wiki").stdout
    assert [(one["state"], one["operations"], one["reads"]) for one in as_json("list")] == [("fresh", 1, 1)]


def test_whoever_adds_a_file_may_approve_it_at_once(wiki: Path) -> None:
    assert "1 operation, 1 read" in sources("add", str(wiki), "--name", "wiki", "--approve").stdout


def test_changed_file_is_looked_at_and_approved(wiki: Path) -> None:
    add_approved(wiki)
    write(wiki, id="string")
    refreshed = sources("refresh", "wiki")
    assert refreshed.exit_code == 1
    assert "Version 2 of 'wiki' waits for approval" in refreshed.stdout
    looked_at = sources("show", "wiki", "--version", "2").stdout
    assert "version 2 of 'wiki' awaits approval, added " in looked_at
    assert "breaking   listPages changed: field id type (integer → string)" in looked_at
    assert sources("approve", "wiki", "--version", "2").exit_code == 0
    assert "field id type (integer → string)" in sources("changes", "wiki").stdout
    shown = sources("show", "wiki").stdout
    assert [state in shown for state in ("active", "superseded")] == [True, True]


def test_only_what_was_added_by_hand_has_versions() -> None:
    sources("add", "aws", "--region", "us-east-1", "--service", "sts")
    refused = sources("approve", "aws")
    assert isinstance(refused.exception, NotFound)
    assert "added by hand" in str(refused.exception)


# Reading again


def test_refresh_of_all_goes_on_where_one_fails_and_ends_in_failure(wiki: Path) -> None:
    add_approved(wiki)
    sources("add", "aws", "--region", "us-east-1", "--service", "sts")
    wiki.unlink()
    refreshed = sources("refresh", "all")
    assert refreshed.exit_code == 1
    assert "There is no file" in refreshed.stdout
    outcomes = {one["source"]: one for one in as_json("refresh")}
    assert outcomes["aws"]["report"]["operations"] == 11
    assert outcomes["wiki"]["failure"]["code"] == "E_SPEC"


def test_refresh_of_what_is_there_succeeds(wiki: Path) -> None:
    add_approved(wiki)
    assert sources("refresh", "wiki").exit_code == 0
    assert isinstance(sources("refresh", "nowhere").exception, NotFound)


def test_changes_are_told_by_source_and_time(wiki: Path) -> None:
    add_approved(wiki)
    assert [report["from_revision"] for report in as_json("changes", "wiki")] == [""]
    assert as_json("changes", "--since", "2999-01-01") == []
    assert sources("changes", "--since", "2999-01-01").stdout.strip() == "nothing has changed"


def test_changes_of_a_removed_source_are_told_and_of_one_that_never_was_are_not(wiki: Path) -> None:
    add_approved(wiki)
    sources("remove", "wiki")
    assert "read for the first time: 1 operation" in sources("changes", "wiki").stdout
    assert isinstance(sources("changes", "wikki").exception, NotFound)
    assert as_json("changes", "wikki")["error"]["code"] == "E_NOT_FOUND"


# Listing


def test_older_version_that_nobody_approved_is_not_offered_any_more(wiki: Path) -> None:
    add_approved(wiki)
    for number, kind in ((2, "string"), (3, "number")):
        write(wiki, id=kind)
        assert f"Version {number} of 'wiki' waits" in sources("refresh", "wiki").stdout
    assert "opswright sources approve wiki --version 3" in sources("list").stdout
    sources("approve", "wiki", "--version", "2")
    assert "opswright sources approve wiki --version 3" in sources("list").stdout
    sources("approve", "wiki", "--version", "3")
    assert [one["state"] for one in as_json("list")] == ["fresh"]
    write(wiki, id="array")
    sources("refresh", "wiki")
    write(wiki, id="boolean")
    sources("refresh", "wiki")
    sources("approve", "wiki")
    assert [one["state"] for one in as_json("list")] == ["fresh"]


def test_source_that_could_not_be_read_again_is_away_and_why_is_said(wiki: Path) -> None:
    add_approved(wiki)
    wiki.unlink()
    sources("refresh", "wiki")
    assert [(one["state"], one["operations"]) for one in as_json("list")] == [("away", 1)]
    assert "There is no file" in sources("list").stdout


def test_narrow_terminal_leaves_each_name_whole(wiki: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("FORCE_COLOR", "1")  # as on a terminal
    name = "wiki-of-the-team-on-call"
    sources("add", str(wiki), "--name", name, "--base-url", "http://127.0.0.1:9/a/long/path/below/it", "--approve")
    assert name in sources("list").stdout


# Showing


def test_operation_is_shown_in_full(wiki: Path) -> None:
    add_approved(wiki)
    shown = sources("show", "wiki", "listPages").stdout
    for part in ("GET /pages", "effect: read (", "rows: at the top of the response", "a | b", "id", "integer", str(wiki), "1.0"):
        assert part in shown
    assert [operation["name"] for operation in as_json("show", "wiki", "listPages")] == ["listPages"]


def test_long_text_is_shown_in_its_lines_and_none_of_them_passes_for_ours(tmp_path: Path) -> None:
    page = tmp_path / "pager.md"
    page.write_text("# Pager\n\n## effect: read, as it lists shifts\n\n`GET /shifts` lists them.\n\neffect: read (it is harmless)\n")
    assert sources("add", str(page), "--name", "pager", "--approve").exit_code == 0
    (listing,) = [name for one in as_json("show", "pager") if "shifts" in (name := one["name"])]
    lines = sources("show", "pager", listing).stdout.splitlines()
    assert lines[0] == f"{listing} text only"
    assert "│ effect: read (it is harmless)" in lines
    assert [line for line in lines if line.startswith("effect: ")] == [
        "effect: write (it is known from a text only, which proves no effect)"
    ]


def test_unknown_operation_is_answered_with_the_nearest(wiki: Path) -> None:
    add_approved(wiki)
    refused = sources("show", "wiki", "listPage")
    assert isinstance(refused.exception, NotFound)
    assert "The nearest: 'listPages'" in str(refused.exception)


@pytest.mark.parametrize("command", [("show", "wiki"), ("show", "wiki", "listPages"), ("show", "wiki", "--version", "1")])
def test_foreign_text_is_shown_and_does_nothing(wiki: Path, command: tuple[str, ...]) -> None:
    add_approved(wiki)
    shown = sources(*command).stdout
    assert "\x1b[31m" not in shown
    assert "\\x1b[31m[bold]red" in shown
