"""Work that nobody waits for, in threads of this process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

_LAST_MOMENT_SECONDS: Final = 2.0
"""What closing waits for: most descriptions are read by then, and a command must not hang on one that is not."""


class Background:
    """One thread for each key at a time. They are daemons: the process does not wait for them."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._threads: dict[str, threading.Thread] = {}
        self._changing = threading.Lock()
        self._is_closed = False

    def is_busy(self, key: str) -> bool:
        """Whether the work for the key is under way."""
        thread = self._threads.get(key)
        return thread is not None and thread.is_alive()

    def start(self, key: str, work: Callable[[], None]) -> bool:
        """Work on it, unless that is under way or all is closed: then False. `work` must not raise: nobody would hear of it."""
        with self._changing:
            if self._is_closed or self.is_busy(key):
                return False
            thread = threading.Thread(target=work, name=f"{self._name}-{key}", daemon=True)
            self._threads[key] = thread
            thread.start()
            return True

    def wait(self, timeout_seconds: float) -> bool:
        """Wait for all that is under way. False where that takes longer."""
        until = time.monotonic() + timeout_seconds
        for thread in list(self._threads.values()):
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads.values())

    def close(self) -> None:
        """Start nothing any more, and wait a moment for what is under way."""
        with self._changing:
            self._is_closed = True
        self.wait(_LAST_MOMENT_SECONDS)
