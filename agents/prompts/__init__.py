"""What models are told: one Markdown file a task. They are constant; what a request adds comes as data, fenced.

Belongs here: instructions. Banned from here: names of real APIs, and anything that changes from question to question.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def instructions(task: str) -> str:
    """The instructions for a task: `plan`, `write`."""
    return Path(__file__).with_name(f"{task}.md").read_text(encoding="utf-8")
