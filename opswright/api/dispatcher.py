"""Runs of this process: worked on by a few threads, waited for in a bounded queue, and heard of while they move."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Self

from agents.runner import Runner
from opswright.api.problems import Busy
from schemas.errors import OpswrightError
from schemas.run import RunRecord

Phase = Literal["queued", "running"]

_POLL_SECONDS = 0.05
_log = logging.getLogger(__name__)


class Bell:
    """Rung by any thread, heard in the event loop that made it."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._loop.call_soon_threadsafe(self._rung.set)

    async def heard(self, seconds: float) -> bool:
        """Wait until it rings, or for so long; whether it rang."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._rung.wait(), seconds)
        rang = self._rung.is_set()
        self._rung.clear()
        return rang


@dataclass
class Ticket:
    """A run that this process has taken on. `outcome` holds the finished record, or the error that ended the run."""

    run_id: str
    phase: Phase = "queued"
    outcome: Future[RunRecord] = field(default_factory=Future)


class Dispatcher:
    """Works on at most `threads` runs at once while at most `waiting` more stand in line.

    A run is on record before it stands in line, so none is lost: what is still waiting at the end, or under way in a process
    that dies, can be resumed. Use it as a context manager: it owns threads. They are daemons, because a run that outlasts
    the shutdown must not hold up the process.
    """

    def __init__(self, runner: Runner, *, threads: int, waiting: int) -> None:
        self._runner = runner
        self._capacity = threads + waiting
        self._line: queue.SimpleQueue[Ticket | None] = queue.SimpleQueue()
        self._tickets: dict[str, Ticket] = {}
        self._bells: defaultdict[str, set[Bell]] = defaultdict(set)
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._work, name=f"run-{number}", daemon=True) for number in range(threads)]
        self.is_open = True
        self.has_left = False

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    # Taking on

    def ask(self, question: str, *, source: str | None) -> Ticket:
        """Put the question on record and in line. Raises Busy, with nothing on record, where the line is full."""
        with self._lock:
            self._check_room()
            return self._line_up(self._runner.begin(question, source=source).id)

    def resume(self, run_id: str) -> Ticket:
        """Put an existing run in line; one that is there already, or under way here, is the same ticket. Raises Busy."""
        with self._lock:
            if ticket := self._tickets.get(run_id):
                return ticket
            self._check_room()
            return self._line_up(run_id)

    def _check_room(self) -> None:
        if not self.is_open:
            raise Busy("the server is shutting down.", hint="Try again when it is back.")
        if len(self._tickets) >= self._capacity:
            raise Busy(f"{len(self._tickets)} questions are being worked on or wait already.", hint="Try again in a few seconds.")

    def _line_up(self, run_id: str) -> Ticket:
        ticket = self._tickets[run_id] = Ticket(run_id)
        self._line.put(ticket)
        return ticket

    # Watching

    def phase(self, run_id: str) -> Phase | None:
        """Where the run stands here; None for one that this process does not have."""
        ticket = self._tickets.get(run_id)
        return ticket.phase if ticket else None

    def under_way(self) -> tuple[str, ...]:
        """The runs that threads are working on."""
        with self._lock:
            return tuple(ticket.run_id for ticket in self._tickets.values() if ticket.phase == "running")

    @contextmanager
    def listening(self, run_id: str) -> Iterator[Bell]:
        """A bell that rings when a step of the run ends, when the run does, and when the server leaves its clients."""
        bell = Bell()
        with self._lock:
            self._bells[run_id].add(bell)
        try:
            yield bell
        finally:
            with self._lock:
                self._bells[run_id].discard(bell)
                if not self._bells[run_id]:
                    del self._bells[run_id]

    async def wait(self, ticket: Ticket, seconds: float) -> None:
        """Wait until the run has ended, the time is over, or the server leaves."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        with self.listening(ticket.run_id) as bell:
            while not (ticket.outcome.done() or self.has_left) and loop.time() < deadline:
                await bell.heard(deadline - loop.time())

    # Stopping

    def close(self) -> None:
        """Take on nothing more and begin nothing more: what stands in line stays on record, to be resumed."""
        with self._lock:
            if not self.is_open:
                return
            self.is_open = False
            for ticket in [ticket for ticket in self._tickets.values() if ticket.phase == "queued"]:
                del self._tickets[ticket.run_id]
                ticket.outcome.cancel()
        for _ in self._threads:
            self._line.put(None)
        self._ring()

    async def drain(self, seconds: float, hurry: Callable[[], bool]) -> None:
        """Close, let what is under way finish for so long or until there is a hurry, then leave whoever still waits."""
        self.close()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while self.under_way() and loop.time() < deadline and not hurry():
            await asyncio.sleep(_POLL_SECONDS)
        self.has_left = True
        self._ring()

    # Working

    def _work(self) -> None:
        while ticket := self._line.get():
            with self._lock:
                if not ticket.outcome.set_running_or_notify_cancel():
                    continue
                ticket.phase = "running"
            self._drive(ticket)

    def _drive(self, ticket: Ticket) -> None:
        ended = self._end_of(ticket.run_id)
        with self._lock:
            del self._tickets[ticket.run_id]
        if isinstance(ended, RunRecord):
            ticket.outcome.set_result(ended)
        else:
            ticket.outcome.set_exception(ended)
        self._ring(ticket.run_id)

    def _end_of(self, run_id: str) -> RunRecord | Exception:
        try:
            return self._runner.resume(run_id, on_step=lambda _: self._ring(run_id))
        except OpswrightError as error:
            return error
        except Exception as defect:  # noqa: BLE001 - whatever it is, it ends this run and not the thread; who waits gets it
            _log.exception("run %s broke off", run_id)
            return defect

    def _ring(self, run_id: str | None = None) -> None:
        """Tell who listens to the run, or everybody."""
        with self._lock:
            bells = list(self._bells.get(run_id, ())) if run_id else [bell for group in self._bells.values() for bell in group]
        for bell in bells:
            bell.ring()
