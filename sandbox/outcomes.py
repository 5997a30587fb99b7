"""Jobs and outcomes as the text that crosses the pipe."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, NoReturn

import orjson
from pydantic import TypeAdapter, ValidationError

from sandbox.jobs import FindingCode, Job, Json, Outcome, ToolError, Usage
from sandbox.protocol import ProtocolBroken

MAX_DEPTH = 200
"""Levels of a report. What writes records gives up at 254, and puts it some levels deep."""

MAX_VALUES = 1_000_000
"""Values in a report, and commas and brackets in its texts. The host takes a second over so many; the 20 million empty lists that fit
into a frame took it half a minute, long after the run's own limits."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class _End:
    finding: FindingCode | None
    message: str
    usage: Usage


_END = TypeAdapter(_End)
_OUTCOME = TypeAdapter(Outcome)


def encode_job(job: Job) -> str:
    """The text of a job frame: what the worker needs to know, a line break, what it passes on to the guest as it is."""
    started_ns = (job.started_at - _EPOCH) // timedelta(microseconds=1) * 1000
    head = {"limits": asdict(job.limits), "started_ns": started_ns, "seed": job.seed}
    guest = {
        "entry": job.entry,
        "source": job.source,
        "function": job.function,
        "arguments": dict(job.arguments or {}),
        "tests": job.tests,
        "base_url": job.base_url,
        "seed": job.seed,
        "trace": job.trace,
        "output_bytes": job.limits.output_bytes,
        "aws": {"region": job.aws.region, "models": dict(job.aws.models)} if job.aws else None,
    }
    return f"{json.dumps(head, allow_nan=False)}\n{json.dumps(guest, allow_nan=False)}"


def decode_outcome(end: str) -> Outcome:
    """The outcome from an end frame: the worker's word on how the run went, a line break, the guest's report.

    Raises ProtocolBroken where the worker's word can't be read.
    """
    word, _, report = end.partition("\n")
    try:
        how = _END.validate_json(word)
    except ValidationError as error:
        raise ProtocolBroken("the end of a run is not what it should be") from error
    if how.finding is not None:
        return stopped("trapped", how.finding, how.message, how.usage)
    return _decode_report(report, how.usage)


def _decode_report(text: str, usage: Usage) -> Outcome:
    """The guest's own report. Code that forged one may have written anything, so what does not fit counts as a trap."""
    try:
        outcome = _OUTCOME.validate_python(_read(text))
    except _Unstorable as error:
        return stopped("trapped", "F_VALUE", f"the run's result can't be kept: {error}", usage)
    except (ValidationError, ValueError, RecursionError):
        return stopped("trapped", "F_VALUE", "the run's report can't be read: its result is nested too deeply or holds no JSON", usage)
    if outcome.status not in ("returned", "raised"):
        return stopped("trapped", "F_TRAP", "the run's report is forged", usage)
    return replace(outcome, usage=usage)


def stopped(status: Literal["trapped", "killed"], finding: FindingCode, message: str, usage: Usage) -> Outcome:
    """The outcome of a run that a wall ended."""
    kind = "IsolateTrapped" if status == "trapped" else "WorkerKilled"
    return Outcome(status, error=ToolError(kind, message), finding=finding, usage=usage)


class _Unstorable(Exception):
    """JSON that the host can read and not write again; says why."""


def _read(text: str) -> Json:
    """A report that records can hold, whole and within other data."""
    if sum(map(text.count, ",[{")) > MAX_VALUES:
        raise _Unstorable(f"it holds more than {MAX_VALUES} values; return fewer rows or columns")
    report = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    if (depth := _depth(report, MAX_DEPTH + 1)) > MAX_DEPTH:
        raise _Unstorable(f"it is nested {depth} levels deep or more, and {MAX_DEPTH} is the most")
    try:
        orjson.dumps(report)
    except orjson.JSONEncodeError as error:  # an integer beyond 64 bits, half a character
        raise _Unstorable(str(error)) from error
    return report


def _depth(value: Json, most: int) -> int:
    depth, level = 0, [value]
    while level and depth < most:
        depth += 1
        level = [part for node in level if isinstance(node, dict | list) for part in (node.values() if isinstance(node, dict) else node)]
    return depth


def _finite(number: str) -> float:
    if math.isinf(value := float(number)):
        raise _Unstorable(f"{number[:20]} is more than a number of 64 bits can hold")
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
