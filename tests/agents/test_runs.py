"""The record of runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine

from agents.runs import RunStore, metadata
from schemas.errors import NotFound
from schemas.run import Failure, RunRecord

START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def store() -> RunStore:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    return RunStore(engine)


def record(run_id: str, minutes: int = 0) -> RunRecord:
    return RunRecord(id=run_id, question="why?", status="running", started_at=START + timedelta(minutes=minutes))


def test_a_run_is_kept_as_it_was_last_saved(store: RunStore) -> None:
    store.save(record("abc"))
    ended = record("abc").model_copy(update={"status": "failed", "failure": Failure(code="E_BACKEND", message="away")})
    store.save(ended)
    assert store.load("abc") == ended
    assert store.latest() == (ended,)


def test_the_beginning_of_an_id_is_enough_where_it_is_unambiguous(store: RunStore) -> None:
    for number, run_id in enumerate(("abc1", "abd2")):
        store.save(record(run_id, number))
    assert store.load("abd").id == "abd2"
    with pytest.raises(NotFound, match="several runs begin with 'ab'"):
        store.load("ab")
    with pytest.raises(NotFound, match=r"no run is called 'x'. The latest: abd2, abc1"):
        store.load("x")


@pytest.mark.parametrize("odd", ["", "%", "_"])
def test_odd_ids_find_nothing(store: RunStore, odd: str) -> None:
    store.save(record("abc"))
    with pytest.raises(NotFound):
        store.load(odd)


def test_the_newest_come_first_and_no_more_than_asked_for(store: RunStore) -> None:
    for number in range(5):
        store.save(record(f"run{number}", number))
    assert [found.id for found in store.latest(2)] == ["run4", "run3"]
