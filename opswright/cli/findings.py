"""What `opswright doctor` finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "note", "fault"]
MARKS: dict[Verdict, str] = {"ok": "[green]✓[/green]", "note": "[yellow]![/yellow]", "fault": "[red]✗[/red]"}


@dataclass(frozen=True)
class Finding:
    """One thing looked at. A `note` limits what works; a `fault` stops it."""

    verdict: Verdict
    subject: str
    text: str
