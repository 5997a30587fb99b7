"""Work that nobody waits for."""

from __future__ import annotations

import threading

from rag.background import Background


def test_one_at_a_time_for_each_key_in_threads_that_end_with_the_process() -> None:
    background, done, are_daemons = Background("test"), threading.Event(), list[bool]()

    def work() -> None:
        are_daemons.append(threading.current_thread().daemon)
        done.wait(30)

    assert background.start("a", work)
    assert background.is_busy("a")
    assert not background.start("a", work)
    assert background.start("b", work)
    assert not background.wait(0.0)
    done.set()
    assert background.wait(30)
    assert background.start("a", work)
    assert background.wait(30)
    assert are_daemons == [True, True, True]


def test_nothing_starts_after_the_end() -> None:
    background = Background("test")
    background.close()
    assert not background.start("a", lambda: None)
