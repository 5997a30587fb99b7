"""The attack corpus as data: one YAML file for each threat, one entry for each attack, with the outcome that it must have."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict

from sandbox.jobs import MIB, FindingCode, Limits, Status
from schemas.operation import Protocol

CORPUS = Path(__file__).parent
EGRESS = "import json, sys\nsend = sys.modules['guest.transport'].egress.send\n"
"""What code in the isolate does to go around httpx: it calls the host's one import itself."""

THREATS = ("escape", "exhaustion", "egress", "aws", "content")
"""Those whose attacks run; the reviewed sources and the hostile workers do not."""

_USUAL: dict[Protocol, dict[str, Any]] = {
    "http": {"method": "GET", "url": "BASE/hosts", "headers": [], "body": None},
    "aws": {"method": "POST", "url": "BASE/ec2/DescribeInstances", "headers": [["content-type", "application/json"]], "body": "{}"},
}
"""What an envelope says where the attack's says nothing else."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(_Entry):
    """What the server that a run talks to answers; `how` are the ways that no status line can say."""

    how: Literal["answers", "echoes", "drips", "is silent", "answers raw"] = "answers"
    status: str = "200 OK"
    headers: tuple[str, ...] = ()
    body: str = "{}"
    times: int = 1
    gzip: bool = False


class Bounds(_Entry):
    """The limits of a run, short so that the corpus is quick."""

    cpu_seconds: float = 0.4
    wall_seconds: float = 2.0
    memory_mib: int = 64
    output_bytes: int = 65536

    @property
    def limits(self) -> Limits:
        return Limits(self.cpu_seconds, self.wall_seconds, self.memory_mib * MIB, self.output_bytes)


class Expected(_Entry):
    """What must come of it. `refusal` and `arrives` are the host's own record, which no forged report can change.

    `arrives` is the number of requests that reach the server, where that is bounded.
    """

    status: Status | tuple[Status, ...] = "returned"
    finding: FindingCode | tuple[FindingCode | None, ...] | None = None
    error: str | None = None
    message: str = ""
    value: Any = None
    refusal: str = ""
    failure: str = ""
    arrives: int | None = 0
    redactions: int = 0


class Attack(_Entry):
    """Code that runs as the body of a tool, or an `envelope` that is sent as it is. `absent` must not be in any text that comes out.

    `addresses` are what the server's name leads to at each look-up, the last from then on; several at once have commas between them.
    `idle_seconds` is how long the broker waits for the server.

    In its texts CANARY_FILE is a file on the host, OTHER_PORT a server that no run may reach, and BASE the base URL.
    """

    name: str
    tries: str
    code: str = ""
    envelope: dict[str, Any] | str | None = None
    answer: Answer = Answer()
    limits: Bounds = Bounds()
    addresses: tuple[str, ...] = ("127.0.0.1",)
    idle_seconds: float = 0.5
    protocol: Protocol = "http"
    expect: Expected
    absent: tuple[str, ...] = ()

    @property
    def body(self) -> str:
        """The body of a function `tool(client)`, or `tool(session)` for AWS."""
        if self.envelope is None:
            return self.code
        text = self.envelope if isinstance(self.envelope, str) else json.dumps(_USUAL[self.protocol] | self.envelope)
        return f"{EGRESS}try:\n    send({text!r})\nexcept Exception as refused:\n    return ['refused']\nreturn ['answered']"


class HostileWorker(_Entry):
    """What a worker that was taken over writes into its pipe, as Python writes bytes; the supervisor must say `expect`."""

    name: str
    tries: str
    bytes: str
    expect: str


class BadSource(_Entry):
    """An edit of the clean tool that the static review must block with exactly these codes."""

    name: str
    tries: str
    replace: str = ""
    by: str = ""
    append: str = ""
    expect: tuple[str, ...]


def attacks(threat: str) -> list[Attack]:
    """The attacks of one threat."""
    read = _read(threat)
    return [Attack.model_validate({"protocol": read.get("protocol", "http"), **entry}) for entry in read["attacks"]]


def hostile_workers() -> list[HostileWorker]:
    """The bytes that no supervisor may fall for."""
    return [HostileWorker.model_validate(entry) for entry in _read("worker")["attacks"]]


def bad_sources() -> list[BadSource]:
    """The sources that no review may pass."""
    return [BadSource.model_validate(entry) for entry in _read("review")["attacks"]]


@cache
def _read(threat: str) -> Any:
    return yaml.safe_load((CORPUS / f"{threat}.yaml").read_text(encoding="utf-8"))
