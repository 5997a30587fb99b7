"""Proves a candidate: what it says, what it does in rehearsal, and that both went through its code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

from sandbox import coverage
from sandbox.author_tests import Run, run_author_tests
from sandbox.aws_models import aws_session_of
from sandbox.jobs import Coverage
from sandbox.judgement import Judgement, not_run
from sandbox.lint import lint
from sandbox.rehearsal.aws import REGION
from sandbox.rehearsal.rehearse import NOW, Rehearsal, rehearse
from sandbox.rehearsal.runner import BrokeredRunner
from sandbox.review import review
from sandbox.review_rules.table import RULES
from sandbox.turns import WorkersBusy
from sandbox.typecheck import TypeChecker
from schemas.errors import OpswrightError, quoted
from schemas.operation import Operation, Protocol, Slice
from schemas.tool import Candidate
from schemas.verification import CheckName, CheckResult, Semantics, Verification

MOST_FINDINGS = 25
LONGEST_MESSAGE = 1000

_UNREADABLE_SLICE = (TypeError, ValueError, LookupError, AttributeError, RuntimeError, ArithmeticError)
"""What code raises that was handed a list for an object, a text for a number, or a schema nested a thousand levels deep."""

_REHEARSED: tuple[CheckName, CheckName] = ("rehearsal", "contract")


class Verifier:
    """Judges candidates; safe to share between threads as far as `run` is.

    `run` is a worker pool's; `monotonic` gives seconds. Equal candidates and slices get equal verdicts, for an equal `seed` and at
    an equal time. Candidates run at the time that `now` gives: code that could tell a rehearsal by the year could behave in it.
    """

    def __init__(
        self, types: TypeChecker, run: Run, *, monotonic: Callable[[], float], now: Callable[[], datetime] = lambda: NOW, seed: int = 0
    ) -> None:
        self._types = types
        self._run = run
        self._monotonic = monotonic
        self._now = now
        self._seed = seed

    def verify(self, candidate: Candidate, slices: Mapping[str, Slice], known: Sequence[Operation] = ()) -> Verification:
        """The verdict on exactly this code.

        `slices` are by operation id and hold the Query's; `known` are all operations of the source, so that a refused call
        is told the nearest ones. Nothing of the candidate runs before lint, types and review let it. What could not be
        checked is a finding that blocks; nothing is raised for a candidate, whatever is wrong with it.
        """
        granted = [slices[call.operation] for call in candidate.query.calls if call.operation in slices]
        checks = self._static(candidate, _protocol(granted))
        if not all(check.passed for check in checks):
            return Verification(candidate_digest=candidate.digest, checks=checks, semantics="not proven")
        now = self._now().replace(microsecond=0)  # times are planted to the second on both sides of a bound
        rehearsal = self._rehearsed(candidate, slices, known, now)
        traces = list(rehearsal.traces)
        tested = timed("tests", lambda: self._tested(candidate, granted, traces, now), self._monotonic)
        covered = timed("coverage", lambda: coverage.judge(candidate.source, traces), self._monotonic)
        checks += (rehearsal.rehearsal, rehearsal.contract, tested, covered)
        return Verification(candidate_digest=candidate.digest, checks=checks, semantics=_semantics(rehearsal))

    def _static(self, candidate: Candidate, protocol: Protocol) -> tuple[CheckResult, ...]:
        """Ruff is a process of its own, so it works while the other two do."""
        source, tests = candidate.source, candidate.tests
        lines = f"{len(source.splitlines())} lines, {len(tests.splitlines())} of tests"
        with ThreadPoolExecutor(1) as beside:
            linted = beside.submit(timed, "lint", lambda: Judgement(lines, lint(source, tests)), self._monotonic)
            typed = timed("types", lambda: Judgement(lines, self._types.check(source, tests)), self._monotonic)
            reviewed = timed("review", lambda: Judgement(f"{len(RULES)} rules", review(candidate, protocol)), self._monotonic)
            return linted.result(), typed, reviewed

    def _rehearsed(self, candidate: Candidate, slices: Mapping[str, Slice], known: Sequence[Operation], now: datetime) -> Rehearsal:
        """With leave to call what the Query reads, and nothing else."""
        operations = dict.fromkeys(call.operation for call in candidate.query.calls)
        if missing := [operation for operation in operations if operation not in slices]:
            return _no_rehearsal(f"no slice was given for {', '.join(missing)}")
        runner = BrokeredRunner(self._run, [slices[operation] for operation in operations], known, candidate.query)
        try:
            return _with_blind_spots(rehearse(candidate, slices, runner, seed=self._seed, now=now, monotonic=self._monotonic))
        except WorkersBusy:  # says nothing about the candidate
            raise
        except OpswrightError as error:
            return _no_rehearsal(str(error))
        except _UNREADABLE_SLICE as error:  # a slice is a stranger's: what planting trips over there blocks this tool, not the host
            return _no_rehearsal(f"the slice can't be planted by ({type(error).__name__}: {quoted(error)})")

    def _tested(self, candidate: Candidate, granted: Sequence[Slice], traces: list[Coverage], now: datetime) -> Judgement:
        aws = aws_session_of(granted, REGION, complete=True)
        judgement, trace = run_author_tests(candidate, self._run, started_at=now, seed=self._seed, aws=aws)
        traces += [trace] if trace else []
        return judgement


def _protocol(granted: Sequence[Slice]) -> Protocol:
    """How the operations that a Query reads are called; they are all of one source."""
    return granted[0].operation.protocol if granted else "http"


def timed(check: CheckName, look: Callable[[], Judgement], monotonic: Callable[[], float]) -> CheckResult:
    """What `look` finds, and how long it took. A check that fails itself has not passed."""
    started = monotonic()
    try:
        judgement = look()
    except WorkersBusy:  # says nothing about the candidate
        raise
    except (OpswrightError, OSError) as error:
        judgement = not_run(check, str(error))
    return _filed(check, judgement, (monotonic() - started) * 1000)


def _filed(check: CheckName, judgement: Judgement, milliseconds: float) -> CheckResult:
    """What blocks comes first, and no more than a repair can use: a tool may be wrong in ten thousand places."""
    telling = sorted(judgement.findings, key=lambda finding: finding.severity != "block")[:MOST_FINDINGS]
    left_out = len(judgement.findings) - len(telling)
    return CheckResult(
        check=check,
        detail=judgement.detail + (f"; {left_out} more findings" if left_out else ""),
        findings=tuple(finding.model_copy(update={"message": finding.message[:LONGEST_MESSAGE]}) for finding in telling),
        milliseconds=milliseconds,
    )


def _no_rehearsal(reason: str) -> Rehearsal:
    rehearsal, contract = (_filed(check, not_run(check, reason), 0.0) for check in _REHEARSED)
    return Rehearsal(rehearsal, contract, traces=(), cases=0, planted_rows=0, blind=())


def _with_blind_spots(rehearsal: Rehearsal) -> Rehearsal:
    """What the planted data can't tell is told with them: it keeps a passed rehearsal from being a proof."""
    if not rehearsal.blind:
        return rehearsal
    detail = f"{rehearsal.rehearsal.detail}; they can't tell: {', '.join(rehearsal.blind)}"
    return replace(rehearsal, rehearsal=rehearsal.rehearsal.model_copy(update={"detail": detail}))


def _semantics(rehearsal: Rehearsal) -> Semantics:
    """Proven where the rehearsal passed, and its data could tell every clause of the Query."""
    return "proven" if rehearsal.rehearsal.passed and not rehearsal.blind else "not proven"
