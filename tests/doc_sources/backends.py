"""Real servers of Debian's packages on loopback, for tests that compare our descriptions with them; skipped where one is not installed."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

_START_SECONDS = 30.0
_POLL_SECONDS = 0.05

PROMETHEUS = """\
global: {scrape_interval: 200ms, scrape_timeout: 200ms, evaluation_interval: 200ms}
rule_files: [rules.yml]
alerting: {alertmanagers: [{static_configs: [{targets: ['127.0.0.1:1']}]}]}
scrape_configs:
- {job_name: itself, static_configs: [{targets: ['127.0.0.1:%d']}]}
- {job_name: nobody, static_configs: [{targets: ['127.0.0.1:1']}]}
"""
RULES = """\
groups:
- name: sre
  rules:
  - {record: 'job:up:sum', expr: 'sum by (job)(up)', labels: {team: sre}}
  - {alert: TargetDown, expr: 'up == 0', labels: {severity: critical}, annotations: {summary: 'it is down'}}
"""
ALERTMANAGER = "route: {receiver: nobody, group_wait: 0s}\nreceivers: [{name: nobody}]\n"


@dataclass(frozen=True)
class Backend:
    """How a server is started: its program, its arguments for a port and a folder, and a request that succeeds once it is ready."""

    program: str
    arguments: Callable[[int, Path], Sequence[str]]
    is_ready: Callable[[str], bool]
    base_path: str = ""


def _prometheus(port: int, folder: Path) -> Sequence[str]:
    (folder / "prometheus.yml").write_text(PROMETHEUS % port)
    (folder / "rules.yml").write_text(RULES)
    return (f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb", f"--web.listen-address=127.0.0.1:{port}")


def _alertmanager(port: int, folder: Path) -> Sequence[str]:
    (folder / "alertmanager.yml").write_text(ALERTMANAGER)
    where = (f"--storage.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=")
    return (f"--config.file={folder}/alertmanager.yml", *where)


def _victoriametrics(port: int, folder: Path) -> Sequence[str]:
    # Samples are found when they are half a minute old, unless it is told to wait for less.
    bounds = ("-memory.allowedBytes=64MB", "-search.latencyOffset=0s")
    return (f"-httpListenAddr=127.0.0.1:{port}", f"-storageDataPath={folder}/data", *bounds)


def _etcd(port: int, folder: Path) -> Sequence[str]:
    peer = f"http://127.0.0.1:{_free_port()}"
    client = f"http://127.0.0.1:{port}"
    named = ("--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}")
    return (
        "--data-dir",
        f"{folder}/data",
        "--listen-client-urls",
        client,
        "--advertise-client-urls",
        client,
        "--listen-peer-urls",
        peer,
        *named,
    )


def _alerts(base: str) -> bool:
    """Both targets were scraped, and the alert about one fires."""
    alerts = httpx.get(f"{base}/api/v1/alerts", trust_env=False).json()["data"]["alerts"]
    targets = httpx.get(f"{base}/api/v1/targets", trust_env=False).json()["data"]["activeTargets"]
    return bool(alerts) and {target["health"] for target in targets} == {"up", "down"}


def _filled_alertmanager(base: str) -> bool:
    if not httpx.get(f"{base}/-/ready", trust_env=False).is_success:
        return False
    alert = {"labels": {"alertname": "TargetDown", "severity": "critical"}, "annotations": {"summary": "it is down"}}
    silence = {
        "matchers": [{"name": "alertname", "value": "Other", "isRegex": False, "isEqual": True}],
        "startsAt": "2026-01-01T00:00:00Z",
        "endsAt": "2099-01-01T00:00:00Z",
        "createdBy": "ann",
        "comment": "known",
    }
    httpx.post(f"{base}/api/v2/alerts", json=[alert], trust_env=False).raise_for_status()
    if not httpx.get(f"{base}/api/v2/silences", trust_env=False).json():
        httpx.post(f"{base}/api/v2/silences", json=silence, trust_env=False).raise_for_status()
    return bool(httpx.get(f"{base}/api/v2/alerts/groups", trust_env=False).json())


def _filled_victoriametrics(base: str) -> bool:
    httpx.post(f"{base}/api/v1/import/prometheus", content='up{job="a",instance="x"} 1\nup{job="b",instance="y"} 0\n', trust_env=False)
    httpx.get(f"{base}/internal/force_flush", trust_env=False)
    return bool(httpx.get(f"{base}/api/v1/query?query=up", trust_env=False).json()["data"]["result"])


def _filled_etcd(base: str) -> bool:
    httpx.post(f"{base}/v3/kv/put", json={"key": "Zm9v", "value": "YmFy"}, trust_env=False).raise_for_status()
    httpx.post(f"{base}/v3/auth/role/add", json={"name": "reader"}, trust_env=False)
    httpx.post(f"{base}/v3/auth/user/add", json={"name": "ann", "password": "x"}, trust_env=False)
    return httpx.post(f"{base}/v3/lease/grant", json={"TTL": 600}, trust_env=False).is_success


BACKENDS = {
    "prometheus": Backend("prometheus", _prometheus, _alerts, "/api/v1"),
    "alertmanager": Backend("prometheus-alertmanager", _alertmanager, _filled_alertmanager, "/api/v2"),
    "victoriametrics": Backend("victoria-metrics", _victoriametrics, _filled_victoriametrics),
    "etcd": Backend("etcd", _etcd, _filled_etcd),
}


@contextmanager
def backend(name: str, folder: Path) -> Iterator[str]:
    """The address of a server with something in it, until the context ends. Skips the test where the server is not installed."""
    known = BACKENDS[name]
    program = shutil.which(known.program)
    if program is None:
        pytest.skip(f"{known.program} of Debian is not installed")
    port = _free_port()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, *known.arguments(port, folder)], cwd=folder, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait(process, known, f"http://127.0.0.1:{port}", folder)
        yield f"http://127.0.0.1:{port}{known.base_path}"
    finally:
        process.terminate()
        process.wait(10)


def _wait(process: subprocess.Popen[bytes], known: Backend, base: str, folder: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        try:
            if known.is_ready(base):
                return
        except (httpx.HTTPError, json.JSONDecodeError):
            pass  # not yet, or it says so in plain words
        try:
            process.wait(_POLL_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        break
    raise AssertionError(f"{known.program} did not get ready: {(folder / 'log').read_text()[-2000:]}")


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
