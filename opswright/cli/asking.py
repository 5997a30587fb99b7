"""`opswright ask`: progress while it works, then the answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from opswright.cli import render
from opswright.cli.ending import Stopped
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


def check(question: str) -> str:
    """The question, tidied. What no engine may answer is refused here, in its language, before anything is opened or built."""
    from agents.speech.language import language_of
    from agents.speech.voice import Voice
    from agents.understanding import check_question

    return check_question(question, Voice(language_of(question)))


def ask(wired: Runtime, question: str, *, source: str | None, as_json: bool, show_code: bool) -> None:
    """Ask and print; with `as_json` nothing but the answer goes to standard output."""
    prepare(wired)
    record = follow(wired, wired.runner.begin(question, source=source))
    show(wired, record, as_json=as_json, show_code=show_code)


def prepare(wired: Runtime) -> None:
    """Have ready what one question needs."""
    with progress_bar() as progress:
        wired.prepare(progress, once=True)


def follow(wired: Runtime, run: RunRecord) -> RunRecord:
    """Work on a run to its end, saying at what. Raises Stopped on Ctrl-C: what has finished is kept."""
    try:
        with steps() as on_step:
            return wired.runner.resume(run.id, on_step=on_step)
    except KeyboardInterrupt as interrupt:
        raise Stopped(run.id) from interrupt


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
    """A bar on standard error for long preparations; nothing is shown where nothing takes long, or nobody watches."""
    console = render.console(stderr=True)
    if not console.is_terminal:
        yield lambda _stage, _fraction: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = None

        def report(stage: str, fraction: float) -> None:
            nonlocal task
            if task is None:
                task = bar.add_task(stage, total=1.0)
            bar.update(task, description=stage, completed=fraction)

        yield report


@contextmanager
def steps() -> Iterator[ports.OnStep]:
    """One line on standard error that says what is going on, where somebody watches."""
    console = render.console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status("reading the question") as status:
        yield lambda step: status.update(STEPS.get(step, step))
