"""Processes of a test's own."""

from __future__ import annotations

import os
from collections.abc import Callable


def forked(work: Callable[[], object]) -> int:
    """Run `work` in a fork of this process and return the fork's process id; its exit status is 0 where `work` returned."""
    process = os.fork()
    if process == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return process
