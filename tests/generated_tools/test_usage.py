"""The statistics of tools."""

from __future__ import annotations

from datetime import UTC, datetime

from generated_tools.registry import Registry
from generated_tools.usage import Usage
from tests.generated_tools.samples import candidate, slices, verdict


def test_uses_are_counted_by_version_with_their_mean_and_last_time(registry: Registry) -> None:
    made = candidate()
    tool = registry.publish(made, verdict(made), slices(), source="estate", question="").manifest
    newer = tool.model_copy(update={"version": 2})
    registry.record_use(tool, run_id="r1", milliseconds=10.0)
    registry.record_use(tool, run_id="r2", milliseconds=30.0)
    registry.record_use(newer, run_id="r2", milliseconds=5.0)
    assert registry.usage() == {
        "hosts_above@1": Usage(uses=2, last_used_at=datetime(2026, 11, 20, 0, 0, 2, tzinfo=UTC), mean_milliseconds=20.0),
        "hosts_above@2": Usage(uses=1, last_used_at=datetime(2026, 11, 20, 0, 0, 3, tzinfo=UTC), mean_milliseconds=5.0),
    }


def test_a_step_that_runs_twice_counts_once(registry: Registry) -> None:
    made = candidate()
    tool = registry.publish(made, verdict(made), slices(), source="estate", question="").manifest
    for _ in range(2):
        registry.record_use(tool, run_id="r1", milliseconds=10.0)
    assert registry.usage()["hosts_above@1"].uses == 1


def test_before_any_use_there_are_no_statistics(registry: Registry) -> None:
    assert registry.usage() == {}
