"""The verdict on one run of one case: findings that teach the repair, or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sandbox.jobs import Outcome
from sandbox.rehearsal.cases import RETRY_AFTER_SECONDS, Case
from sandbox.rehearsal.diagnosis import diagnose
from sandbox.rehearsal.runner import Ran
from sandbox.rehearsal.scene import Scene, how_to_page, is_circling
from schemas.base import Json
from schemas.errors import quoted
from schemas.verification import Finding

MOST_ATTEMPTS: Final = 10
"""Times that a tool may ask a server again that never gives in."""

WAIT_SLACK_SECONDS: Final = 0.01
"""Clocks are floats."""

LONGEST_ERROR: Final = 200
"""Characters of a tool's own error that are shown."""


@dataclass(frozen=True)
class Verdict:
    """A finding, and what it is about. One `about_data` says that a result is wrong; a `named` one also knows why."""

    finding: Finding
    about_data: bool = False
    named: bool = True


def judge(case: Case, scene: Scene, ran: Ran) -> list[Verdict]:
    """What is wrong with this run."""
    refused = [refusal for refusal in ran.refusals if not refusal.startswith("E_LIMIT")]
    if refused:
        return [_verdict(case, "DENIED", f"the broker refused a call: {refused[0]}", ran.outcome)]
    failures = sum(served.status >= 400 for served in scene.served)
    if failures > MOST_ATTEMPTS:
        message = f"the server was asked {failures} times though it kept failing: try at most 4 times, then raise"
        return [_verdict(case, "ATTEMPTS", message)]
    if ran.outcome.status != "returned":
        return _failure(case, scene, ran.outcome)
    return _result(case, scene, ran.outcome, has_failed=failures > 0)


def shape_problem(value: Json, columns: Sequence[str]) -> str:
    """What is wrong with the shape of a result; empty where nothing is."""
    if not isinstance(value, list):
        return f"the tool returned {type(value).__name__}, not a list of rows"
    for row in value:
        if not isinstance(row, dict):
            return f"a row is {quoted(row)}, not an object with the columns {', '.join(columns)}"
        if set(row) != set(columns):
            found = quoted(", ".join(map(str, row)))
            return f"a row has the columns {found}, and the query asks for exactly {', '.join(columns)}; a missing value is None"
    return ""


def _failure(case: Case, scene: Scene, outcome: Outcome) -> list[Verdict]:
    error = outcome.error
    if outcome.status == "raised" and case.demand != "exact":
        return []
    if outcome.finding == "F_WORKER":
        message = "the worker died or stopped answering (F_WORKER), so nothing is known of this case: verify again"
        return [_verdict(case, "STOPPED", message)]
    if error is None or outcome.status != "raised":
        words = "it never came to an end" if case.demand == "raise" else "it was stopped"
        return [_verdict(case, "STOPPED", f"{words} ({outcome.finding}): bound every loop and every wait", outcome)]
    where = f" in line {error.line}" if error.line else ""
    message = f"the tool raised {error.type}{where}: {quoted(error.message, LONGEST_ERROR)}{_advice(case, scene)}"
    return [_verdict(case, "RAISED", message, outcome)]


def _advice(case: Case, scene: Scene) -> str:
    circling = next((call.alias for call in scene.query.relations if is_circling(scene, call.alias)), None)
    if circling:
        return f"; {how_to_page(scene, circling)}"
    if any(served.status == 400 for served in scene.served) and (metric := scene.query.metric):
        found = scene.operation(metric.call.alias).metric(metric.metric)
        return f"; one call gives at most {found.batch} figures: ask in batches" if found else ""
    if any(served.status == 429 for served in scene.served):
        return "; wait as long as Retry-After says and ask again"
    return "; what the schema does not require may be missing (row.get), and a collection may be empty" if case.check == "contract" else ""


def _result(case: Case, scene: Scene, outcome: Outcome, *, has_failed: bool) -> list[Verdict]:
    problem = shape_problem(outcome.value, scene.query.column_names)
    if case.demand == "raise" and (has_failed or problem or not scene.expectation().is_met(outcome.value)):
        return [_part_of_an_answer(case, scene, outcome.value)]
    if problem:
        return [_verdict(case, "SHAPE", problem)]
    found = diagnose(scene, outcome.value, in_small_world=case.check == "contract")
    wrong = [Verdict(_finding(case, one.code, one.message), about_data=True, named=one.is_named) for one in found]
    return [*wrong, *_waited(case, scene, outcome)]


def _part_of_an_answer(case: Case, scene: Scene, value: Json) -> Verdict:
    count = f"{len(value)} rows" if isinstance(value, list) else "something"
    is_aws = scene.operation(scene.query.call.alias).protocol == "aws"
    out = "let botocore's ClientError out" if is_aws else "let the error out (response.raise_for_status())"
    repair = "bound the pages and raise beyond" if case.endless else out
    message = f"the tool returned {count} as if that were all: {repair}, never return part of an answer"
    return _verdict(case, "ENDLESS" if case.endless else "SWALLOWED", message)


def _waited(case: Case, scene: Scene, outcome: Outcome) -> list[Verdict]:
    slept = outcome.usage.slept_seconds
    asked = RETRY_AFTER_SECONDS * sum(served.status == 429 for served in scene.served)
    if slept + WAIT_SLACK_SECONDS >= asked:
        return []
    message = f"the tool waited {slept:g} s in all, and the server asked for {asked} s: sleep as long as Retry-After says"
    return [_verdict(case, "WAIT", message)]


def _verdict(case: Case, code: str, message: str, outcome: Outcome | None = None) -> Verdict:
    error = outcome.error if outcome else None
    return Verdict(_finding(case, code, message, error.line or None if error else None))


def _finding(case: Case, code: str, message: str, line: int | None = None) -> Finding:
    prefix = "R" if case.check == "rehearsal" else "C"
    return Finding(check=case.check, code=f"{prefix}_{code}", message=f"{case.title}: {message}", line=line)
