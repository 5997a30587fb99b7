"""Servers for the demo and for tests: each a process of its own on a free port of loopback, stopped where its context ends."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import httpx

from eval.cloud.access import READER
from eval.cloud.fleet import REGIONS
from schemas.credential import Bearer, Credential
from schemas.errors import BackendUnavailable, quoted
from schemas.source import AwsAccess

ROOT: Final = Path(__file__).resolve().parents[1]
POLL_SECONDS: Final = 0.05
START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 5.0
LOG_TAIL_CHARACTERS: Final = 1500

# Without these Glances asks PyPI for a newer version, looks up its public address and pings the gateway.
GLANCES_FLAGS: Final = (
    *("--webserver", "--disable-webui", "--bind", "127.0.0.1", "--port", "0"),
    *("--disable-check-update", "--disable-autodiscover", "--disable-config-exec", "--hide-public-info"),
    *("--disable-plugin", "amps,cloud,containers,ip,ports,vms,wifi"),
)

# Given in full, or Glances takes the machine's own. The hosts keep web pages out that rebind a name of theirs to loopback.
GLANCES_CONFIG: Final = """\
[global]
check_update=false
[outputs]
webui_allowed_hosts=127.0.0.1,localhost
cors_origins=http://127.0.0.1
"""


# moto reads its settings while it is imported. Its images of machines are 9 s of work that nobody asks for.
MOTO_SETTINGS: Final = {"MOTO_EC2_LOAD_DEFAULT_AMIS": "false", "MOTO_IAM_LOAD_MANAGED_POLICIES": "true"}


@dataclass(frozen=True)
class Server:
    """A server that answers at `url` for as long as its context lasts, to whoever has the credential if there is one."""

    name: str
    url: str
    pid: int
    credential: Credential | None = None


@contextmanager
def estate(folder: Path, *, now: datetime, token: str | None = None) -> Iterator[Server]:
    """The simulated estate as it stands at `now` (aware), asking for the token if there is one.

    `folder` (made if absent) gets its log and its token. Raises what `running` raises; needs the extra `demo`.
    """
    arguments = ["-m", "eval.estate", "--port", "0", "--now", now.isoformat()]
    credential = None
    if token is not None:
        file = _write_private(folder.resolve() / "estate.token", token)
        arguments += ["--token-file", str(file)]
        credential = Bearer(secret=f"file:{file}")
    with running("estate", folder, arguments, announcement=r"^ready (\S+)$", health="/health") as server:
        yield replace(server, credential=credential)


def glances(folder: Path) -> AbstractContextManager[Server]:
    """Glances: live metrics of this machine behind a live OpenAPI document, talking to nobody but its clients.

    `folder` (made if absent) gets its logs and its configuration. Raises what `running` raises; needs the extra `demo`.
    """
    config = _write_private(folder.resolve() / "glances.conf", GLANCES_CONFIG)
    arguments = ["-m", "glances", *GLANCES_FLAGS, "--config", str(config)]
    return running("glances", folder, arguments, announcement=r"Uvicorn running on (\S+)", health="/api/4/status")


@dataclass(frozen=True)
class Cloud:
    """A simulated AWS account that answers for as long as its context lasts, to whoever signs with a profile of `credentials`."""

    server: Server
    credentials: Path

    def access(self, profile: str = READER) -> AwsAccess:
        """Both regions as that profile sees them; by default one that may read everything."""
        return AwsAccess(regions=REGIONS, profile=profile, endpoint_url=self.server.url)

    @contextmanager
    def known_to_the_sdk(self) -> Iterator[None]:
        """For as long as this lasts, the AWS SDK in this process finds these profiles, and none of the user's."""
        settings = {
            "AWS_SHARED_CREDENTIALS_FILE": str(self.credentials),
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        before = {name: os.environ.get(name) for name in settings}
        os.environ.update(settings)
        try:
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name)
                if value is not None:
                    os.environ[name] = value


@contextmanager
def moto(folder: Path, *, now: datetime, seed: int = 7) -> Iterator[Cloud]:
    """AWS as moto plays it, with the fleet of that seed, the newest CPU a minute older than `now` (aware), and IAM in force.

    `folder` (made if absent) gets its log and the keys of its profiles. Raises what `running` raises; needs the extra `demo`.
    """
    credentials = _write_private(folder.resolve() / "aws.credentials", "")
    arguments = ["-m", "eval.cloud", "--credentials", str(credentials), "--now", now.isoformat(), "--seed", str(seed)]
    starting = running("cloud", folder, arguments, announcement=r"^ready (\S+)$", health="/moto-api/", environment=MOTO_SETTINGS)
    with starting as server:
        yield Cloud(server, credentials)


@contextmanager
def running(
    name: str,
    folder: Path,
    arguments: Sequence[str],
    *,
    announcement: str,
    health: str,
    environment: Mapping[str, str] | None = None,
    start_seconds: float = START_SECONDS,
    stop_seconds: float = STOP_SECONDS,
) -> Iterator[Server]:
    """Runs Python with these arguments and this environment until the context ends, and yields once the server answers.

    Ready means: its log, `<folder>/<name>.log`, has a line that matches `announcement`, whose group 1 is the URL, and a GET of `health`
    below it succeeds. Raises BackendUnavailable with the end of the log when it exits before that or takes longer than `start_seconds`.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / f"{name}.log"
    process = _start(arguments, folder, log, environment or {})
    try:
        yield Server(
            name, _wait_until_ready(name, process, log, re.compile(announcement, re.MULTILINE), health, start_seconds), process.pid
        )
    finally:
        _stop(process, stop_seconds)


def _start(arguments: Sequence[str], folder: Path, log: Path, settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """The process, with an environment of its own: nothing of ours is handed on, and what it wants to keep it keeps in the folder."""
    environment = {"PYTHONPATH": str(ROOT), "HOME": str(folder), "XDG_CACHE_HOME": str(folder), "TMPDIR": str(folder), **settings}
    with log.open("wb") as output:
        return subprocess.Popen(
            # -P: what lies in the folder must not be imported in place of a library.
            [sys.executable, "-P", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=environment,
        )


def _wait_until_ready(
    name: str, process: subprocess.Popen[bytes], log: Path, announcement: re.Pattern[str], health: str, start_seconds: float
) -> str:
    deadline = time.monotonic() + start_seconds
    while time.monotonic() < deadline:
        announced = announcement.search(log.read_text(errors="replace"))
        if announced and _answers(announced[1] + health):
            return announced[1]
        try:
            exit_code = process.wait(POLL_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        raise _not_started(name, f"it exited with code {exit_code}", log)
    raise _not_started(name, f"it did not answer within {start_seconds:g} s", log)


def _answers(url: str) -> bool:
    try:
        # The proxies of the environment are for the world outside; this is loopback.
        return httpx.get(url, timeout=2, trust_env=False).is_success
    except httpx.TransportError:
        return False


def _not_started(name: str, reason: str, log: Path) -> BackendUnavailable:
    tail = log.read_text(errors="replace").strip()[-LOG_TAIL_CHARACTERS:]
    return BackendUnavailable(
        f"The server {name} did not start: {reason}. Its log ends with {quoted(tail, LOG_TAIL_CHARACTERS)}.",
        hint=f"The whole log is {log}; a module that was not found comes with: pip install 'opswright[demo]'.",
    )


def _stop(process: subprocess.Popen[bytes], stop_seconds: float) -> None:
    """Asks the process to end, and ends it when it does not."""
    process.terminate()
    try:
        process.wait(stop_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _write_private(path: Path, text: str) -> Path:
    """Writes a file that only its owner may read, from its first byte on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text)
    return path
