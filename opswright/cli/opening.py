"""The wired project, as every command opens it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from opswright.settings import Settings, load

if TYPE_CHECKING:
    from opswright.wiring import Runtime

_QUIET: Final = {
    "botocore": logging.WARNING,
    "botocore.credentials": logging.CRITICAL,  # a warning with a traceback, of what we say ourselves
    "httpcore": logging.WARNING,
    "httpx": logging.WARNING,
    "stamina": logging.ERROR,
    "urllib3": logging.WARNING,
}
"""Libraries that log what they carry, headers and so credentials included, and the level below which they say nothing."""


def set_up_logging(level: str) -> None:
    """Log on standard error from this level on: our own words, and no header of any request."""
    logging.basicConfig(level=level.upper(), format="%(levelname)s %(name)s: %(message)s")
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(max(least, logging.getLevelNamesMapping()[level.upper()]))


@contextmanager
def runtime(settings: Settings | None = None) -> Iterator[Runtime]:
    """The wired project for one command, closed behind it. Imported here: `--help` must not wait for it."""
    from opswright.wiring import Runtime

    chosen = settings or load()
    set_up_logging(chosen.log_level)
    with Runtime(chosen) as made:
        yield made
