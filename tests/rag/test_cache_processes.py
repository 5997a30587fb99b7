"""Two processes with one cache."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from rag.cache import DocumentCache
from rag.refreshes import LEASE
from schemas.source import FetchedSpec, Source, Validators
from tests.processes import forked
from tests.rag.operations import ESTATE, fetched
from tests.rag.scripted_fetcher import ScriptedFetcher

READ = datetime(2026, 11, 20, 12, tzinfo=UTC)
NEXT_DAY = READ + timedelta(hours=25)


@dataclass(frozen=True)
class PipedFetcher:
    """Says through one pipe that it was asked, and answers when it is told to through another."""

    asked: int
    let_go: int

    def fetch(self, source: Source, known: Validators | None) -> FetchedSpec | None:
        os.write(self.asked, b".")
        os.read(self.let_go, 1)
        return fetched(version="2")


@dataclass(frozen=True)
class Other:
    """Another process, which has begun to fetch in the background."""

    process: int
    let_go: int

    def finish(self) -> int:
        os.write(self.let_go, b".")
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])


@pytest.fixture
def other(engine: Engine, tmp_path: Path) -> Iterator[Other]:
    DocumentCache(engine, ScriptedFetcher(fetched()), lambda: READ).refresh(ESTATE)
    engine.dispose()
    (told, asked), (let_go, letting) = os.pipe(), os.pipe()

    def work() -> None:
        theirs = create_engine(f"sqlite:///{tmp_path}/opswright.db")
        cache = DocumentCache(theirs, PipedFetcher(asked, let_go), lambda: NEXT_DAY)
        cache.get_or_fetch(ESTATE, "listHosts", 24)
        assert cache.settle(60)

    process = forked(work)
    os.read(told, 1)
    yield Other(process, letting)
    for end in (told, asked, let_go, letting):
        os.close(end)


def test_one_fetches_for_both(engine: Engine, other: Other) -> None:
    cache = DocumentCache(engine, unasked := ScriptedFetcher(fetched()), lambda: NEXT_DAY)
    assert "is being read again" in cache.get_or_fetch(ESTATE, "listHosts", 24).stale_because
    assert other.finish() == 0
    document = cache.get_or_fetch(ESTATE, "listHosts", 24)
    assert (document.stale_because, document.source_version) == ("", "2")
    assert unasked.asked_with == []


def test_what_a_killed_one_had_begun_another_does_when_its_lease_is_over(engine: Engine, other: Other) -> None:
    os.kill(other.process, signal.SIGKILL)
    os.waitpid(other.process, 0)
    over = NEXT_DAY + LEASE
    assert [fetches_at(engine, moment) for moment in (over - timedelta(seconds=1), over)] == [0, 1]


def fetches_at(engine: Engine, moment: datetime) -> int:
    """How often a third process fetches what it asks for then."""
    cache = DocumentCache(engine, fetcher := ScriptedFetcher(fetched()), lambda: moment)
    cache.get_or_fetch(ESTATE, "listHosts", 24)
    assert cache.settle(30)
    return len(fetcher.asked_with)
