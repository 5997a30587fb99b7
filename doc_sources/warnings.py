"""What was wrong with a document and did not stop us."""

from __future__ import annotations

from typing import Final

MAX_SHOWN: Final = 20
"""A generated document repeats a mistake thousands of times."""


class Warnings:
    """Collects each message once, in order."""

    def __init__(self) -> None:
        self._messages: dict[str, None] = {}

    def add(self, message: str) -> None:
        """Note a message. The same one counts once."""
        self._messages[message] = None

    def shown(self) -> tuple[str, ...]:
        """The first `MAX_SHOWN` messages, and how many more there were."""
        messages = tuple(self._messages)
        more = len(messages) - MAX_SHOWN
        return (*messages[:MAX_SHOWN], f"… and {more} more of this kind.") if more > 0 else messages
