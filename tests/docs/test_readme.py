"""README tells the truth: its commands run, its targets and links exist."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from eval.cloud.access import READER
from eval.estate.app import create_app
from eval.estate.serve import serving
from eval.servers import Cloud

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
COMMANDS = [line.removeprefix("$ ") for block in BLOCKS for line in block.splitlines() if line.startswith("$ ")]
OURS = [command for command in COMMANDS if command.startswith("opswright ")]
TOKEN = "token-of-the-readme"


def test_every_command_of_the_readme_works_in_its_order(tmp_path: Path, cloud: Cloud) -> None:
    folders = {"OPSWRIGHT_HOME": tmp_path / "home", "OPSWRIGHT_LIBRARY": tmp_path / "library", "OPSWRIGHT_CACHE": ROOT / ".cache"}
    environment = {"PATH": os.environ["PATH"], "ESTATE_TOKEN": TOKEN} | {name: str(path) for name, path in folders.items()}
    # What a shell with an AWS profile of that name has, but with the cloud of the tests in place of AWS.
    profiles = {"AWS_SHARED_CREDENTIALS_FILE": str(cloud.credentials), "AWS_CONFIG_FILE": os.devnull}
    environment |= profiles | {"AWS_ENDPOINT_URL": cloud.server.url}
    assert len(OURS) > 5
    with serving(create_app(now=datetime.now(UTC), token=TOKEN)) as url:
        for command in OURS:
            arguments = shlex.split(command.replace("http://127.0.0.1:8800", url).replace("production", READER))[1:]
            program = [sys.executable, "-m", "opswright", *arguments]
            ended = subprocess.run(program, env=environment, capture_output=True, text=True, timeout=120, check=False)
            assert ended.returncode == 0, f"{command}\n{ended.stdout}\n{ended.stderr}"


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.startswith("make ")])
def test_every_target_of_the_readme_exists(command: str) -> None:
    target = command.split()[1]
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_every_link_of_the_readme_leads_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
