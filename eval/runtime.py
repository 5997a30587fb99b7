"""What measuring and demonstrating need of the product; `opswright.wiring.Runtime` fulfils it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from agents.live import LiveRun
from schemas.credential import Credential
from schemas.ports import OnStep, Progress
from schemas.run import RunRecord
from schemas.source import AwsAccess
from schemas.tool import RegisteredTool


class Runtime(Protocol):
    """The wired product, in this process."""

    def prepare(self, progress: Progress) -> None:
        """Have everything ready that is slow the first time."""

    def connect(self, url: str, *, name: str, credential: Credential | None = None, aws: AwsAccess | None = None) -> None:
        """Add a source; one of that name is replaced."""

    def ask(self, question: str, *, on_step: OnStep) -> RunRecord:
        """Answer a question."""

    def serving(self) -> AbstractContextManager[str]:
        """The URL of the HTTP API on loopback, for as long as the context lasts."""

    def rerunning(self, reference: str) -> Callable[[], LiveRun]:
        """Runs a registered version against its source with its own values, each time anew and with nothing around it."""

    def tool(self, reference: str) -> RegisteredTool:
        """A registered version with what the checks said of it."""


RuntimeFactory = Callable[[Path], AbstractContextManager[Runtime]]
"""Makes a Runtime whose data lies in a folder of its own; caches are the product's."""
