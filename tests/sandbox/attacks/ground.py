"""Where attacks are run: a worker with its isolate, a broker that signs with a canary, and a server on loopback."""

from __future__ import annotations

import gzip
import socket
import time
from dataclasses import dataclass, replace
from pathlib import Path

from sandbox.broker.broker import Broker
from sandbox.broker.budget import Budget
from sandbox.broker.grant import Grant
from sandbox.broker.live import LiveTransport
from sandbox.broker.pool import Patience
from sandbox.broker.signing import Signed
from sandbox.broker.target import Lookup
from sandbox.broker.wire import WireRequest
from sandbox.jobs import MIB, AwsSession, Job, Outcome
from sandbox.supervisor import WorkerPool
from schemas.run import Transcript
from tests.sandbox.attacks.attack import Answer, Attack
from tests.sandbox.aws_services import service
from tests.sandbox.broker.cloud import ALL, DESCRIBE_INSTANCES, REGION, aws
from tests.sandbox.broker.estate import SOURCE, Wire, grant, response
from tests.sandbox.broker.loopback import Loopback, Script, answer, dripping, raw, serving, silent
from tests.sandbox.isolates import STARTED_AT

CANARY = "k7Gd20dkqpz91-canary-Zq4Lw8"
"""The credential that every request is signed with, the content of CANARY_FILE, and in the environment of the host."""

_BUDGET = Budget(requests=20, response_bytes=2 * MIB, request_bytes=65536, seconds=1.5)


@dataclass(frozen=True)
class Aftermath:
    """What an attack came to, as the host saw it."""

    outcome: Outcome
    transcript: Transcript
    arrived: int
    seconds: float
    next_value: object
    """What an ordinary run returns right after it."""

    @property
    def texts(self) -> tuple[str, ...]:
        """All that anyone may get to read."""
        return repr(self.outcome), self.transcript.model_dump_json()


@dataclass(frozen=True)
class Ground:
    """Two workers, a file that nobody may read or change, and a server that nobody may reach."""

    pool: WorkerPool
    canary_file: Path
    other: Loopback

    def run(self, attack: Attack) -> Aftermath:
        """Run one attack the way that a tool is run for an operator."""
        return self._run_aws(attack) if attack.protocol == "aws" else self._run_http(attack)

    def _run_http(self, attack: Attack) -> Aftermath:
        with serving(_script(attack.answer)) as server:
            base = f"http://estate.test:{server.port}/api/v1"
            source = SOURCE.model_copy(update={"base_url": base})
            with LiveTransport(source, _patience(attack), lookup=_lookup_of(attack.addresses)) as transport:
                broker = Broker(grant(source=source), transport, budget=_BUDGET, authenticate=_signed)
                outcome, seconds, after = self._timed(self._job(attack, base, "client"), broker)
            return Aftermath(outcome, broker.transcript(STARTED_AT), len(server.requests), seconds, after)

    def _run_aws(self, attack: Attack) -> Aftermath:
        source = aws().model_copy(update={"base_url": f"aws://{REGION}"})
        granted = Grant(source, (DESCRIBE_INSTANCES,), tuple(piece.operation for piece in ALL))
        wire = Wire(response({"Reservations": []}))
        broker = Broker(granted, wire, budget=_BUDGET, authenticate=_signed)
        job = replace(self._job(attack, source.base_url, "session"), aws=AwsSession(REGION, {"ec2": service("ec2", "DescribeInstances")}))
        outcome, seconds, after = self._timed(job, broker)
        return Aftermath(outcome, broker.transcript(STARTED_AT), len(wire.sent), seconds, after)

    def _timed(self, job: Job, broker: Broker) -> tuple[Outcome, float, object]:
        """The outcome, how long the host took for it, and what an ordinary run returns afterwards."""
        began = time.monotonic()
        outcome = self.pool.run(job, broker)
        seconds = time.monotonic() - began
        return outcome, seconds, self.pool.run(replace(job, source="def tool(_):\n    return [1]\n"), broker).value

    def _job(self, attack: Attack, base: str, parameter: str) -> Job:
        lines = self._placed(attack.body, base).strip().splitlines()
        source = f"def tool({parameter}):\n" + "\n".join(f"    {line}" for line in lines) + "\n"
        return Job(source, "call", base, STARTED_AT, function="tool", limits=attack.limits.limits)

    def _placed(self, text: str, base: str) -> str:
        places = {"CANARY_FILE": str(self.canary_file), "OTHER_PORT": str(self.other.port), "BASE": base}
        for name, value in places.items():
            text = text.replace(name, value)
        return text


def _patience(attack: Attack) -> Patience:
    return Patience(2 * attack.idle_seconds, connect_seconds=0.5, idle_seconds=attack.idle_seconds, response_bytes=MIB)


def _signed(request: WireRequest) -> Signed:
    return Signed(replace(request, headers=(*request.headers, ("authorization", f"Bearer {CANARY}"))), (CANARY,))


def _lookup_of(addresses: tuple[str, ...]) -> Lookup:
    left = list(addresses)
    return lambda _host, _port: (left.pop(0) if len(left) > 1 else left[0]).split(",")


def _script(said: Answer) -> Script:
    content = (said.body * said.times).encode()
    match said.how:
        case "answers":
            packed = gzip.compress(content, 1) if said.gzip else content
            return answer(packed, *said.headers, *["Content-Encoding: gzip"] * said.gzip, status=said.status)
        case "answers raw":
            return raw(content)
        case "echoes":
            return _echo
        case "drips":
            return dripping(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
        case "is silent":
            return silent


def _echo(connection: socket.socket, server: Loopback) -> bool:
    """Answers with all that it was sent, the credential included."""
    return answer(server.requests[-1], f"X-Seen: {CANARY}")(connection, server)
