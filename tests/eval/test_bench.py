"""The benchmark runner: what it prints, what it keeps, what it refuses."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from eval.bench.conditions import Conditions
from eval.bench.figures import Report, percentile
from eval.bench.runner import areas, keep, measure, table
from eval.runtime import Runtime
from schemas.errors import Misconfigured, NotFound


def no_runtime(_: Path) -> AbstractContextManager[Runtime]:
    raise AssertionError("this area needs no runtime")


def test_a_run_shows_its_figures_and_keeps_them_with_their_circumstances(tmp_path: Path) -> None:
    report = measure("registry", Conditions(quick=True, open_runtime=no_runtime))
    assert Report.model_validate_json(keep(report, tmp_path).read_bytes()) == report
    assert (report.area, report.quick) == ("registry", True)
    assert report.machine.cores > 0
    assert "sqlalchemy" in report.versions
    assert all(figure.unit == "ms" for figure in report.figures)
    assert table(report).row_count == len(report.figures)


def test_an_unknown_area_is_answered_with_the_known_ones() -> None:
    with pytest.raises(NotFound, match="isolate, registry, retrieval, sandbox"):
        measure("no_such_area", Conditions(quick=True, open_runtime=no_runtime))


def test_descriptions_are_measured_only_where_there_are_some() -> None:
    with pytest.raises(Misconfigured, match="OPSWRIGHT_SPECS"):
        measure("documents", Conditions(quick=True, open_runtime=no_runtime))


def test_the_runner_itself_is_no_area() -> None:
    assert {"conditions", "runner", "figures", "machine", "runs"}.isdisjoint(areas())


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [([3.0], 50, 3.0), ([1, 2, 3, 4], 50, 2), ([1, 2, 3, 4], 51, 3), (range(1, 101), 99, 99), (range(1, 101), 100, 100), ([5, 1], 0, 1)],
)
def test_percentile_is_the_nearest_rank(values: list[float], percent: float, expected: float) -> None:
    assert percentile(values, percent) == expected
