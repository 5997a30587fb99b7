"""What models are told: one Markdown file a task. They are constant; what a request adds comes as data, fenced.

Belongs here: instructions. Banned from here: names of real APIs, and anything that changes from question to question.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from schemas.base import text_digest


@cache
def instructions(task: str) -> str:
    """The instructions for a task: `plan`, `write`."""
    return Path(__file__).with_name(f"{task}.md").read_text(encoding="utf-8")


def fenced(kind: str, text: str) -> str:
    """Text that others wrote, between marks that it can't imitate: they hold its own digest."""
    mark = text_digest(text)[:12]
    return f"<{kind} {mark}>\n{text}\n</{kind} {mark}>"
