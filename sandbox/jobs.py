"""A run of generated code as data: what goes into an isolate and what comes out.

The worker process imports this module, so it costs nothing beyond the standard library.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

Json = Any
"""A JSON value; a tool's arguments and what it returns."""

Entry = Literal["call", "tests"]
Status = Literal["returned", "raised", "trapped", "killed"]
FindingCode = Literal[
    "F_CPU",  # used up its CPU seconds
    "F_WALL",  # used up its wall seconds, sleeping included
    "F_MEMORY",  # used up its memory
    "F_OUTPUT",  # printed, sent or returned more than it may
    "F_RECURSION",  # called itself too deeply
    "F_IMPORT",  # imported a module that the isolate does not have
    "F_THREADS",  # asked for threads, processes or an event loop
    "F_HOST_IMPORT",  # touched a part of the host that does not exist in the isolate: files, sockets, stdin, exit
    "F_VALUE",  # returned something that is not JSON
    "F_DENIED",  # the host refused a call
    "F_TRAP",  # the interpreter inside the isolate broke
    "F_WORKER",  # the worker process died or stopped answering
]

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """What one run may use up.

    `cpu_seconds` leaves out waiting for the host; `wall_seconds` counts it, and every second slept. `memory_bytes` is the
    whole linear memory of the isolate, of which the interpreter itself takes about 18 MiB. `output_bytes` bounds each of
    printed text, result and request body.
    """

    cpu_seconds: float = 10.0
    wall_seconds: float = 30.0
    memory_bytes: int = 256 * MIB
    output_bytes: int = 8 * MIB


@dataclass(frozen=True)
class AwsSession:
    """What boto3 has in the isolate: a region, and service models that are cut to the operations which the run may call.

    `models` is by service: `{"ec2": {"service-2": …, "paginators-1": …}}`, in botocore's own form.
    """

    region: str
    models: Mapping[str, Json]


@dataclass(frozen=True)
class Job:
    """One run. `call` returns `function(client, **arguments)`; `tests` runs every `test_*` function of `tests`.

    The client is an `httpx.Client` bound to `base_url` or, for a job with `aws`, a `boto3.Session` whose calls cross the wall.

    The code finds itself as module `tool`. Its clock stands at `started_at` (aware) and moves only while it sleeps, and
    its randomness comes from `seed`, so equal jobs with equal answers give equal outcomes, to the byte.
    """

    source: str
    entry: Entry
    base_url: str
    started_at: datetime
    function: str | None = None
    arguments: Mapping[str, Json] | None = None
    tests: str | None = None
    seed: int = 0
    trace: bool = False
    limits: Limits = Limits()
    aws: AwsSession | None = None

    def __post_init__(self) -> None:
        needed = "function" if self.entry == "call" else "tests"
        if getattr(self, needed) is None:
            raise ValueError(f"a job with entry {self.entry!r} needs {needed!r}")
        if self.started_at.tzinfo is None:
            raise ValueError(f"started_at must be an aware time, not {self.started_at.isoformat()}")


@dataclass(frozen=True)
class Frame:
    """A place in the tool's own source."""

    function: str
    line: int


@dataclass(frozen=True)
class ToolError:
    """An exception that left the tool. `line` is the tool's innermost, 0 where none was reached.

    `code` is the host's code of a refused call and empty otherwise; `frames` run from outermost to innermost.
    """

    type: str
    message: str
    line: int = 0
    frames: tuple[Frame, ...] = ()
    code: str = ""


@dataclass(frozen=True)
class TestOutcome:
    """One test. `line` is the line of the test module that failed, 0 for a test that passed."""

    __test__ = False  # not a test class, whatever its name says to pytest

    name: str
    ok: bool
    message: str = ""
    line: int = 0


class Branch(NamedTuple):
    """One way out of one operand of a condition at `line`: on to `to_line`, which is `line` itself where nothing follows.

    `number` keeps ways between the same lines apart.
    """

    line: int
    to_line: int
    number: int


@dataclass(frozen=True)
class Coverage:
    """Lines and branches of the tool's module: all there are, and those that ran.

    A branch is one way out of one operand of an `if`, `while`, `for`, `match`, conditional expression or comprehension
    filter.
    """

    lines: frozenset[int] = frozenset()
    executed_lines: frozenset[int] = frozenset()
    branches: frozenset[Branch] = frozenset()
    executed_branches: frozenset[Branch] = frozenset()

    def __or__(self, other: Coverage) -> Coverage:
        """What two runs of the same source covered together."""
        return Coverage(
            self.lines | other.lines,
            self.executed_lines | other.executed_lines,
            self.branches | other.branches,
            self.executed_branches | other.executed_branches,
        )


@dataclass(frozen=True)
class Usage:
    """What a run used. `slept_seconds` is how far its clock moved; `calls` counts requests, refused ones too."""

    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    slept_seconds: float = 0.0
    calls: int = 0


@dataclass(frozen=True)
class Outcome:
    """What came of a job; a failed run is a value and never an exception.

    `returned`: `value` (or `tests`) holds. `raised`: `error` holds. `trapped`: the wall stopped it from inside.
    `killed`: the worker was stopped from outside or died. The last two always name a `finding`; so does a raise that has one.
    Everything but `usage`, `trapped` and `killed` is the isolate's own testimony: code that is out to forge it can.
    """

    status: Status
    value: Json = None
    error: ToolError | None = None
    finding: FindingCode | None = None
    tests: tuple[TestOutcome, ...] = ()
    coverage: Coverage | None = None
    output: str = ""
    usage: Usage = Usage()
