"""The oracle on AWS tools: right ones pass everything, and each seeded defect is caught by a finding that names it."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.rehearsal.rehearse import Rehearsal, rehearse
from sandbox.rehearsal.stage import Stage
from schemas.verification import Finding
from tests.sandbox.rehearsal.cloud import InProcess, candidate, defects, queries, slices, tool

SEED = 1


def rehearsed(name: str, seed: int) -> Rehearsal:
    return rehearse(candidate(name), slices(), InProcess(name), seed=seed)


def findings(rehearsal: Rehearsal) -> tuple[Finding, ...]:
    return (*rehearsal.rehearsal.findings, *rehearsal.contract.findings)


def edited(defect: dict[str, Any]) -> str:
    source = tool(defect["tool"])
    for old, new in (("replace", "by"), ("and_replace", "and_by")):
        if old in defect:
            assert defect[old] in source, f"nothing to edit in {defect['tool']}: {defect[old]}"
            source = source.replace(defect[old], defect[new])
    return source


@pytest.mark.parametrize("seed", [0, 2])
@pytest.mark.parametrize("name", queries())
def test_a_right_tool_passes_every_case_and_every_clause_can_be_told(name: str, seed: int) -> None:
    rehearsal = rehearsed(name, seed)
    assert findings(rehearsal) == ()
    assert rehearsal.rehearsal.passed
    assert rehearsal.contract.passed
    assert rehearsal.blind == ()


@pytest.mark.parametrize("defect", defects(), ids=lambda defect: f"{defect['tool']}: {defect['name']}")
def test_a_defect_is_caught_by_a_finding_that_names_it(defect: dict[str, Any]) -> None:
    stage = Stage(candidate(defect["tool"], edited(defect)), slices(), InProcess(defect["tool"]), SEED)
    cases = stage.playbook.rehearsal() if defect["code"].startswith("R_") else stage.playbook.contract()
    found = [verdict.finding for trial in stage.trials(cases) for verdict in trial.verdicts]
    told = [finding for finding in found if finding.code == defect["code"] and all(word in finding.message for word in defect["says"])]
    assert told, "\n".join(f"{finding.code} {finding.message}" for finding in found) or "it slipped through"
