"""One worker process, seen from its supervisor."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

from sandbox.channel import Channel, Deadline, DeadlineMissed
from sandbox.egress import Egress
from sandbox.exchange import Exchange
from sandbox.jobs import MIB, FindingCode, Job, Outcome, Usage
from sandbox.outcomes import stopped
from sandbox.protocol import Kind, ProtocolBroken
from schemas.errors import Misconfigured

GRACE_SECONDS = 1.0
"""From the wall deadline, which the worker keeps by itself, to the hard kill."""
START_SECONDS = 30.0

MOST_RUNS = 10_000
"""Of one worker. Its memory did not grow in any measurement; what no measurement shows ends here, for 0.02 ms a run."""
GROWN_BYTES = 64 * MIB
"""What a worker may hold beside what the last run could; a fresh one holds 35 MiB."""
_PAGE_BYTES = resource.getpagesize()

_ROOT = Path(__file__).parent.parent
_BOOTSTRAP = "import sys; sys.path += sys.argv[1:3]; from sandbox.worker import main; main(sys.argv[3])"


class WorkerProcess:
    """A started worker. `walls` names the walls that are up around it.

    It gets no environment, no descriptor but its two pipes, and a process group of its own, so that a Ctrl-C in the terminal
    stays the supervisor's to answer. It is alive until a run ends in `killed`.
    """

    def __init__(self, artefact: Path, grace_seconds: float = GRACE_SECONDS) -> None:
        self._grace_seconds = grace_seconds
        self._runs = 0
        self._run_bytes = 0
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _BOOTSTRAP, str(_ROOT), str(_packages()), str(artefact.absolute())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd="/",
            env={},
            process_group=0,
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the worker was started without pipes")
        self._channel = Channel(self._process.stdin, self._process.stdout)
        self.walls = self._await_ready()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """False once it was killed or has died."""
        return self._process.poll() is None

    @property
    def is_worn(self) -> bool:
        """Whether it has run so often, or holds so much, that a new one should take its place."""
        return self._runs >= MOST_RUNS or self._resident_bytes() > self._run_bytes + GROWN_BYTES

    def run(self, job: Job, egress: Egress) -> Outcome:
        """Run one job, answering its calls by `egress` on this thread.

        A worker that oversteps its deadline, dies or breaks the protocol is killed, and the outcome says so. What `egress`
        raises beside EgressFailure is a defect of the host: the worker is killed, and the exception goes to the caller.
        """
        exchange = Exchange(self._channel, job, egress, self._grace_seconds)
        self._runs += 1
        self._run_bytes = job.limits.memory_bytes
        began = time.monotonic()
        try:
            return exchange.run()
        except (DeadlineMissed, ProtocolBroken) as error:
            self.kill()
            finding, message = self._post_mortem(error, job)
            return stopped("killed", finding, message, Usage(wall_seconds=time.monotonic() - began, calls=exchange.calls))
        except BaseException:
            self.kill()
            raise

    def kill(self) -> None:
        """End the process at once and wait for it; harmless when it has ended, and from any thread."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Kill it and close the pipes. Not while a run is going on: its thread may be reading them."""
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _await_ready(self) -> tuple[str, ...]:
        try:
            kind, text = self._channel.read(MIB, Deadline(START_SECONDS))
        except (DeadlineMissed, ProtocolBroken) as error:
            self.close()
            raise Misconfigured(f"a sandbox worker did not start: {error or 'no word from it'}") from error
        if kind is not Kind.READY:
            self.close()
            raise Misconfigured(f"a sandbox worker did not start: {text}", hint="Delete the image cache; it is built again.")
        return tuple(json.loads(text))

    def _resident_bytes(self) -> int:
        """What it holds in memory; 0 where there is no /proc to tell."""
        try:
            return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * _PAGE_BYTES
        except (OSError, IndexError):  # not Linux, or it has just died
            return 0

    def _post_mortem(self, error: DeadlineMissed | ProtocolBroken, job: Job) -> tuple[FindingCode, str]:
        if isinstance(error, DeadlineMissed):
            return "F_WALL", f"did not stop {self._grace_seconds:g} s after its {job.limits.wall_seconds:g} s were over"
        if self._process.returncode == -signal.SIGXCPU:
            return "F_CPU", "used up the CPU seconds of its process"
        return "F_WORKER", f"the sandbox worker was lost: {error}"


def _packages() -> Path:
    """The folder that wasmtime is installed in; the worker has no site-packages of its own."""
    spec = find_spec("wasmtime")
    if spec is None or spec.origin is None:
        raise Misconfigured("the package 'wasmtime' is not installed", hint="Install the project's requirements again.")
    return Path(spec.origin).parent.parent
