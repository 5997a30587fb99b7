"""How the demonstration looks on a terminal."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from rich.rule import Rule

from opswright.cli import render
from opswright.settings import Settings
from schemas.run import RunRecord

if TYPE_CHECKING:
    from opswright.wiring import Runtime

_PAGE = 120
"""Characters of a line across the page."""

NEXT = """\
  .venv/bin/opswright sources add https://registry.example.com/openapi.json --bearer env:REGISTRY_TOKEN
  .venv/bin/opswright sources add aws --region eu-west-1 --profile production
  .venv/bin/opswright ask "list EC2 instances with CPU > 80%"
"""
"""Commands to go on with. The demonstration's services are gone by then."""


def stage_settings(settings: Settings) -> Settings:
    """A data folder of the demonstration's own, emptied, so that every tool is written before the eyes of whoever watches."""
    home = settings.home / "demo"
    shutil.rmtree(home, ignore_errors=True)
    return settings.at_home(home)


class Terminal:
    """Fulfils `eval.demo.Stage`: a written tool is shown with its checks, a reused one with its answer alone."""

    def __init__(self, wired: Runtime) -> None:
        self._wired = wired
        self._console = render.console()

    def announce(self, text: str) -> None:
        """A sentence between two acts."""
        self._print(f"[bold]{render.plain(text)}[/bold]")

    def show(self, record: RunRecord, *, milliseconds: float) -> None:
        """A question with its tool, what the checks said, and the answer."""
        if record.answer is None:
            raise ValueError(f"run {record.id} has no answer to show")
        self._print(f'[bold cyan]$ opswright ask "{render.plain(record.question)}"[/bold cyan]')
        if not record.answer.reused:
            tool = self._wired.tool(record.answer.tool)
            self._console.print(render.code(tool), render.verification(tool.verification))
        self._console.print(render.answer(record.answer))
        own = milliseconds - record.answer.backend_milliseconds
        how = "reused, no code written" if record.answer.reused else "written, proven and registered"
        self._console.print(f"[bold green]{how} in {milliseconds:.0f} ms[/bold green], of which {own:.0f} ms are ours\n")

    def _print(self, text: str) -> None:
        """Below a line: across a terminal, of a page's width in a pipe."""
        self._console.print(Rule(), width=min(self._console.width, _PAGE))
        self._console.print(text)

    def close(self) -> None:
        """Where what was made can be looked at, and what to try on servers of one's own."""
        self._print(f"The tools are ordinary files: {render.plain(self._wired.settings.library)}")
        self._console.print(f"[bold]Next[/bold], ask your own:\n{NEXT}", soft_wrap=True)
