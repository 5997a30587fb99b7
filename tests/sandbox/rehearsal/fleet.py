"""The fleet of `data/`: slices, Queries, tools that are right, and a runner that needs no isolate."""

from __future__ import annotations

import builtins
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import yaml

from sandbox.broker.broker import Broker
from sandbox.broker.budget import Budget
from sandbox.broker.grant import Grant
from sandbox.broker.wire import Transport, TransportFailure, WireRequest
from sandbox.jobs import Job, Outcome, ToolError, Usage
from sandbox.rehearsal.api import BASE_URL
from sandbox.rehearsal.runner import Ran
from schemas.base import digest
from schemas.errors import OpswrightError
from schemas.operation import Effect, Operation, Parameter, Slice
from schemas.query import Query
from schemas.source import Source
from schemas.tool import Candidate

DATA = Path(__file__).parent / "data"
TOOL_FILE = "tool.py"


def load(name: str) -> Any:
    """A data file, parsed."""
    return yaml.safe_load((DATA / name).read_text())


@cache
def slices() -> Mapping[str, Slice]:
    """The fleet's operations by id."""
    data = load("fleet.yaml")
    return {f"fleet:{name}": _slice(name, facts, data["document"]) for name, facts in data["operations"].items()}


def _slice(name: str, facts: Mapping[str, Any], document: Mapping[str, Any]) -> Slice:
    path, item = next((path, item) for path, item in document["paths"].items() if item["get"]["operationId"] == name)
    own = {**document, "paths": {path: item}}
    parameters = tuple(Parameter(name=p["name"], location=p["in"], value_schema=p["schema"]) for p in item["get"].get("parameters", ()))
    operation = Operation(
        id=f"fleet:{name}",
        source="fleet",
        name=name,
        method="GET",
        path=path,
        effect=Effect.READ,
        effect_reason="it is a GET",
        parameters=parameters,
        rows_path=facts["rows_path"],
        row_is_single=facts.get("single", False),
        pagination=facts["pagination"],
        slice_hash=digest(own),
    )
    return Slice(operation=operation, document=own)


@cache
def queries() -> Mapping[str, Query]:
    """The Queries by the name of their tool."""
    return {name: Query.model_validate(value) for name, value in load("queries.yaml").items()}


def tool(name: str) -> str:
    """The source of the right tool."""
    return "\n\n".join((DATA / "tools" / f"{part}.py").read_text() for part in ("_http", name))


def candidate(name: str, source: str | None = None) -> Candidate:
    """The candidate of that name, with its own source or another."""
    text = tool(name) if source is None else source
    return Candidate(name=name, title=name, function=name, source=text, tests="", query=queries()[name], engine="scripted")


class Refused(BaseException):
    """A refused call, which `except Exception` does not catch; as in the isolate."""

    def __init__(self, error: OpswrightError) -> None:
        super().__init__(str(error))
        self.code = error.code


class InProcess:
    """Runs a tool in this process with the real broker, and a clock that moves only while it sleeps.

    `granted` are the slices of a tool that is none of the fleet's.
    """

    def __init__(self, name: str = "", granted: Sequence[Slice] = ()) -> None:
        granted = granted or [slices()[call.operation] for call in queries()[name].calls]
        source = Source(name=granted[0].operation.source, spec_url=f"{BASE_URL}/openapi.json", base_url=BASE_URL)
        self._grant = Grant(source, tuple(granted), tuple(slice_.operation for slice_ in granted))
        self.jobs: list[Job] = []

    def __call__(self, job: Job, api: Transport, budget: Budget) -> Ran:
        self.jobs.append(job)
        clock = _Clock(job.started_at)
        broker = Broker(self._grant, api, budget=budget, sleep=clock.sleep)
        outcome = _run(job, broker, clock)
        return Ran(outcome, tuple(call.refusal for call in broker.transcript(job.started_at).calls if call.refusal))


def _run(job: Job, broker: Broker, clock: _Clock) -> Outcome:
    def answer(request: httpx.Request) -> httpx.Response:
        headers = tuple(request.headers.items())
        try:
            response = broker.exchange(WireRequest(request.method, str(request.url), headers, request.read() or None))
        except TransportFailure as error:
            raise httpx.ConnectError(str(error)) from error
        except OpswrightError as error:
            raise Refused(error) from error
        return httpx.Response(response.status, headers=list(response.headers), content=response.body, request=request)

    try:
        namespace: dict[str, Any] = {"__name__": "tool", "__builtins__": {**vars(builtins), "__import__": clock.import_module}}
        exec(compile(job.source, TOOL_FILE, "exec"), namespace)
        with httpx.Client(base_url=job.base_url, transport=httpx.MockTransport(answer)) as client:
            value = namespace[job.function or ""](client, **(job.arguments or {}))
    except (Exception, Refused) as error:  # noqa: BLE001 - a tool may raise anything
        lines = [frame.lineno or 0 for frame in traceback.extract_tb(error.__traceback__) if frame.filename == TOOL_FILE]
        told = ToolError(type(error).__name__, str(error), lines[-1] if lines else 0, code=getattr(error, "code", ""))
        return Outcome("raised", error=told, finding="F_DENIED" if isinstance(error, Refused) else None, usage=clock.usage())
    return Outcome("returned", value=value, usage=clock.usage())


class _Clock:
    """Stands still but for sleeping, also in what a tool imports."""

    def __init__(self, started_at: datetime) -> None:
        self._started_at = started_at
        self._slept = 0.0

    def sleep(self, seconds: float) -> None:
        self._slept += seconds

    def usage(self) -> Usage:
        return Usage(slept_seconds=self._slept)

    def import_module(self, name: str, *rest: Any) -> Any:
        """`__import__` with two modules of ours."""
        if name == "time":
            return SimpleNamespace(sleep=self.sleep, time=lambda: self._now().timestamp(), monotonic=lambda: self._slept)
        if name == "datetime":
            return SimpleNamespace(UTC=UTC, timedelta=timedelta, datetime=_frozen(self._now))
        return builtins.__import__(name, *rest)

    def _now(self) -> datetime:
        return self._started_at + timedelta(seconds=self._slept)


def _frozen(now: Callable[[], datetime]) -> type[datetime]:
    class Frozen(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Frozen:
            return cls.fromtimestamp(now().timestamp(), tz)

    return Frozen
