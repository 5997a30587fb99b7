"""`opswright ask`: progress while it works, then the answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from opswright.cli import render
from schemas import ports
from schemas.run import RunRecord

if TYPE_CHECKING:
    from opswright.wiring import Runtime

STEPS = {
    "understand": "reading the question",
    "plan": "planning",
    "gather": "looking for a proven tool",
    "find_tool": "deciding",
    "write": "verifying a draft",
    "verify": "judging the draft",
    "register": "running live",
    "run": "grounding the answer",
    "answer": "done",
}
"""What begins when a step ends."""


def ask(wired: Runtime, question: str, *, source: str | None, as_json: bool, show_code: bool) -> None:
    """Ask and print; with `as_json` nothing but the answer goes to standard output."""
    with progress_bar() as progress:
        wired.prepare(progress)
    with steps() as on_step:
        record = wired.runner.ask(question, source=source, on_step=on_step)
    show(wired, record, as_json=as_json, show_code=show_code)


def show(wired: Runtime, record: RunRecord, *, as_json: bool, show_code: bool) -> None:
    """Print a finished run."""
    console, answer = render.console(), record.answer
    if answer is None:
        raise ValueError(f"run {record.id} has no answer to show")
    if as_json:
        print(answer.model_dump_json(indent=2))
        return
    if show_code:
        tool = wired.registry.load(answer.tool)
        console.print(render.code(tool), render.verification(tool.verification))
    console.print(render.answer(answer))


@contextmanager
def progress_bar() -> Iterator[ports.Progress]:
    """A bar on standard error for long preparations; nothing is shown where nothing takes long."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=render.console(stderr=True), transient=True) as bar:
        task = None

        def report(stage: str, fraction: float) -> None:
            nonlocal task
            if task is None:
                task = bar.add_task(stage, total=1.0)
            bar.update(task, description=stage, completed=fraction)

        yield report


@contextmanager
def steps() -> Iterator[ports.OnStep]:
    """One line on standard error that says what is going on."""
    console = render.console(stderr=True)
    with console.status("reading the question") as status:
        yield lambda step: status.update(STEPS.get(step, step))
