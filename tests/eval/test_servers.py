"""Servers start, answer and are gone afterwards, however their context ends."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from botocore.exceptions import ClientError

from eval import servers
from eval.cloud.access import NOBODY
from schemas.credential import Bearer
from schemas.errors import BackendUnavailable
from tests.clouds import client

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
ANNOUNCEMENT = r"^ready (\S+)$"

DEAF = """
import signal
from http.server import HTTPServer, SimpleHTTPRequestHandler
signal.signal(signal.SIGTERM, signal.SIG_IGN)
server = HTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler)
print(f"ready http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
"""


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def is_answering(url: str) -> bool:
    try:
        httpx.get(url)
    except httpx.ConnectError:
        return False
    return True


def test_the_estate_answers_to_its_token_until_its_context_ends(tmp_path: Path) -> None:
    with servers.estate(tmp_path, now=NOW, token="a-token") as server:
        assert server.name == "estate"
        assert is_alive(server.pid)
        assert server.credential == Bearer(secret=f"file:{tmp_path / 'estate.token'}")
        assert httpx.get(f"{server.url}/owners").status_code == 401
        assert len(httpx.get(f"{server.url}/owners", headers={"Authorization": "Bearer a-token"}).json()) == 10
    assert not is_alive(server.pid)
    assert not is_answering(server.url)


def test_the_estate_without_a_token_stands_at_the_given_instant(tmp_path: Path) -> None:
    with servers.estate(tmp_path / "new" / "folder", now=NOW) as server:
        newest = httpx.get(f"{server.url}/deployments", params={"limit": 1}).json()["items"][0]
    assert newest["started_at"] == "2026-03-14T09:23:53Z"
    assert (tmp_path / "new" / "folder" / "estate.log").read_text() == f"ready {server.url}\n"


def test_a_token_is_kept_from_other_users_even_where_a_file_was_open_to_them(tmp_path: Path) -> None:
    file = tmp_path / "estate.token"
    file.touch(mode=0o644)
    with servers.estate(tmp_path, now=NOW, token="a-token"):
        assert file.stat().st_mode & 0o777 == 0o600


def test_a_server_is_stopped_when_its_context_fails(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="in the body"), servers.estate(tmp_path, now=NOW) as server:
        raise RuntimeError("in the body")
    assert not is_alive(server.pid)


def test_glances_serves_metrics_and_its_spec_to_loopback_names_only(tmp_path: Path) -> None:
    with servers.glances(tmp_path) as server:
        assert httpx.get(f"{server.url}/openapi.json").json()["openapi"].startswith("3.1.")
        assert httpx.get(f"{server.url}/api/4/mem").json()["total"] > 0
        assert httpx.get(f"{server.url}/api/4/mem", headers={"Host": "rebound.example"}).status_code == 400
        plugins = set(httpx.get(f"{server.url}/api/4/pluginslist").json())
    assert plugins.isdisjoint({"cloud", "ip", "ports"})
    assert not is_alive(server.pid)


def test_a_server_that_exits_is_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    code = "print('starting'); raise SystemExit('the disk is full')"
    starting = servers.running("broken", tmp_path, ["-c", code], announcement=ANNOUNCEMENT, health="/")
    with pytest.raises(BackendUnavailable, match=r"broken did not start: it exited with code 1.*the disk is full"), starting:
        pass


def test_a_server_that_never_answers_is_reported_and_stopped(tmp_path: Path) -> None:
    code = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
    starting = servers.running("mute", tmp_path, ["-c", code], announcement=ANNOUNCEMENT, health="/", start_seconds=2)
    with pytest.raises(BackendUnavailable, match="mute did not start: it did not answer within 2 s"), starting:
        pass
    assert not is_alive(int((tmp_path / "mute.log").read_text()))


def test_a_server_that_ignores_the_polite_signal_is_killed(tmp_path: Path) -> None:
    with servers.running("deaf", tmp_path, ["-c", DEAF], announcement=ANNOUNCEMENT, health="/", stop_seconds=0.2) as server:
        assert is_alive(server.pid)
    assert not is_alive(server.pid)


def test_a_server_sees_nothing_of_our_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_PASSWORD", "hunter2")
    starting = servers.running("curious", tmp_path, ["-c", "import os; print(sorted(os.environ))"], announcement=ANNOUNCEMENT, health="/")
    with pytest.raises(BackendUnavailable, match="PYTHONPATH") as failure, starting:
        pass
    assert "CLOUD_PASSWORD" not in str(failure.value)


def test_the_cloud_lets_its_reader_read_two_regions_and_nothing_else(cloud: servers.Cloud) -> None:
    assert is_alive(cloud.server.pid)
    assert cloud.credentials.stat().st_mode & 0o777 == 0o600
    ec2 = client(cloud, "ec2", "us-east-1")
    pages = list(ec2.get_paginator("describe_instances").paginate())
    assert [len(page["Reservations"]) for page in pages] == [100, 100, 52]
    with pytest.raises(ClientError, match="not authorized to perform: ec2:StopInstances"):
        ec2.stop_instances(InstanceIds=["i-1"])
    with pytest.raises(ClientError, match="not authorized to perform: ec2:DescribeInstances"):
        client(cloud, "ec2", "us-east-1", NOBODY).describe_instances()


def test_the_profiles_are_known_to_this_process_for_as_long_as_it_says(cloud: servers.Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", "/home/operator/.aws/config")
    monkeypatch.delenv("AWS_SHARED_CREDENTIALS_FILE", raising=False)
    with cloud.known_to_the_sdk():
        assert os.environ["AWS_SHARED_CREDENTIALS_FILE"] == str(cloud.credentials)
        assert os.environ["AWS_CONFIG_FILE"] == os.devnull
    assert os.environ["AWS_CONFIG_FILE"] == "/home/operator/.aws/config"
    assert "AWS_SHARED_CREDENTIALS_FILE" not in os.environ
