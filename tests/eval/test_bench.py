"""The benchmark runner: what it prints, what it keeps, what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.bench.__main__ import areas, main
from eval.bench.figures import Report, percentile


def test_a_run_prints_its_figures_and_keeps_them_with_their_circumstances(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["registry", "--quick"], results=tmp_path)
    report = Report.model_validate_json((tmp_path / "registry.json").read_bytes())
    assert (report.area, report.quick) == ("registry", True)
    assert report.machine.cores > 0
    assert "sqlalchemy" in report.versions
    assert all(figure.unit == "ms" for figure in report.figures)
    printed = capsys.readouterr().out
    assert all(figure.name.split(",")[0].split()[0] in printed for figure in report.figures)


def test_an_unknown_area_is_answered_with_the_known_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["no_such_area"], results=tmp_path)
    assert "registry" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_runner_itself_is_no_area() -> None:
    assert {"__main__", "figures", "machine"}.isdisjoint(areas())


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [([3.0], 50, 3.0), ([1, 2, 3, 4], 50, 2), ([1, 2, 3, 4], 51, 3), (range(1, 101), 99, 99), (range(1, 101), 100, 100), ([5, 1], 0, 1)],
)
def test_percentile_is_the_nearest_rank(values: list[float], percent: float, expected: float) -> None:
    assert percentile(values, percent) == expected
