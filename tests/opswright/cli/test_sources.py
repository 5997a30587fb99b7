"""`opswright sources` of AWS, from words to what is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from opswright.cli.app import app
from schemas.errors import Misconfigured


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
