"""Rehearsal: a candidate is run against worlds planted around its Query, and on days that its author did not choose."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sandbox.jobs import Coverage
from sandbox.rehearsal.judge import Verdict
from sandbox.rehearsal.power import blind_spots
from sandbox.rehearsal.runner import Runner
from sandbox.rehearsal.shapes import PlantingFailed
from sandbox.rehearsal.stage import NOW, Stage, Trial
from sandbox.rehearsal.world import World
from schemas.operation import Slice
from schemas.tool import Candidate
from schemas.verification import CheckResult

__all__ = ["NOW", "Rehearsal", "rehearse"]

MOST_FINDINGS: Final = 5
"""Findings of one check; a repair that sees more mends fewer."""


@dataclass(frozen=True)
class Rehearsal:
    """The two checks, what each run covered, and what was planted. `blind` are clauses that no planted row could tell."""

    rehearsal: CheckResult
    contract: CheckResult
    traces: tuple[Coverage, ...]
    cases: int
    planted_rows: int
    blind: tuple[str, ...]


def rehearse(
    candidate: Candidate,
    slices: Mapping[str, Slice],
    run: Runner,
    *,
    seed: int,
    now: datetime = NOW,
    monotonic: Callable[[], float] = time.perf_counter,
) -> Rehearsal:
    """Run every case and judge it. `slices` are by operation id and hold at least the Query's; equal seeds plant equal worlds.

    It all takes place at `now`, which is to the second. `run` is called from two threads at once. `monotonic` gives seconds.

    Raises PlantingFailed where data that fit the slices can't be made: then nothing is known of the candidate.
    """
    stage = Stage(candidate, slices, run, seed, now)
    started = monotonic()
    try:
        rehearsed = stage.trials(stage.playbook.rehearsal())
        between = monotonic()
        tested = stage.trials(stage.playbook.contract())
    except OverflowError as error:  # times are planted around the window, and there is none before the year 1
        raise PlantingFailed(f"the query's constants can't be planted around: {error}") from error
    said: list[Verdict] = []
    trials = [*rehearsed, *tested]
    return Rehearsal(
        _checked("rehearsal", rehearsed, said, (between - started) * 1000),
        _checked("contract", tested, said, (monotonic() - between) * 1000),
        tuple(trial.coverage for trial in trials if trial.coverage),
        len(trials),
        sum(world.planted for world in _worlds(trials)),
        blind_spots([trial.scene for trial in rehearsed], stage.vacuous),
    )


def _checked(check: Literal["rehearsal", "contract"], trials: Sequence[Trial], said: list[Verdict], milliseconds: float) -> CheckResult:
    """The findings of one check, each kind once. What was `said` before is only counted; what is new is added there."""
    fresh: list[Verdict] = []
    repeated = 0
    for trial in trials:
        news = [verdict for verdict in trial.verdicts if not any(_repeats(verdict, other) for other in said)]
        repeated += bool(trial.verdicts) and not news
        fresh += news
        said += news
    cases = f"{len(trials)} {'case' if len(trials) == 1 else 'cases'}"
    detail = f"{cases}, {sum(world.planted for world in _worlds(trials))} planted rows"
    return CheckResult(
        check=check,
        detail=detail + (f"; {repeated} more fail for a reason given already" if repeated else ""),
        findings=tuple(verdict.finding for verdict in fresh[:MOST_FINDINGS]),
        milliseconds=milliseconds,
    )


def _repeats(verdict: Verdict, other: Verdict) -> bool:
    """The same kind at the same line; or a wrong result too, where this one does not know why or its world is a small one."""
    if verdict.about_data and other.about_data and not (verdict.named and verdict.finding.check == "rehearsal"):
        return True
    return _kind(verdict) == _kind(other)


def _kind(verdict: Verdict) -> tuple[str, int | None]:
    return verdict.finding.code.partition("_")[2], verdict.finding.line


def _worlds(trials: Sequence[Trial]) -> list[World]:
    return list({id(trial.case.world): trial.case.world for trial in trials}.values())
