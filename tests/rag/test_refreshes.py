"""Attempts to fetch a source, over all processes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from rag.refreshes import FIRST_PAUSE, LEASE, LONGEST_PAUSE, RefreshState, RefreshStore, note_success, pause_after

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SOON = timedelta(microseconds=1)


@pytest.fixture
def store(engine: Engine) -> RefreshStore:
    return RefreshStore(engine)


def test_one_at_a_time_has_the_lease(store: RefreshStore) -> None:
    lease = store.lease("estate", NOW)
    assert lease
    assert store.lease("estate", NOW) is None
    assert store.lease("other", NOW)
    store.give_back("estate", lease)
    assert store.lease("estate", NOW)


def test_lease_of_one_that_was_killed_ends(store: RefreshStore) -> None:
    first = store.lease("estate", NOW)
    assert store.lease("estate", NOW + LEASE - SOON) is None
    second = store.lease("estate", NOW + LEASE)
    assert first
    assert second
    store.give_back("estate", first)
    assert store.lease("estate", NOW + LEASE) is None, "what it gave back was no longer its own"


def test_nobody_gets_the_lease_in_the_pause_after_a_failure(store: RefreshStore) -> None:
    store.note_failure("estate", "It is away.", NOW)
    assert store.lease("estate", NOW + FIRST_PAUSE - SOON) is None
    assert store.lease("estate", NOW + FIRST_PAUSE)


def test_failures_are_counted_until_a_success(store: RefreshStore, engine: Engine) -> None:
    assert store.state("estate") == RefreshState()
    store.note_failure("estate", "It is away.", NOW)
    store.note_failure("estate", "It is still away.", NOW)
    assert store.state("estate") == RefreshState(2, "It is still away.", NOW + 2 * FIRST_PAUSE, None)
    with engine.begin() as connection:
        note_success(connection, "estate")
    assert store.state("estate") == RefreshState()


def test_pauses_grow_up_to_the_longest() -> None:
    assert [pause_after(failures) / FIRST_PAUSE for failures in (1, 2, 3)] == [1, 2, 4]
    assert pause_after(10_000) == LONGEST_PAUSE
