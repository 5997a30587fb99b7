"""Candidates for the checks: clean ones from `data/tools`, and defective ones made by the edits in `data/defects.yaml`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from schemas.query import Call, Column, MetricJoin, Order, Predicate, Query, QueryParameter, Window
from schemas.tool import Candidate
from schemas.verification import Finding

DATA = Path(__file__).parent / "data"

CLEAN_SOURCE = (DATA / "tools" / "clean.py").read_text()
CLEAN_TESTS = (DATA / "tools" / "clean_tests.py").read_text()

AWS_SOURCE = (DATA / "tools" / "aws.py").read_text()
AWS_TESTS = (DATA / "tools" / "aws_tests.py").read_text()

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


INSTANCES_QUERY = Query(
    call=Call(alias="instances", operation="aws:ec2.DescribeInstances"),
    metric=MetricJoin(
        call=Call(alias="cpu", operation="aws:cloudwatch.GetMetricData"),
        metric="ec2_cpu",
        left="instances.InstanceId",
        statistic="Average",
        period_seconds=300,
        window="window_minutes",
    ),
    where=(
        Predicate(path="cpu.value", op="gt", parameter="cpu"),
        Predicate(path="instances.State.Name", op="eq", parameter="state"),
    ),
    order=(Order(path="cpu.value", descending=True),),
    select=(
        Column(name="instance_id", path="instances.InstanceId"),
        Column(name="instance_type", path="instances.InstanceType"),
        Column(name="cpu", path="cpu.value"),
    ),
    parameters=(
        QueryParameter(name="cpu", type="number", default=80, unit="percent"),
        QueryParameter(name="state", type="string", default="running"),
        QueryParameter(name="window_minutes", type="integer", default=30, unit="minutes"),
    ),
)


def aws_candidate(source: str = AWS_SOURCE, tests: str = AWS_TESTS, **changes: Any) -> Candidate:
    """The clean candidate that calls AWS."""
    values = {"name": "busy_instances", "title": "Busy instances", "function": "busy_instances", "query": INSTANCES_QUERY}
    return Candidate.model_validate({**values, "engine": "scripted", "source": source, "tests": tests, **changes})


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


class AwsDefect(BaseModel):
    """An edit, or two, of the clean candidate that calls AWS, and the findings that it brings."""

    model_config = ConfigDict(extra="forbid")

    name: str
    replace: str
    by: str
    and_replace: str = ""
    and_by: str = ""
    finds: list[str]
    at: str

    def candidate(self) -> Candidate:
        """The clean candidate with the edits made."""
        source = AWS_SOURCE
        for old, new in ((self.replace, self.by), (self.and_replace, self.and_by)):
            assert old in source, f"{self.name}: {old!r} is not in the clean text"
            source = source.replace(old, new, 1) if old else source
        return aws_candidate(source)

    def line(self) -> int:
        """The line of the source that a finding must point at."""
        return next(number for number, line in enumerate(self.candidate().source.splitlines(), 1) if self.at in line)


def aws_defects() -> list[AwsDefect]:
    """The defects that the review of AWS tools must find."""
    return [AwsDefect.model_validate(entry) for entry in yaml.safe_load((DATA / "aws_defects.yaml").read_text())]


class Trial(BaseModel):
    """Functions appended to the clean tool, and the review's findings that they bring: those that block, and those that advise."""

    model_config = ConfigDict(extra="forbid")

    name: str
    append: str
    finds: list[str] = []
    advises: list[str] = []

    def candidate(self) -> Candidate:
        """The clean candidate with the functions appended."""
        return candidate(f"{CLEAN_SOURCE}\n\n{self.append}")


def trials() -> list[Trial]:
    """Good and bad ways to write the same things."""
    return [Trial.model_validate(entry) for entry in yaml.safe_load((DATA / "review_trials.yaml").read_text())]


def defects(check: str) -> list[Defect]:
    """The defects that `check` must find."""
    return [Defect.model_validate(entry) for entry in yaml.safe_load((DATA / "defects.yaml").read_text())[check]]


def blocking(findings: tuple[Finding, ...]) -> list[str]:
    """The codes that stop a tool, in order and once each."""
    return list(dict.fromkeys(finding.code for finding in findings if finding.severity == "block"))
