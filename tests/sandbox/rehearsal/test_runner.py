"""The real thing: rehearsals through the isolate and the broker."""

from __future__ import annotations

import pytest

from sandbox.rehearsal.rehearse import Rehearsal, rehearse
from sandbox.rehearsal.runner import BrokeredRunner
from sandbox.supervisor import WorkerPool
from tests.sandbox.rehearsal.fleet import candidate, queries, slices, tool


def rehearsed(pool: WorkerPool, name: str, source: str | None = None) -> Rehearsal:
    runner = BrokeredRunner(pool.run, [slices()[call.operation] for call in queries()[name].calls])
    return rehearse(candidate(name, source), slices(), runner, seed=1)


@pytest.mark.parametrize("name", ["failed_deployments", "services_without_staffed_rota", "fullest_disks"])
def test_a_right_tool_passes_in_the_isolate_and_leaves_a_trace_of_every_run(pool: WorkerPool, name: str) -> None:
    rehearsal = rehearsed(pool, name)
    assert rehearsal.rehearsal.findings == rehearsal.contract.findings == ()
    assert len(rehearsal.traces) == rehearsal.cases
    assert all(trace.executed_lines for trace in rehearsal.traces)


def test_a_wrong_row_is_found_in_the_isolate_too(pool: WorkerPool) -> None:
    source = tool("failed_deployments").replace("timedelta(hours=hours)", "timedelta(hours=hours, days=1)")
    (finding,) = rehearsed(pool, "failed_deployments", source).rehearsal.findings[:1]
    assert (finding.code, "a day too long" in finding.message) == ("R_WINDOW", True)


def test_a_refused_call_is_told_in_the_broker_s_words_though_the_tool_swallows_errors(pool: WorkerPool) -> None:
    source = tool("fullest_disks").replace(
        'disks = _get(client, "/disks").json()',
        'try:\n        disks = _get(client, "/disks", {"sort": "used"}).json()\n    except Exception:\n        disks = []',
    )
    (finding,) = rehearsed(pool, "fullest_disks", source).rehearsal.findings
    assert finding.code == "R_DENIED"
    assert "'sort'" in finding.message


def test_a_tool_that_does_not_wait_is_seen_by_the_isolate_s_clock(pool: WorkerPool) -> None:
    source = tool("fullest_disks").replace("time.sleep(_wait_seconds(response, attempt))", "time.sleep(0.5)")
    assert [finding.code for finding in rehearsed(pool, "fullest_disks", source).contract.findings] == ["C_WAIT"]


def test_a_tool_that_never_ends_is_stopped_and_told(pool: WorkerPool) -> None:
    source = tool("fullest_disks").replace("for attempt in range(ATTEMPTS):", "for attempt in iter(int, 1):")
    assert "C_ATTEMPTS" in [finding.code for finding in rehearsed(pool, "fullest_disks", source).contract.findings]
