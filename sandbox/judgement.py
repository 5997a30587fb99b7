"""What one check says, before it is timed and filed."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.verification import CheckName, Finding

NOT_RUN = "not-run"
"""The code of a check that has no verdict. It blocks: what was not looked at has not passed."""


@dataclass(frozen=True)
class Judgement:
    """What was looked at, and what was found."""

    detail: str
    findings: tuple[Finding, ...] = ()


def not_run(check: CheckName, reason: str) -> Judgement:
    """The judgement of a check that could not look."""
    return Judgement("did not run", (Finding(check=check, code=NOT_RUN, message=f"the check did not run: {reason}"),))
