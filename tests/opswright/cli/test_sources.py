"""`opswright sources add` of AWS and of the catalogue, from words to what is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from opswright.cli.app import app
from schemas.errors import Misconfigured, NotFound
from tests.doc_sources.site import Reply, site


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSWRIGHT_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")


def sources(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["sources", *arguments])


def test_aws_is_added_with_its_regions_and_listed() -> None:
    regions = ("--region", "us-east-1", "--region", "eu-west-1")
    added = sources("add", "aws", *regions, "--service", "sts", "--profile", "prod", "--endpoint", "http://127.0.0.1:5000")
    assert added.exit_code == 0, added.output
    assert "Amazon Web Services: 11 operations, " in added.stdout
    assert "calls go to us-east-1, eu-west-1 at http://127.0.0.1:5000" in added.stdout
    listed = sources("list").stdout
    assert "us-east-1, eu-west-1 at http://127.0.0.1:5000" in listed
    assert "profile prod" in listed


def test_aws_may_be_added_again_with_other_regions() -> None:
    sources("add", "aws", "--region", "us-east-1", "--service", "sts")
    again = sources("add", "aws", "--region", "eu-west-1", "--service", "sts")
    assert again.exit_code == 0
    listed = sources("list").stdout
    assert "eu-west-1" in listed
    assert "us-east-1" not in listed


def test_nothing_is_kept_of_what_can_not_be() -> None:
    refused = sources("add", "aws", "--region", "eu-west-9")
    assert isinstance(refused.exception, Misconfigured)
    assert "eu-west-9" not in sources("list").stdout


def test_connections_of_the_file_are_listed_as_such_and_edited_there(tmp_path: Path) -> None:
    (tmp_path / "connections.yaml").write_text("wiki: {spec: /s, base_url: https://wiki, auth: {basic: {user: ann, secret: env:WIKI}}}\n")
    sources("add", "aws", "--region", "us-east-1", "--service", "sts")
    wiki, aws = (next(line for line in sources("list").stdout.splitlines() if name in line) for name in ("wiki", "aws"))
    assert "basic: env:WIKI" in wiki
    assert "connections.yaml" in wiki
    assert "connections.yaml" not in aws
    removed = sources("remove", "wiki")
    assert isinstance(removed.exception, Misconfigured)
    assert f"'wiki' is a connection of {tmp_path / 'connections.yaml'}" in str(removed.exception)


def test_a_mistake_in_the_file_stops_a_command_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "connections.yaml").write_text("wiki:\n  spec: /s\n  base_url: https://wiki\n  auth: {bearer: {secret: hunter2}}\n")
    listed = sources("list")
    assert isinstance(listed.exception, Misconfigured)
    assert "connections.yaml, line 4: wiki.auth.bearer.secret: it is not a reference" in str(listed.exception)
    assert "hunter2" not in str(listed.exception)


def test_a_name_of_the_catalogue_is_described_by_us_where_the_server_describes_nothing() -> None:
    with site(lambda _: Reply(b"404 page not found", 404)) as served:
        added = sources("add", "prometheus", "--base-url", served.url)
        assert added.exit_code == 0, added.output
        assert "prometheus Prometheus: 17 operations" in added.stdout
        assert f"calls go to {served.url}/api/v1" in added.stdout
        assert "The description is the catalogue's own." in added.stdout
        assert "(it answered 404)" in added.stdout
        assert [asked.path for asked in served.asked].count("/api/v1/openapi.yaml") >= 1
    assert "Prometheus" in sources("list").stdout


def test_a_live_description_of_a_name_of_the_catalogue_comes_first() -> None:
    described = {
        "openapi": "3.1.0",
        "info": {"title": "Prometheus API", "version": "3.99"},
        "servers": [{"url": "/api/v1"}],
        "paths": {"/alerts": {"get": {"operationId": "alerts", "responses": {}}}},
    }
    with site(lambda _: Reply(json.dumps(described).encode())) as served:
        added = sources("add", "prometheus", "--base-url", served.url, "--name", "metrics")
    assert "1 operation" in added.stdout
    assert "catalogue's own" not in added.stdout
    assert "3.99" in sources("list").stdout


def test_a_name_that_there_is_not_leaves_no_source() -> None:
    refused = sources("add", "promethus")
    assert isinstance(refused.exception, NotFound)
    assert "it has: prometheus, " in str(refused.exception)
    assert "promethus" not in sources("list").stdout
