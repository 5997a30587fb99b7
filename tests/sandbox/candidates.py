"""Candidates for the checks: clean ones from `data/tools`, and defective ones made by the edits in `data/defects.yaml`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from schemas.query import Call, Column, Order, Predicate, Query, QueryParameter, Window
from schemas.tool import Candidate
from schemas.verification import Finding

DATA = Path(__file__).parent / "data"

CLEAN_SOURCE = (DATA / "tools" / "clean.py").read_text()
CLEAN_TESTS = (DATA / "tools" / "clean_tests.py").read_text()

HOSTS_QUERY = Query(
    call=Call(alias="hosts", operation="estate:list_hosts"),
    where=(
        Predicate(path="hosts.memory_used_percent", op="gt", parameter="percent"),
        Predicate(path="hosts.state", op="eq", parameter="state"),
    ),
    order=(Order(path="hosts.memory_used_percent", descending=True),),
    limit="limit",
    select=(
        Column(name="hostname", path="hosts.hostname"),
        Column(name="memory_used_percent", path="hosts.memory_used_percent"),
    ),
    parameters=(
        QueryParameter(name="percent", type="number", default=80.0, unit="percent"),
        QueryParameter(name="state", type="string", default="up"),
        QueryParameter(name="limit", type="integer", default=5),
    ),
)

DEPLOYMENTS_QUERY = Query(
    call=Call(alias="deployments", operation="estate:list_deployments"),
    window=Window(path="deployments.started_at", parameter="hours"),
    select=(Column(name="id", path="deployments.id"),),
    parameters=(QueryParameter(name="hours", type="number", default=24, unit="hours"),),
)


def candidate(source: str = CLEAN_SOURCE, tests: str = CLEAN_TESTS, **changes: Any) -> Candidate:
    """The clean candidate, with what a test changes about it."""
    values = {"name": "hosts_above_memory", "title": "Hosts above memory", "function": "hosts_above_memory", "query": HOSTS_QUERY}
    return Candidate.model_validate({**values, "engine": "scripted", "source": source, "tests": tests, **changes})


class Defect(BaseModel):
    """An edit of the clean candidate, and the findings that it brings: codes, `tests:` before those of the tests."""

    model_config = ConfigDict(extra="forbid")

    name: str
    replace: str = ""
    by: str = ""
    append: str = ""
    tests: bool = False
    finds: list[str]
    at: str | None = None

    def candidate(self) -> Candidate:
        """The clean candidate with the edit made."""
        text = CLEAN_TESTS if self.tests else CLEAN_SOURCE
        assert self.replace in text, f"{self.name}: {self.replace!r} is not in the clean text"
        edited = (text.replace(self.replace, self.by, 1) if self.replace else text) + self.append
        return candidate(tests=edited) if self.tests else candidate(source=edited)

    def line(self) -> int | None:
        """The line of the source that the finding must point at."""
        lines = self.candidate().source.splitlines()
        return next(number for number, line in enumerate(lines, 1) if self.at in line) if self.at else None


def defects(check: str) -> list[Defect]:
    """The defects that `check` must find."""
    return [Defect.model_validate(entry) for entry in yaml.safe_load((DATA / "defects.yaml").read_text())[check]]


def blocking(findings: tuple[Finding, ...]) -> list[str]:
    """The codes that stop a tool, in order and once each."""
    return list(dict.fromkeys(finding.code for finding in findings if finding.severity == "block"))
