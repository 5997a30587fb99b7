"""Measures one area and keeps the figures with their circumstances in `results/<area>.json`."""

from __future__ import annotations

import importlib
import pkgutil
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table

from eval import bench
from eval.bench.conditions import Conditions
from eval.bench.figures import Figure, Report
from eval.bench.machine import current_commit, installed_versions, this_machine
from schemas.errors import NotFound, quoted

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results"
NO_AREAS = ("conditions", "figures", "machine", "runner", "runs")


def areas() -> list[str]:
    """What can be measured: every module of this folder but what they are made with."""
    return sorted(module.name for module in pkgutil.iter_modules(bench.__path__) if module.name not in NO_AREAS)


def keep(report: Report, folder: Path = RESULTS) -> Path:
    """Write the report as `<area>.json`, over the last one."""
    folder.mkdir(exist_ok=True)
    file = folder / f"{report.area}.json"
    file.write_text(report.model_dump_json(indent=2) + "\n")
    return file


def measure(area: str, conditions: Conditions) -> Report:
    """Run one area here and now. Raises NotFound, naming the areas, for an unknown one."""
    if area not in areas():
        raise NotFound(f"there is no benchmark {quoted(area)}.", hint=f"There are: {', '.join(areas())}.")
    figures: list[Figure] = importlib.import_module(f"eval.bench.{area}").run(conditions)
    return Report(
        area=area,
        quick=conditions.quick,
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
