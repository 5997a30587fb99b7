"""Work that many ask for and one does."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from rag.shared_attempt import SharedAttempt
from schemas.errors import BackendUnavailable


def test_all_who_had_their_ticket_before_it_ended_share_one_attempt() -> None:
    attempt: SharedAttempt[int] = SharedAttempt()
    everyone_has_a_ticket = threading.Barrier(8)
    runs: list[int] = []

    def work() -> int:
        runs.append(1)
        return len(runs)

    def ask(_: int) -> int:
        ticket = attempt.ticket()
        everyone_has_a_ticket.wait()
        return attempt.run(ticket, work)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [1] * 8
    assert runs == [1]


def test_who_comes_after_it_has_ended_tries_anew() -> None:
    attempt: SharedAttempt[str] = SharedAttempt()
    assert attempt.run(attempt.ticket(), lambda: "first") == "first"
    assert attempt.run(attempt.ticket(), lambda: "second") == "second"


def test_error_is_shared_and_not_for_ever() -> None:
    attempt: SharedAttempt[str] = SharedAttempt()
    ticket = attempt.ticket()

    def fail() -> str:
        raise BackendUnavailable("The server is away.")

    with pytest.raises(BackendUnavailable):
        attempt.run(ticket, fail)
    with pytest.raises(BackendUnavailable):
        attempt.run(ticket, lambda: "never asked")
    assert attempt.run(attempt.ticket(), lambda: "back") == "back"


def test_interrupted_attempt_leaves_the_way_free() -> None:
    attempt: SharedAttempt[str] = SharedAttempt()
    ticket = attempt.ticket()

    def interrupted() -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        attempt.run(ticket, interrupted)
    assert attempt.run(ticket, lambda: "next") == "next"
