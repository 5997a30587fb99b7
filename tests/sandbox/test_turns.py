"""Turns among threads: in order, bounded in number and time, and none lost."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from unittest.mock import patch

import pytest

from sandbox.turns import Patience, Turns, WorkersBusy

_LONG = 30.0


class Queue:
    """Turns, and threads that take one each; `order` is in which they had theirs."""

    def __init__(self, size: int, most: int, threads: ThreadPoolExecutor) -> None:
        self.turns = Turns(size, Patience(most, _LONG))
        self.order: list[int] = []
        self._threads = threads

    def join(self, number: int) -> Future[None]:
        """Have a thread wait at the end of the queue."""
        before = len(self.turns._waiting)
        joined = self._threads.submit(self._take, number)
        while len(self.turns._waiting) == before and not joined.done():
            pass
        return joined

    def _take(self, number: int) -> None:
        with self.turns.taken():
            self.order.append(number)


def test_turns_come_in_the_order_in_which_they_were_asked_for() -> None:
    with ThreadPoolExecutor(8) as threads:
        queue = Queue(1, 8, threads)
        with queue.turns.taken():
            waiting = [queue.join(number) for number in range(8)]
        for joined in waiting:
            joined.result(_LONG)
    assert queue.order == list(range(8))


@pytest.mark.parametrize("most", [0, 1, 3])
def test_so_many_may_wait_and_the_next_is_turned_away(most: int) -> None:
    with ThreadPoolExecutor(8) as threads:
        queue = Queue(1, most, threads)
        with queue.turns.taken():
            waiting = [queue.join(number) for number in range(most)]
            with pytest.raises(WorkersBusy, match=rf"{most} runs wait .* OPSWRIGHT_WORKER_QUEUE"), queue.turns.taken():
                pass
        for joined in waiting:
            joined.result(_LONG)
        queue.join(9).result(_LONG)
    assert queue.order == [*range(most), 9]


def test_who_waits_too_long_is_turned_away_and_takes_no_turn() -> None:
    turns = Turns(1, Patience(1, 0.0))
    with turns.taken(), pytest.raises(WorkersBusy, match=r"within 0 s.*OPSWRIGHT_WORKER_WAIT_SECONDS"), turns.taken():
        pass
    with turns.taken():
        pass


def test_as_many_as_there_are_go_at_once() -> None:
    turns = Turns(2, Patience(0, _LONG))
    with turns.taken(), turns.taken(), pytest.raises(WorkersBusy), turns.taken():
        pass
    with turns.taken(), turns.taken():
        pass


def test_a_turn_that_fails_is_given_back() -> None:
    turns = Turns(1, Patience(0, _LONG))
    with pytest.raises(ZeroDivisionError), turns.taken():
        raise ZeroDivisionError
    with turns.taken():
        pass


@pytest.mark.parametrize("has_come", [False, True])
def test_a_wait_that_is_interrupted_loses_no_turn(has_come: bool) -> None:
    turns = Turns(1, Patience(1, _LONG))

    def interrupted(_: threading.Event, __: float) -> bool:
        if has_come:
            turns._pass_on()
        raise KeyboardInterrupt

    held = turns.taken()
    held.__enter__()
    with patch.object(threading.Event, "wait", interrupted), pytest.raises(KeyboardInterrupt), turns.taken():
        pass
    if not has_come:
        held.__exit__(None, None, None)
    with turns.taken():
        pass
