"""What the checks said of a candidate."""

from __future__ import annotations

from typing import Literal

from schemas.base import Frozen

CheckName = Literal["lint", "types", "review", "rehearsal", "contract", "tests", "coverage"]
Severity = Literal["block", "advise"]
Semantics = Literal["proven", "not proven", "not rehearsed"]


class Finding(Frozen):
    """One thing that a check found. `message` is written to teach the repair; `line` is the tool's, from 1."""

    check: CheckName
    code: str
    message: str
    line: int | None = None
    severity: Severity = "block"


class CheckResult(Frozen):
    """One check: what it looked at (`detail`: "14 cases, 212 planted rows"), what it found, how long it took."""

    check: CheckName
    detail: str
    findings: tuple[Finding, ...] = ()
    milliseconds: float

    @property
    def passed(self) -> bool:
        return not any(finding.severity == "block" for finding in self.findings)


class Verification(Frozen):
    """The verdict on exactly the code whose digest it carries. A check that could not run is a blocking finding."""

    candidate_digest: str
    checks: tuple[CheckResult, ...]
    semantics: Semantics

    @property
    def passed(self) -> bool:
        return bool(self.checks) and all(check.passed for check in self.checks)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for check in self.checks for finding in check.findings)
