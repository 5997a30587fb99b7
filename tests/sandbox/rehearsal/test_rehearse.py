"""A rehearsal as a whole: bounded, repeatable, honest about what it can't tell, and sparing with findings."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count

import orjson
import pytest

from sandbox.broker.budget import Budget
from sandbox.broker.wire import Transport
from sandbox.jobs import Job, Outcome, ToolError, Usage
from sandbox.rehearsal.power import NOTHING_MATCHES
from sandbox.rehearsal.rehearse import NOW, rehearse
from sandbox.rehearsal.runner import Ran
from sandbox.rehearsal.shapes import PlantingFailed
from schemas.operation import Slice
from tests.sandbox.rehearsal.fleet import InProcess, candidate, queries, slices, tool


class Answering:
    """A runner that has every job end the same way, and remembers them."""

    def __init__(self, outcome: Outcome, refusals: tuple[str, ...] = ()) -> None:
        self.jobs: list[Job] = []
        self._ran = Ran(outcome, refusals)

    def __call__(self, job: Job, api: Transport, budget: Budget) -> Ran:
        self.jobs.append(job)
        return self._ran


def altered(old: str, new: str, operation: str) -> Mapping[str, Slice]:
    """The slices with one text of one document replaced."""
    slice_ = slices()[operation]
    text = orjson.dumps(slice_.document).decode()
    assert old in text
    return {**slices(), operation: slice_.model_copy(update={"document": orjson.loads(text.replace(old, new))})}


@pytest.mark.parametrize("name", queries())
def test_a_rehearsal_takes_few_runs(name: str) -> None:
    run = InProcess(name)
    rehearsal = rehearse(candidate(name), slices(), run, seed=1)
    assert rehearsal.cases == len(run.jobs) <= 25


def test_jobs_are_traced_frozen_and_seeded_and_the_first_leaves_the_defaults_to_the_tool() -> None:
    run = Answering(Outcome("returned", value=[]))
    rehearse(candidate("hosts_above_memory"), slices(), run, seed=9)
    assert {(job.trace, job.started_at, job.seed, job.entry, job.function) for job in run.jobs} == {
        (True, NOW, 9, "call", "hosts_above_memory")
    }
    assert run.jobs[0].arguments == {}
    assert run.jobs[1].arguments != queries()["hosts_above_memory"].defaults


def test_equal_seeds_give_equal_rehearsals() -> None:
    source = tool("hosts_above_memory").replace("used <= percent", "used < percent")
    one, other = (rehearse(candidate("hosts_above_memory", source), slices(), InProcess("hosts_above_memory"), seed=4) for _ in range(2))
    assert one.rehearsal.findings == other.rehearsal.findings != ()
    assert (one.cases, one.planted_rows, one.contract.findings) == (other.cases, other.planted_rows, other.contract.findings)


def test_each_check_says_what_it_looked_at_and_how_long_it_took() -> None:
    ticks = count()
    rehearsal = rehearse(candidate("fullest_disks"), slices(), InProcess("fullest_disks"), seed=1, monotonic=lambda: float(next(ticks)))
    assert rehearsal.rehearsal.detail.startswith("3 cases, ")
    assert rehearsal.contract.detail.startswith("9 cases, ")
    assert (rehearsal.rehearsal.milliseconds, rehearsal.contract.milliseconds) == (1000.0, 1000.0)


def test_an_operation_without_a_slice_is_named() -> None:
    with pytest.raises(PlantingFailed, match="fleet:list_rotas"):
        rehearse(
            candidate("unstaffed_services"),
            {"fleet:list_services": slices()["fleet:list_services"]},
            InProcess("unstaffed_services"),
            seed=1,
        )


def test_a_window_that_reaches_before_all_time_is_our_failure_and_not_a_crash() -> None:
    query = queries()["failed_deployments"]
    hours = tuple(parameter.model_copy(update={"default": 1e9} if parameter.name == "hours" else {}) for parameter in query.parameters)
    made = candidate("failed_deployments").model_copy(update={"query": query.model_copy(update={"parameters": hours})})
    with pytest.raises(PlantingFailed, match="planted around"):
        rehearse(made, slices(), InProcess("failed_deployments"), seed=1)


def test_rows_that_are_no_objects_are_named() -> None:
    scalars = altered('"items":{"$ref":"#/components/schemas/Disk"}', '"items":{"type":"string"}', "fleet:list_disks")
    with pytest.raises(PlantingFailed, match="fleet:list_disks are no objects"):
        rehearse(candidate("fullest_disks"), scalars, InProcess("fullest_disks"), seed=1)


def test_a_query_that_no_legal_row_satisfies_is_a_blind_spot() -> None:
    never = altered('"maximum":100', '"maximum":10', "fleet:list_hosts")
    rehearsal = rehearse(candidate("hosts_above_memory"), never, InProcess("hosts_above_memory"), seed=1)
    assert rehearsal.blind == (NOTHING_MATCHES,)


def test_an_order_that_the_result_can_not_show_is_a_blind_spot() -> None:
    constant = altered('"used_percent":{"type":"number","minimum":0', '"used_percent":{"type":"number","minimum":100', "fleet:list_disks")
    rehearsal = rehearse(candidate("fullest_disks"), constant, InProcess("fullest_disks"), seed=1)
    assert rehearsal.blind == ("order by disks.used_percent",)


def test_a_clause_that_every_legal_row_satisfies_is_no_blind_spot() -> None:
    always = altered('"enum":["succeeded","failed","running","rolled_back"]', '"enum":["failed"]', "fleet:list_deployments")
    rehearsal = rehearse(candidate("failed_deployments"), always, InProcess("failed_deployments"), seed=1)
    assert rehearsal.blind == ()


def test_a_tool_that_stops_early_for_good_reason_is_not_blamed_for_pages_it_never_saw() -> None:
    query = queries()["fullest_disks"].model_copy(update={"order": ()})
    source = tool("fullest_disks").replace('_sorted(disks, lambda disk: disk.get("used_percent"), descending=True)', "disks")
    made = candidate("fullest_disks", source).model_copy(update={"query": query})
    assert rehearse(made, slices(), InProcess("fullest_disks"), seed=1).contract.findings == ()


def test_what_the_broker_redacts_is_expected_redacted() -> None:
    secret = altered('"label":{"type":"string"}', '"label":{"const":"AKIAIOSFODNN7EXAMPLE"}', "fleet:list_disks")
    rehearsal = rehearse(candidate("fullest_disks"), secret, InProcess("fullest_disks"), seed=1)
    assert rehearsal.rehearsal.findings == rehearsal.contract.findings == ()


@pytest.mark.parametrize(
    ("outcome", "refusals", "code", "said"),
    [
        (Outcome("killed", finding="F_WORKER"), (), "R_STOPPED", "verify again"),
        (Outcome("trapped", finding="F_CPU"), (), "R_STOPPED", "bound every loop"),
        (Outcome("raised", error=ToolError("KeyError", "'x'", 12)), (), "R_RAISED", "KeyError in line 12"),
        (Outcome("raised", error=ToolError("KeyError", "'x'")), (), "R_RAISED", "KeyError: "),
        (
            Outcome("raised", error=ToolError("Denied", "no", 3)),
            ("E_DENIED_SHAPE: `tier` is not declared",),
            "R_DENIED",
            "`tier` is not declared",
        ),
        (Outcome("returned", value={"rows": []}), (), "R_SHAPE", "returned dict"),
        (Outcome("returned", value=[3]), (), "R_SHAPE", "a row is '3'"),
        (Outcome("returned", value=[{"hostname": "a"}]), (), "R_SHAPE", "exactly hostname, memory_used_percent"),
        (Outcome("returned", value=[]), (), "R_PAGES", "0 of "),
    ],
)
def test_whatever_becomes_of_a_run_is_told_once(outcome: Outcome, refusals: tuple[str, ...], code: str, said: str) -> None:
    rehearsal = rehearse(candidate("hosts_above_memory"), slices(), Answering(outcome, refusals), seed=1)
    assert rehearsal.rehearsal.findings[0].code == code
    assert said in rehearsal.rehearsal.findings[0].message
    assert len({finding.code for finding in rehearsal.rehearsal.findings}) == 1
    assert "for a reason given already" in rehearsal.contract.detail + rehearsal.rehearsal.detail


def test_the_line_of_a_tool_s_error_is_the_finding_s() -> None:
    outcome = Outcome("raised", error=ToolError("KeyError", "'x'", 12))
    rehearsal = rehearse(candidate("hosts_above_memory"), slices(), Answering(outcome), seed=1)
    assert rehearsal.rehearsal.findings[0].line == 12


@pytest.mark.parametrize(("slept", "waited"), [(3.9, False), (4.0, True)])
def test_a_throttled_tool_must_have_waited_as_long_as_it_was_told(slept: float, waited: bool) -> None:
    run = InProcess("hosts_above_memory")

    def impatient(job: Job, api: Transport, budget: Budget) -> Ran:
        ran = run(job, api, budget)
        return (
            Ran(Outcome("returned", value=ran.outcome.value, usage=Usage(slept_seconds=slept))) if ran.outcome.status == "returned" else ran
        )

    codes = [finding.code for finding in rehearse(candidate("hosts_above_memory"), slices(), impatient, seed=1).contract.findings]
    assert ("C_WAIT" not in codes) is waited


def test_a_check_has_at_most_five_findings() -> None:
    lines = count(1)

    def failing(job: Job, api: Transport, budget: Budget) -> Ran:
        return Ran(Outcome("raised", error=ToolError("KeyError", "'x'", next(lines))))

    rehearsal = rehearse(candidate("memory_pressure"), slices(), failing, seed=1)
    assert len(rehearsal.rehearsal.findings) == 5


def test_planted_rows_are_counted_once_a_world() -> None:
    rehearsal = rehearse(candidate("fullest_disks"), slices(), InProcess("fullest_disks"), seed=1)
    planted = [int(check.detail.split()[2]) for check in (rehearsal.rehearsal, rehearsal.contract)]
    assert rehearsal.planted_rows == sum(planted)
