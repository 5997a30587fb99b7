"""The tests that came with a tool, run in the isolate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from sandbox.egress import Egress, NoNetwork
from sandbox.jobs import AwsSession, Coverage, Job, Outcome
from sandbox.judgement import Judgement
from schemas.tool import Candidate
from schemas.verification import Finding

BASE_URL = "http://nowhere.invalid"

Run = Callable[[Job, Egress], Outcome]
"""Runs a job in a fresh isolate, answering its calls by the egress: a worker pool's `run`."""


def run_author_tests(
    candidate: Candidate, run: Run, *, started_at: datetime, seed: int, aws: AwsSession | None = None
) -> tuple[Judgement, Coverage | None]:
    """Run them all, and what they covered of the tool; None where the run was stopped from outside.

    `aws` has the models that stubbed clients are made of.
    """
    outcome = run(_job(candidate, started_at, seed, aws), NoNetwork())
    findings = tuple(_findings(outcome))
    passed = sum(test.ok for test in outcome.tests)
    return Judgement(f"{passed} of {len(outcome.tests)} tests passed", findings), outcome.coverage


def _job(candidate: Candidate, started_at: datetime, seed: int, aws: AwsSession | None) -> Job:
    return Job(candidate.source, "tests", BASE_URL, started_at, tests=candidate.tests, seed=seed, trace=True, aws=aws)


def _findings(outcome: Outcome) -> Iterator[Finding]:
    if outcome.status != "returned":
        yield _of_the_whole(outcome)
    elif not outcome.tests:
        yield Finding(check="tests", code="T_NONE", message="there are no tests: write `test_*` functions that assert")
    for test in outcome.tests:
        if not test.ok:
            where = f"line {test.line} of the tests: " if test.line else ""
            yield Finding(check="tests", code="T_FAILED", message=f"{test.name}: {where}{test.message}")


def _of_the_whole(outcome: Outcome) -> Finding:
    """A run that ended before its tests did."""
    error = outcome.error
    said = f"{error.type}: {error.message}" if error else outcome.status
    return Finding(
        check="tests",
        code=outcome.finding or "T_RAISED",
        message=f"the tests could not be run to the end: {said}",
        line=(error.line or None) if error else None,
    )
