"""The registry: finding the tool for a question, and publishing durably, in a small library and in a large one."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import create_engine

from eval.bench.conditions import Conditions
from eval.bench.figures import Figure, milliseconds, spread
from generated_tools.registry import Registry
from schemas.operation import Effect, Operation, Slice
from schemas.query import Call, Column, Query
from schemas.tool import Candidate
from schemas.verification import CheckResult, Verification


def run(conditions: Conditions) -> list[Figure]:
    """Milliseconds, p50. The statistics are not touched, so the database stays empty."""
    return [figure for size in (10, 50 if conditions.quick else 500) for figure in _measured(size, 100 if conditions.quick else 1000)]


def _measured(tools: int, repetitions: int) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        registry = Registry(Path(folder), create_engine("sqlite://"), lambda: datetime.now(UTC))
        published = [milliseconds(partial(_publish, registry, number)) for number in range(tools)]
        query, wanted = _query(tools // 2), _slice(tools // 2).operation
        known = {wanted.id: wanted.fingerprint}
        first = milliseconds(lambda: registry.match(query, "bench", known))
        later = [milliseconds(lambda: registry.match(query, "bench", known)) for _ in range(repetitions)]
    note = f"{tools} tools"
    return [
        *spread("publish", published, 50, note=note),
        Figure(name="match after a publication, which reads the library", value=first, unit="ms", note=note),
        *spread("match", later, 50, 99, note=note),
    ]


def _publish(registry: Registry, number: int) -> None:
    query = _query(number)
    candidate = Candidate(
        name=f"tool_{number}", title="", function="rows", source=f"x = {number}\n" * 150, tests="", query=query, engine="scripted"
    )
    passed = CheckResult(check="lint", detail="", milliseconds=0.0)
    verification = Verification(candidate_digest=candidate.digest, checks=(passed,), semantics="not proven")
    registry.publish(candidate, verification, {query.call.operation: _slice(number)}, source="bench", question="")


def _query(number: int) -> Query:
    return Query(call=Call(alias="rows", operation=f"bench:{number}"), select=(Column(name="id", path="rows.id"),))


def _slice(number: int) -> Slice:
    operation = Operation(
        id=f"bench:{number}",
        source="bench",
        name=str(number),
        method="GET",
        path=f"/{number}",
        effect=Effect.READ,
        effect_reason="",
        slice_hash="0",
    )
    return Slice(operation=operation, document={})
