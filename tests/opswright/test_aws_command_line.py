"""AWS from the command line: from adding it to an answer, and what wrong options are answered with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from eval.cloud.fleet import fleet
from eval.servers import Cloud
from opswright.settings import Settings

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def opswright(settings: Settings, cloud: Cloud) -> Command:
    """Runs a command in an environment where the AWS SDK finds the cloud's profiles, as an operator's shell has it."""
    folders = {"OPSWRIGHT_HOME": settings.home, "OPSWRIGHT_LIBRARY": settings.library, "OPSWRIGHT_CACHE": settings.cache}
    environment = {"PATH": os.environ["PATH"], "AWS_SHARED_CREDENTIALS_FILE": str(cloud.credentials), "AWS_CONFIG_FILE": os.devnull}
    environment |= {name: str(folder) for name, folder in folders.items()}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "opswright", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)

    return run


def test_from_adding_two_regions_to_an_answer(opswright: Command, cloud: Cloud) -> None:
    access = cloud.access()
    regions = [word for region in access.regions for word in ("--region", region)]
    added = opswright("sources", "add", "aws", *regions, "--profile", access.profile, "--endpoint", access.endpoint_url)
    assert added.returncode == 0, added.stderr
    listed = opswright("sources", "list").stdout
    for word in (*access.regions, access.profile):
        assert word in listed
    asked = opswright("ask", "count", "running", "instances", "by", "type", "--json")
    assert asked.returncode == 0, asked.stderr
    assert sum(count for _, count in json.loads(asked.stdout)["rows"]) == sum(
        len(launch.cpu) for launch in fleet(7) if launch.state == "running"
    )
    run = opswright("runs", "show", json.loads(asked.stdout)["run_id"]).stdout
    assert "aws://eu-west-1/ec2/DescribeInstances" in run


def test_a_region_that_there_is_not_is_answered_with_the_nearest_and_leaves_no_source(opswright: Command) -> None:
    added = opswright("sources", "add", "aws", "--region", "eu-west-11")
    assert added.returncode == 1
    assert "eu-west-1" in added.stderr.partition("eu-west-11")[2]
    assert "Traceback" not in added.stderr
    assert "aws" not in opswright("sources", "list").stdout
