"""What the doctor says of sources."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from opswright.cli.source_checks import sources
from opswright.wiring import Runtime


@pytest.fixture
def listening() -> Iterator[int]:
    """The port of a server that takes connections, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def add(runtime: Runtime, file: Path, base_url: str) -> None:
    """A source whose description is a file, there whether its server is or not."""
    listing = {"get": {"operationId": "listPages", "responses": {"200": {"description": "ok"}}}}
    file.write_text(json.dumps({"openapi": "3.1.0", "info": {"title": "Wiki", "version": "1"}, "paths": {"/pages": listing}}))
    runtime.add_source(str(file), name="wiki", base_url=base_url, approve=True)


def test_server_that_is_away_is_noted_however_well_its_description_is_known(runtime: Runtime, tmp_path: Path, listening: int) -> None:
    add(runtime, tmp_path / "wiki.json", f"http://127.0.0.1:{listening}/v1")
    assert [(found.verdict, found.text) for found in sources(runtime)] == [
        ("ok", f"1 operation; calls go to http://127.0.0.1:{listening}/v1")
    ]
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        add(runtime, tmp_path / "wiki.json", f"http://127.0.0.1:{port}")
        (found,) = sources(runtime)
    assert (found.verdict, found.subject) == ("note", "source wiki")
    assert found.text == f"1 operation; calls go to http://127.0.0.1:{port}, which can't be reached: Connection refused"


def test_what_can_only_be_read_has_no_server_to_be_away(runtime: Runtime, tmp_path: Path) -> None:
    page = tmp_path / "wiki.md"
    page.write_text("# Wiki\n\n## List pages\n\n`GET /pages` lists them.\n")
    runtime.add_source(str(page), name="wiki", approve=True)
    (found,) = sources(runtime)
    assert found.verdict == "ok"
    assert "no server, as it is only read" in found.text


def test_file_that_is_gone_is_noted(runtime: Runtime, tmp_path: Path) -> None:
    add(runtime, tmp_path / "wiki.json", "http://127.0.0.1:9")
    (tmp_path / "wiki.json").unlink()
    (found,) = sources(runtime)
    assert (found.verdict, found.text[:7]) == ("note", "E_SPEC:")


def test_no_source_is_noted_with_how_to_add_one(runtime: Runtime) -> None:
    assert [(found.verdict, "sources add" in found.text) for found in sources(runtime)] == [("note", True)]
