"""The wired project, as every command opens it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from opswright.settings import Settings, load

if TYPE_CHECKING:
    from opswright.wiring import Runtime


@contextmanager
def runtime(settings: Settings | None = None) -> Iterator[Runtime]:
    """The wired project for one command, closed behind it. Imported here: `--help` must not wait for it."""
    from opswright.wiring import Runtime

    chosen = settings or load()
    logging.basicConfig(level=chosen.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    with Runtime(chosen) as made:
        yield made
