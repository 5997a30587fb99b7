"""Whether questions can be answered here and now: image, worker and database, each really tried."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from opswright.api.dispatcher import Dispatcher
from opswright.trial import trial_run
from opswright.wiring import Runtime
from schemas.errors import Misconfigured, OpswrightError

PATIENCE_SECONDS = 3.0
"""For each thing tried; an orchestrator's probe waits not much longer."""


class Readiness:
    """Tries each thing in a thread of its own. A trial that hangs is joined by the next request and not started twice."""

    def __init__(self, wired: Runtime, dispatcher: Dispatcher, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._dispatcher = dispatcher
        self._patience_seconds = patience_seconds
        self._trials: dict[str, Callable[[], None]] = {
            "image": lambda: _find_image(wired),
            "worker": lambda: trial_run(wired),
            "database": lambda: _lock_database(wired),
        }
        self._threads = ThreadPoolExecutor(len(self._trials), thread_name_prefix="readiness")
        self._under_way: dict[str, Future[None]] = {}

    async def reasons(self) -> dict[str, str]:
        """What stands in the way, by the thing that does; nothing where all is well."""
        if not self._dispatcher.is_open:
            return {"server": "it is shutting down"}
        found = await asyncio.gather(*(self._try(name) for name in self._trials))
        return {name: reason for name, reason in zip(self._trials, found, strict=True) if reason}

    def close(self) -> None:
        """Start no more trials."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _try(self, name: str) -> str:
        trial = self._under_way.get(name)
        if trial is None or trial.done():
            trial = self._under_way[name] = self._threads.submit(self._trials[name])
        try:
            await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(trial)), self._patience_seconds)
        except TimeoutError:
            return f"no result within {self._patience_seconds:g} s: it is busy or hangs"
        except OpswrightError as error:
            return f"{error.code}: {error.message}"
        return ""


def _find_image(wired: Runtime) -> None:
    if not wired.image.is_file():
        raise Misconfigured("the isolate's image is gone; a restart builds it again.")


def _lock_database(wired: Runtime) -> None:
    """Take the write lock and give it back: a full disk, a lost file and a stuck writer all show."""
    try:
        with wired.database.connect() as connection:
            connection.execute(text("BEGIN IMMEDIATE"))
            connection.rollback()
    except DatabaseError as error:
        raise Misconfigured(f"the database can't be written: {error.orig}.") from error
