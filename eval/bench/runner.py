"""`python -m eval.bench <area> [--quick]`: measure, print a table, keep the figures in `results/<area>.json`."""

from __future__ import annotations

import argparse
import importlib
import pkgutil
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from eval import bench
from eval.bench.figures import Figure, Report
from eval.bench.machine import current_commit, installed_versions, this_machine

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results"
PARTS_OF_THE_RUNNER = ("__main__", "figures", "machine")


def areas() -> list[str]:
    """What can be measured: every module of this folder that is not the runner's."""
    return sorted(module.name for module in pkgutil.iter_modules(bench.__path__) if module.name not in PARTS_OF_THE_RUNNER)


def main(arguments: list[str] | None = None, *, results: Path = RESULTS) -> None:
    """Measure the area that the command line names. Exits with its usage for an unknown one."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench", description="Measure one area and keep the figures.")
    parser.add_argument("area", choices=areas())
    parser.add_argument("--quick", action="store_true", help="within a minute, with fewer repetitions")
    chosen = parser.parse_args(arguments)
    report = measure(chosen.area, quick=chosen.quick)
    results.mkdir(exist_ok=True)
    (results / f"{report.area}.json").write_text(report.model_dump_json(indent=2) + "\n")
    Console().print(table(report))


def measure(area: str, *, quick: bool) -> Report:
    """Run one area here and now."""
    figures: list[Figure] = importlib.import_module(f"eval.bench.{area}").run(quick)
    return Report(
        area=area,
        quick=quick,
        measured_at=datetime.now(UTC).replace(microsecond=0),
        commit=current_commit(FOLDER),
        machine=this_machine(),
        versions=installed_versions(),
        figures=tuple(figures),
    )


def table(report: Report) -> Table:
    """A report for a terminal."""
    made = Table(title=report.area, caption=f"{report.machine.processor}, {report.machine.cores} cores, Python {report.machine.python}")
    for heading in ("figure", "value", "unit", "note"):
        made.add_column(heading, justify="right" if heading == "value" else "left")
    for figure in report.figures:
        made.add_row(figure.name, f"{figure.value:,.3g}" if figure.value < 1000 else f"{figure.value:,.0f}", figure.unit, figure.note)
    return made


if __name__ == "__main__":
    main()
