import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

import pytest
import yaml

from sandbox import lint as linter
from sandbox.author_tests import Run
from sandbox.egress import Egress
from sandbox.jobs import Job, Outcome
from sandbox.rehearsal.rehearse import Rehearsal, rehearse
from sandbox.supervisor import WorkerPool
from sandbox.turns import WorkersBusy
from sandbox.typecheck import TypeChecker
from sandbox.verify import LONGEST_MESSAGE, MOST_FINDINGS, Verifier
from schemas.errors import Misconfigured
from schemas.operation import Slice
from schemas.tool import Candidate
from schemas.verification import Verification
from tests.sandbox.candidates import CLEAN_SOURCE, CLEAN_TESTS, DATA, candidate

SLICE = Slice.model_validate(yaml.safe_load((DATA / "hosts_slice.yaml").read_text()))
SLICES = {SLICE.operation.id: SLICE}
CACHE = Path(__file__).parents[2] / ".cache" / "types"
"""Kept between test runs: filling it takes two seconds."""
ALL_CHECKS = ["lint", "types", "review", "rehearsal", "contract", "tests", "coverage"]


def ticking() -> Callable[[], float]:
    """A clock that moves by a quarter of a second each time it is read."""
    ticks = count()
    return lambda: next(ticks) / 4


@pytest.fixture(scope="module")
def types() -> Iterator[TypeChecker]:
    with TypeChecker(CACHE) as types:
        yield types


@pytest.fixture
def verifier(types: TypeChecker, pool: WorkerPool) -> Verifier:
    return Verifier(types, pool.run, monotonic=ticking())


def never(_job: Job, _egress: Egress) -> NoReturn:
    raise AssertionError("a candidate ran that static checks refuse")


def blocked(verdict: Verification) -> dict[str, list[str]]:
    """The codes that block, by check."""
    return {
        check.check: [finding.code for finding in check.findings if finding.severity == "block"]
        for check in verdict.checks
        if not check.passed
    }


def test_a_right_tool_is_proven(verifier: Verifier) -> None:
    verdict = verifier.verify(candidate(), SLICES)
    assert blocked(verdict) == {}
    assert verdict.passed
    assert verdict.semantics == "proven"
    assert [check.check for check in verdict.checks] == ALL_CHECKS
    assert verdict.candidate_digest == candidate().digest


@pytest.mark.parametrize("unseen", ["\ud800", "\u202e", "\x0c"])
def test_text_that_no_file_holds_or_nobody_sees_is_blocked_and_never_runs(types: TypeChecker, unseen: str) -> None:
    text = f"{CLEAN_SOURCE}# {unseen}\n"
    for hostile in (candidate(text), candidate(tests=text)):
        verdict = Verifier(types, never, monotonic=ticking()).verify(hostile, SLICES)
        assert blocked(verdict)["review"] == ["S_UNREADABLE"]
        assert verdict.model_dump_json()


@pytest.mark.parametrize(
    "edit",
    [
        {"type": "object", "required": 5},
        {"type": "object", "properties": [1]},
        {"type": "object", "minProperties": 10**9},
        {"type": "array", "items": [1]},
        {"type": 5},
    ],
    ids=str,
)
def test_a_slice_that_cannot_be_planted_by_is_a_finding_and_not_a_crash(verifier: Verifier, edit: dict[str, Any]) -> None:
    document = json.loads(json.dumps(SLICE.document))
    document["components"] = {"schemas": dict.fromkeys(document["components"]["schemas"], edit)}
    hostile = SLICE.model_copy(update={"document": document})
    assert blocked(verifier.verify(candidate(), {SLICE.operation.id: hostile}))["rehearsal"] == ["not-run"]


def test_a_tool_is_proven_at_the_time_it_is_handed_and_sees_no_other(types: TypeChecker, pool: WorkerPool) -> None:
    seen: set[datetime] = set()

    def run(job: Job, egress: Egress) -> Outcome:
        seen.add(job.started_at)
        return pool.run(job, egress)

    at = datetime(2026, 12, 31, 23, 59, 59, 123456, tzinfo=UTC)
    verdict = Verifier(types, run, monotonic=ticking(), now=lambda: at).verify(candidate(), SLICES)
    assert verdict.semantics == "proven"
    assert seen == {at.replace(microsecond=0)}


def test_equal_candidates_get_equal_verdicts(verifier: Verifier) -> None:
    def told(verdict: Verification) -> list[tuple[str, str]]:
        return [(check.check, check.detail) for check in verdict.checks]

    assert told(verifier.verify(candidate(), SLICES)) == told(verifier.verify(candidate(), SLICES))


@pytest.mark.parametrize(
    ("check", "edit", "by"),
    [
        ("lint", "used > percent", "used > treshold"),
        ("types", '"memory_used_percent": used}', '"memory_used_percent": str(used)}'),
        ("review", "rows[:limit]", "rows[:100]"),
    ],
)
def test_nothing_runs_that_a_static_check_refuses(types: TypeChecker, check: str, edit: str, by: str) -> None:
    verdict = Verifier(types, never, monotonic=ticking()).verify(candidate(CLEAN_SOURCE.replace(edit, by)), SLICES)
    assert check in blocked(verdict)
    assert [result.check for result in verdict.checks] == ALL_CHECKS[:3]
    assert (verdict.passed, verdict.semantics) == (False, "not proven")


@pytest.mark.parametrize("source", ["", "def (:\n", "\0", "(" * 5000, "x = 1\n" * 100_000])
def test_text_that_is_no_tool_is_refused_and_not_raised(types: TypeChecker, source: str) -> None:
    verdict = Verifier(types, never, monotonic=ticking()).verify(candidate(source, source), SLICES)
    assert not verdict.passed


def test_a_tool_that_answers_another_question_is_not_proven(verifier: Verifier) -> None:
    verdict = verifier.verify(candidate(CLEAN_SOURCE.replace("used > percent", "used >= percent")), SLICES)
    assert "rehearsal" in blocked(verdict)
    assert (verdict.passed, verdict.semantics) == (False, "not proven")
    assert len(verdict.checks) == len(ALL_CHECKS)


def test_a_tool_that_never_waits_breaks_the_contract(verifier: Verifier) -> None:
    verdict = verifier.verify(candidate(CLEAN_SOURCE.replace("response.status_code not in BUSY", "response.status_code >= 0")), SLICES)
    assert "contract" in blocked(verdict)


def test_a_failing_test_of_the_author_blocks(verifier: Verifier) -> None:
    tests = CLEAN_TESTS.replace('"100 pages" in str(error)', '"7 pages" in str(error)')
    verdict = verifier.verify(candidate(tests=tests), SLICES)
    assert blocked(verdict) == {"tests": ["T_FAILED"]}
    assert verdict.semantics == "proven"


def test_code_that_nothing_reaches_blocks(verifier: Verifier) -> None:
    unused = "\n\ndef _unused(number: int) -> int:\n" + "    number += 1\n" * 20 + "    return number\n"
    verdict = verifier.verify(candidate(CLEAN_SOURCE + unused), SLICES)
    assert blocked(verdict) == {"coverage": ["COV_LINES"]}
    (finding,) = verdict.checks[-1].findings
    assert finding.line == len(CLEAN_SOURCE.splitlines()) + 4


def test_what_the_planted_data_cannot_tell_keeps_a_passed_rehearsal_from_being_a_proof(
    types: TypeChecker, monkeypatch: pytest.MonkeyPatch, pool: WorkerPool
) -> None:
    def half_blind(*given: Any, **named: Any) -> Rehearsal:
        return replace(rehearse(*given, **named), blind=("order by hosts.state",))

    monkeypatch.setattr("sandbox.verify.rehearse", half_blind)
    verdict = Verifier(types, pool.run, monotonic=ticking()).verify(candidate(), SLICES)
    assert verdict.passed
    assert verdict.semantics == "not proven"
    assert verdict.checks[3].detail.endswith("they can't tell: order by hosts.state")


def test_a_missing_image_is_a_finding_of_every_check_that_needed_it(types: TypeChecker) -> None:
    def run(_job: Job, _egress: Egress) -> NoReturn:
        raise Misconfigured("the isolate's image is missing", hint="Build it.")

    verdict = Verifier(types, run, monotonic=ticking()).verify(candidate(), SLICES)
    assert blocked(verdict) == {check: ["not-run"] for check in ALL_CHECKS[3:]}
    assert "the isolate's image is missing. Build it." in verdict.findings[0].message
    assert verdict.semantics == "not proven"


def test_a_pool_that_is_busy_says_nothing_about_the_candidate(types: TypeChecker) -> None:
    def run(_job: Job, _egress: Egress) -> NoReturn:
        raise WorkersBusy("all are busy")

    with pytest.raises(WorkersBusy):
        Verifier(types, run, monotonic=ticking()).verify(candidate(), SLICES)


def test_a_worker_that_dies_is_no_pass(types: TypeChecker) -> None:
    def run(_job: Job, _egress: Egress) -> Outcome:
        return Outcome("killed", finding="F_WORKER")

    verdict = Verifier(types, run, monotonic=ticking()).verify(candidate(), SLICES)
    assert blocked(verdict) | {"contract": []} == {
        "rehearsal": ["R_STOPPED"],
        "contract": [],  # fails as the rehearsal does, and says no more
        "tests": ["F_WORKER"],
        "coverage": ["not-run"],
    }


def test_a_slice_that_was_not_given_is_named(types: TypeChecker, pool: WorkerPool) -> None:
    verdict = Verifier(types, pool.run, monotonic=ticking()).verify(candidate(), {})
    assert blocked(verdict) == {"rehearsal": ["not-run"], "contract": ["not-run"]}
    assert "no slice was given for estate:list_hosts" in verdict.findings[0].message


def test_a_linter_that_cannot_run_is_no_pass(types: TypeChecker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linter, "find_ruff_bin", lambda: str(Path("/bin/false")))
    verdict = Verifier(types, never, monotonic=ticking()).verify(candidate(), SLICES)
    assert blocked(verdict) == {"lint": ["not-run"]}


def test_milliseconds_are_those_of_the_clock_handed_in(types: TypeChecker) -> None:
    verdict = Verifier(types, never, monotonic=ticking()).verify(candidate("x = undefined\n"), SLICES)
    assert all(check.milliseconds >= 250 and check.milliseconds % 250 == 0 for check in verdict.checks)


def test_findings_are_bounded_in_number_and_length_and_the_blocking_come_first(types: TypeChecker) -> None:
    source = CLEAN_SOURCE + "\n" + "print('later')\n" * 100 + f"{'x' * 5000}\n"
    verdict = Verifier(types, never, monotonic=ticking()).verify(candidate(f"import csv\n{source}"), SLICES)
    review = verdict.checks[2]
    assert len(review.findings) == MOST_FINDINGS
    assert "more findings" in review.detail
    assert max(len(finding.message) for finding in verdict.findings) <= LONGEST_MESSAGE
    severities = [finding.severity for finding in verdict.checks[0].findings]
    assert severities == sorted(severities, reverse=True)


def test_candidates_verified_at_once_do_not_mix(types: TypeChecker, pool: WorkerPool) -> None:
    wrong = candidate(CLEAN_SOURCE.replace("used > percent", "used >= percent"))
    candidates: list[Candidate] = [candidate(), wrong] * 2
    run: Run = pool.run
    verifier = Verifier(types, run, monotonic=ticking())
    with ThreadPoolExecutor(2) as threads:
        verdicts = list(threads.map(lambda each: verifier.verify(each, SLICES), candidates))
    assert [verdict.passed for verdict in verdicts] == [True, False, True, False]
