from datetime import UTC, datetime

import pytest

from sandbox.author_tests import run_author_tests
from sandbox.egress import Egress, EgressFailure
from sandbox.jobs import Coverage, Job, Outcome, TestOutcome, ToolError
from schemas.verification import Finding
from tests.sandbox.candidates import CLEAN_SOURCE, CLEAN_TESTS, candidate

NOW = datetime(2026, 1, 31, tzinfo=UTC)


def findings_of(outcome: Outcome) -> tuple[Finding, ...]:
    judgement, _ = run_author_tests(candidate(), lambda _job, _egress: outcome, started_at=NOW, seed=1)
    return judgement.findings


def test_the_tests_run_traced_beside_the_tool_and_without_a_network() -> None:
    jobs: list[Job] = []

    def run(job: Job, egress: Egress) -> Outcome:
        jobs.append(job)
        with pytest.raises(EgressFailure, match="MockTransport"):
            egress.send("{}")
        return Outcome("returned", tests=(TestOutcome("test_it", True),), coverage=Coverage(frozenset({1})))

    judgement, trace = run_author_tests(candidate(), run, started_at=NOW, seed=7)
    (job,) = jobs
    assert (job.source, job.tests, job.entry, job.trace, job.seed, job.started_at) == (CLEAN_SOURCE, CLEAN_TESTS, "tests", True, 7, NOW)
    assert judgement.findings == ()
    assert judgement.detail == "1 of 1 tests passed"
    assert trace == Coverage(frozenset({1}))


def test_each_failed_test_is_a_finding_that_says_where_and_why() -> None:
    tests = (
        TestOutcome("test_a", True),
        TestOutcome("test_b", False, "assert 1 == 2", 12),
        TestOutcome("test_c", False, "returned a list"),
    )
    assert [(f.code, f.message, f.severity) for f in findings_of(Outcome("returned", tests=tests))] == [
        ("T_FAILED", "test_b: line 12 of the tests: assert 1 == 2", "block"),
        ("T_FAILED", "test_c: returned a list", "block"),
    ]


def test_no_tests_are_no_pass() -> None:
    (finding,) = findings_of(Outcome("returned"))
    assert (finding.code, finding.severity) == ("T_NONE", "block")


@pytest.mark.parametrize(
    ("outcome", "code", "line"),
    [
        (Outcome("raised", error=ToolError("NameError", "name 'x' is not defined", 3)), "T_RAISED", 3),
        (Outcome("trapped", error=ToolError("IsolateTrapped", "out of memory"), finding="F_MEMORY"), "F_MEMORY", None),
        (Outcome("killed", error=ToolError("WorkerKilled", "the worker died"), finding="F_WORKER"), "F_WORKER", None),
        (Outcome("killed"), "T_RAISED", None),
    ],
)
def test_a_run_that_did_not_come_to_its_end_blocks(outcome: Outcome, code: str, line: int | None) -> None:
    (finding,) = findings_of(outcome)
    assert (finding.code, finding.line, finding.severity) == (code, line, "block")
    assert outcome.error is None or outcome.error.message in finding.message
