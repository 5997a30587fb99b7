"""The expiring cache."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest
from sqlalchemy import Engine, update

from rag.cache import DocumentCache
from rag.limits import CacheLimits
from rag.tables import cached_sources, source_versions
from rag.versions import AwaitsApproval
from schemas.errors import BackendUnavailable, NotFound, OpswrightError, SpecUnusable
from schemas.ports import Fetcher
from schemas.source import FetchedSpec, Source, Validators
from tests.rag.operations import ESTATE, TEN, fetched, operation, piece
from tests.rag.scripted_fetcher import ScriptedFetcher

A_DAY = 24.0
START = datetime(2026, 11, 20, 12, tzinfo=UTC)
AWAY = BackendUnavailable("estate.test does not answer.", hint="Try again later.")
UNCHANGED = None


class SteppedClock:
    """Stands still until it is told."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_hours(self, hours: float) -> None:
        self.now += timedelta(hours=hours)


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


class Caching(Protocol):
    def __call__(self, fetcher: Fetcher, *, limits: CacheLimits | None = None, by_hand: bool = False) -> DocumentCache: ...


@pytest.fixture
def caching(engine: Engine, clock: SteppedClock) -> Iterator[Caching]:
    """Makes caches on one database, as processes would; `by_hand`: every description needs approval."""
    made: list[DocumentCache] = []

    def make(fetcher: Fetcher, *, limits: CacheLimits | None = None, by_hand: bool = False) -> DocumentCache:
        made.append(DocumentCache(engine, fetcher, clock, limits=limits, needs_approval=lambda _: by_hand))
        return made[-1]

    yield make
    for cache in made:
        cache.close()


class HeldFetcher:
    """Answers once it is let go, and says when it was asked."""

    def __init__(self, answer: FetchedSpec) -> None:
        self._answer = answer
        self.asked, self.let_go = threading.Semaphore(0), threading.Event()

    def fetch(self, source: Source, known: Validators | None) -> FetchedSpec | None:
        self.asked.release()
        assert self.let_go.wait(30)
        return self._answer


def stale(cache: DocumentCache) -> str:
    """Why what is asked for is stale; afterwards, what was fetched in the background is there."""
    because = cache.get_or_fetch(ESTATE, "listHosts", A_DAY).stale_because
    assert cache.settle(30)
    return because


def test_first_ask_fetches_and_the_second_does_not(caching: Caching) -> None:
    cache = caching(fetcher := ScriptedFetcher(fetched(version="2.4")))
    document = cache.get_or_fetch(ESTATE, "listHosts", A_DAY)
    assert document.slice == piece(TEN[0])
    assert (document.source_version, document.fetched_at, document.stale_because) == ("2.4", START, "")
    assert cache.get_or_fetch(ESTATE, "listAlerts", A_DAY).slice.operation.name == "listAlerts"
    assert fetcher.asked_with == [None]


def test_copy_is_fresh_until_its_age_and_not_at_it(caching: Caching, clock: SteppedClock) -> None:
    cache = caching(fetcher := ScriptedFetcher(fetched()))
    cache.get_or_fetch(ESTATE, "listHosts", A_DAY)
    clock.pass_hours(23.999)
    cache.get_or_fetch(ESTATE, "listHosts", A_DAY)
    assert len(fetcher.asked_with) == 1
    clock.pass_hours(0.001)
    assert stale(cache) == "The description of estate was read 24 hours ago; it is being read again."
    assert len(fetcher.asked_with) == 2


def test_age_is_the_askers_to_choose(caching: Caching, clock: SteppedClock) -> None:
    cache = caching(fetcher := ScriptedFetcher(fetched()))
    cache.get_or_fetch(ESTATE, "listHosts", A_DAY)
    cache.get_or_fetch(ESTATE, "listHosts", max_age_hours=0)
    assert cache.settle(30)
    clock.pass_hours(100)
    cache.get_or_fetch(ESTATE, "listHosts", max_age_hours=101)
    assert len(fetcher.asked_with) == 2


def test_unchanged_copy_is_asked_for_with_its_validators_and_is_fresh_again(caching: Caching, clock: SteppedClock) -> None:
    cache = caching(fetcher := ScriptedFetcher(fetched(etag='"7"'), UNCHANGED))
    cache.get_or_fetch(ESTATE, "listHosts", A_DAY)
    clock.pass_hours(30)
    assert stale(cache)
    document = cache.get_or_fetch(ESTATE, "listHosts", A_DAY)
    assert fetcher.asked_with == [None, Validators(etag='"7"')]
    assert (document.fetched_at, document.slice) == (clock.now, piece(TEN[0]))
    clock.pass_hours(23)
    cache.get_or_fetch(ESTATE, "listHosts", A_DAY)
    assert len(fetcher.asked_with) == 2


def test_too_old_a_copy_answers_while_the_server_is_still_asked(caching: Caching, clock: SteppedClock) -> None:
    caching(ScriptedFetcher(fetched())).refresh(ESTATE)
    cache = caching(fetcher := HeldFetcher(fetched(version="2")))
    clock.pass_hours(25)
    for _ in range(3):
        document = cache.get_or_fetch(ESTATE, "listHosts", A_DAY)
        assert document.stale_because == "The description of estate was read 25 hours ago; it is being read again."
        assert document.source_version == "1.0"
    assert fetcher.asked.acquire(timeout=30)
    fetcher.let_go.set()
    assert cache.settle(30)
    fresh = cache.get_or_fetch(ESTATE, "listHosts", A_DAY)
    assert (fresh.stale_because, fresh.source_version) == ("", "2")
    assert not fetcher.asked.acquire(blocking=False), "one refresh, however many asked"


def test_of_two_processes_one_asks_the_server_in_the_background(caching: Caching, clock: SteppedClock) -> None:
    caching(ScriptedFetcher(fetched())).refresh(ESTATE)
    one, other = caching(fetcher := HeldFetcher(fetched())), caching(unasked := ScriptedFetcher(fetched()))
    clock.pass_hours(25)
    one.get_or_fetch(ESTATE, "listHosts", A_DAY)
    assert fetcher.asked.acquire(timeout=30)
    assert "is being read again" in stale(other)
    fetcher.let_go.set()
    assert one.settle(30)
    assert stale(other) == ""
    assert unasked.asked_with == []


@pytest.mark.parametrize("trouble", [AWAY, SpecUnusable("The document is HTML.")])
def test_server_in_trouble_leaves_the_stale_copy_and_its_reason(caching: Caching, clock: SteppedClock, trouble: OpswrightError) -> None:
    cache = caching(ScriptedFetcher(fetched(), trouble, fetched(version="2")))
    cache.refresh(ESTATE)
    clock.pass_hours(25)
    assert "is being read again" in stale(cache)
    assert stale(cache) == f"The description of estate was read 25 hours ago, and could not be read again: {trouble}"
    clock.pass_hours(1)
    stale(cache)
    back = cache.get_or_fetch(ESTATE, "listHosts", A_DAY)
    assert (back.stale_because, back.source_version) == ("", "2")


def test_server_that_stays_away_is_asked_less_and_less_often(caching: Caching, clock: SteppedClock) -> None:
    cache = caching(fetcher := ScriptedFetcher(fetched(), AWAY))
    cache.refresh(ESTATE)
    clock.pass_hours(25)
    asked = []
    for _ in range(60):  # one a second
        stale(cache)
        asked.append(len(fetcher.asked_with) - 1)
        clock.pass_hours(1 / 3600)
    assert [asked.index(count) for count in range(1, 4)] == [0, 10, 30]
    assert cache.attempts("estate").failures == 3


def test_refresh_that_fails_is_on_record_until_one_succeeds(caching: Caching) -> None:
    cache = caching(ScriptedFetcher(fetched(), AWAY, AWAY, fetched(version="2")))
    cache.refresh(ESTATE)
    for count in (1, 2):
        with pytest.raises(BackendUnavailable):
            cache.refresh(ESTATE)
        assert (cache.attempts("estate").failures, cache.attempts("estate").failure) == (count, str(AWAY))
    cache.refresh(ESTATE)
    assert cache.attempts("estate").failure == ""


def test_defect_in_the_background_is_told_in_the_next_answer_and_not_printed(
    caching: Caching, clock: SteppedClock, capfd: pytest.CaptureFixture[str]
) -> None:
    class Defective:
        def fetch(self, source: Source, known: Validators | None) -> FetchedSpec | None:
            raise ZeroDivisionError

    caching(ScriptedFetcher(fetched())).refresh(ESTATE)
    cache = caching(Defective())
    clock.pass_hours(25)
    stale(cache)
    assert stale(cache).endswith("could not be read again: Reading it failed: ZeroDivisionError.")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("hours", "waits"), [(99.999, False), (100.0, True)])
def test_only_a_copy_beyond_the_limit_waits_for_the_server(caching: Caching, clock: SteppedClock, hours: float, waits: bool) -> None:
    cache = caching(ScriptedFetcher(fetched(), fetched(version="2")), limits=CacheLimits(max_stale_hours=100))
    cache.refresh(ESTATE)
    clock.pass_hours(hours)
    assert (stale(cache) == "") is waits


def test_copy_beyond_the_limit_answers_while_the_server_is_away(caching: Caching, clock: SteppedClock) -> None:
    cache = caching(fetcher := ScriptedFetcher(fetched(), AWAY))
    cache.refresh(ESTATE)
    clock.pass_hours(24 * 10)
    why = f"The description of estate was read 10 days ago, and could not be read again: {AWAY}"
    assert [stale(cache), stale(cache)] == [why, why]
    assert len(fetcher.asked_with) == 2, "the second asker need not wait for what has just failed"


def test_nothing_is_fetched_in_the_background_after_the_end(caching: Caching, clock: SteppedClock) -> None:
    cache = caching(fetcher := ScriptedFetcher(fetched()))
    cache.refresh(ESTATE)
    clock.pass_hours(25)
    cache.close()
    assert "is being read again" in stale(cache)
    assert len(fetcher.asked_with) == 1
    assert cache.attempts("estate").is_due(clock.now), "another process may"


def test_fetch_that_is_given_up_at_the_end_leaves_its_turn_to_others(
    caching: Caching, clock: SteppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.background._LAST_MOMENT_SECONDS", 0.0)
    caching(ScriptedFetcher(fetched())).refresh(ESTATE)
    cache = caching(fetcher := HeldFetcher(fetched()))
    clock.pass_hours(25)
    cache.get_or_fetch(ESTATE, "listHosts", A_DAY)
    assert fetcher.asked.acquire(timeout=30)
    assert not cache.attempts("estate").is_due(clock.now)
    cache.close()
    assert cache.attempts("estate").is_due(clock.now)
    fetcher.let_go.set()
    assert cache.settle(30)


@pytest.mark.parametrize("trouble", [AWAY, SpecUnusable("The document is HTML.")])
def test_trouble_without_a_copy_is_raised(caching: Caching, trouble: OpswrightError) -> None:
    with pytest.raises(type(trouble)):
        caching(ScriptedFetcher(trouble)).get_or_fetch(ESTATE, "listHosts", A_DAY)


def test_unchanged_without_a_copy_is_unusable(caching: Caching) -> None:
    with pytest.raises(SpecUnusable, match="no copy is held"):
        caching(ScriptedFetcher(UNCHANGED)).get_or_fetch(ESTATE, "listHosts", A_DAY)


def test_unknown_operation_names_the_three_nearest(caching: Caching) -> None:
    cache = caching(ScriptedFetcher(fetched()))
    with pytest.raises(NotFound) as raised:
        cache.get_or_fetch(ESTATE, "listHost", A_DAY)
    assert str(raised.value).startswith("'estate' has no operation 'listHost'. The nearest: 'listHosts', ")
    assert raised.value.hint.count("'") == 6


def test_unknown_operation_of_an_empty_source_says_so(caching: Caching) -> None:
    with pytest.raises(NotFound, match="no operations at all"):
        caching(ScriptedFetcher(fetched([]))).get_or_fetch(ESTATE, "listHosts", A_DAY)


def test_source_that_moved_is_fetched_anew_and_unconditionally(caching: Caching) -> None:
    cache = caching(fetcher := ScriptedFetcher(fetched(), AWAY))
    cache.get_or_fetch(ESTATE, "listHosts", A_DAY)
    moved = ESTATE.model_copy(update={"spec_url": "http://elsewhere.test/openapi.json"})
    with pytest.raises(BackendUnavailable):
        cache.get_or_fetch(moved, "listHosts", A_DAY)
    assert fetcher.asked_with == [None, None]


def test_refresh_asks_whatever_the_age_and_tells_the_difference(caching: Caching) -> None:
    changed = operation("listAlerts", "/api/v2/alerts", "List the alerts")
    after = [*TEN[:7], changed, TEN[9], operation("listVolumes")]
    cache = caching(ScriptedFetcher(fetched(), fetched(after, warnings=["odd"]), UNCHANGED))
    assert cache.refresh(ESTATE).is_first
    report = cache.refresh(ESTATE)
    assert (report.added, report.removed, report.changed) == (("listVolumes",), ("listCertificates",), ("listAlerts",))
    assert (report.operations, report.warnings) == (10, ("odd",))
    unchanged = cache.refresh(ESTATE)
    assert (unchanged.operations, unchanged.changes, unchanged.warnings) == (10, (), ("odd",))


def test_refresh_raises_and_leaves_the_copy(caching: Caching) -> None:
    cache = caching(ScriptedFetcher(fetched(), AWAY))
    cache.refresh(ESTATE)
    with pytest.raises(BackendUnavailable):
        cache.refresh(ESTATE)
    assert cache.operations("estate") == TEN


def test_operations_are_parsed_once_until_they_change(caching: Caching, clock: SteppedClock) -> None:
    cache = caching(ScriptedFetcher(fetched(), UNCHANGED, fetched(TEN[:3])))
    assert cache.operations("estate") == ()
    cache.refresh(ESTATE)
    first = cache.operations("estate")
    assert first == TEN
    clock.pass_hours(1)
    cache.refresh(ESTATE)
    assert cache.operations("estate") is first
    cache.refresh(ESTATE)
    assert cache.operations("estate") == TEN[:3]


def test_what_one_process_fetches_the_other_sees(caching: Caching) -> None:
    mine, other = caching(ScriptedFetcher(fetched(), fetched(TEN[:3]))), caching(ScriptedFetcher(AWAY))
    mine.refresh(ESTATE)
    assert other.operations("estate") == TEN
    assert other.get_or_fetch(ESTATE, "listHosts", A_DAY).stale_because == ""
    mine.refresh(ESTATE)
    assert other.operations("estate") == TEN[:3]


def test_sources_are_kept_apart(caching: Caching) -> None:
    cache = caching(ScriptedFetcher(fetched(TEN[:2]), fetched(TEN[2:])))
    cache.refresh(ESTATE)
    cache.refresh(ESTATE.model_copy(update={"name": "other"}))
    assert (cache.operations("estate"), cache.operations("other")) == (TEN[:2], TEN[2:])


def test_source_tells_what_is_held(caching: Caching) -> None:
    cache = caching(ScriptedFetcher(fetched(version="3")))
    assert cache.source("estate") is None
    cache.refresh(ESTATE)
    held = cache.source("estate")
    assert held is not None
    assert (held.version, held.title, held.fetched_at) == ("3", "The estate", START)


def ask_at_once(cache: DocumentCache, askers: int) -> list[str]:
    together = threading.Barrier(askers)

    def ask(_: int) -> str:
        together.wait()
        return cache.get_or_fetch(ESTATE, "listHosts", A_DAY).stale_because

    with ThreadPoolExecutor(askers) as pool:
        return list(pool.map(ask, range(askers)))


def test_many_who_ask_at_once_cause_one_fetch(caching: Caching) -> None:
    cache = caching(fetcher := ScriptedFetcher(fetched()))
    assert ask_at_once(cache, 8) == [""] * 8
    assert len(fetcher.asked_with) == 1


# Room


def test_documents_of_sources_that_are_gone_make_room_first(engine: Engine, clock: SteppedClock) -> None:
    gone, used, new = (ESTATE.model_copy(update={"name": name}) for name in ("gone", "used", "new"))
    everything = DocumentCache(engine, ScriptedFetcher(fetched()), clock)
    everything.refresh(used)
    held = everything.source("used")
    assert held is not None
    clock.pass_hours(1)
    everything.refresh(gone)
    limits = CacheLimits(size_bytes=2 * held.size_bytes)
    bounded = DocumentCache(engine, ScriptedFetcher(fetched()), clock, limits=limits, configured=lambda: {"used", "new"})
    bounded.refresh(new)
    assert [bool(bounded.operations(name)) for name in ("gone", "used", "new")] == [False, True, True]


def test_source_that_alone_is_too_large_stays_until_the_next(engine: Engine, clock: SteppedClock) -> None:
    cache = DocumentCache(engine, ScriptedFetcher(fetched()), clock, limits=CacheLimits(size_bytes=1))
    cache.refresh(ESTATE)
    assert cache.operations("estate") == TEN
    cache.refresh(ESTATE.model_copy(update={"name": "other"}))
    assert (cache.operations("estate"), cache.operations("other")) == ((), TEN)


def test_reports_are_forgotten_when_they_are_old(caching: Caching, clock: SteppedClock) -> None:
    cache = caching(ScriptedFetcher(fetched(), fetched(TEN[:9])), limits=CacheLimits(report_days=10))
    cache.refresh(ESTATE)
    clock.pass_hours(241)
    cache.refresh(ESTATE)
    assert [entry.report.is_first for entry in cache.log.latest()] == [False]


# Descriptions that were added by hand


def test_description_by_hand_answers_nothing_before_it_is_approved(caching: Caching) -> None:
    cache = caching(ScriptedFetcher(fetched()), by_hand=True)
    for _ in range(2):
        with pytest.raises(AwaitsApproval, match="opswright sources approve estate --version 1"):
            cache.get_or_fetch(ESTATE, "listHosts", A_DAY)
    assert cache.operations("estate") == ()


def test_approved_description_answers_and_it_is_known_who_approved_it(caching: Caching, clock: SteppedClock) -> None:
    cache = caching(ScriptedFetcher(fetched()), by_hand=True)
    with pytest.raises(AwaitsApproval):
        cache.refresh(ESTATE)
    version = cache.approve(ESTATE, by="ann")
    assert (version.state, version.approved_by, version.approved_at) == ("active", "ann", clock.now)
    assert cache.get_or_fetch(ESTATE, "listHosts", A_DAY).stale_because == ""


def test_version_before_answers_until_the_changed_one_is_approved(caching: Caching, clock: SteppedClock) -> None:
    cache = caching(ScriptedFetcher(fetched(), fetched(TEN[:5])), by_hand=True)
    with pytest.raises(AwaitsApproval):
        cache.refresh(ESTATE)
    cache.approve(ESTATE, by="ann")
    clock.pass_hours(25)
    stale(cache)
    assert "Version 2 of 'estate' waits for approval" in stale(cache)
    assert cache.operations("estate") == TEN
    cache.approve(ESTATE, 2, by="bob")
    assert (stale(cache), cache.operations("estate")) == ("", TEN[:5])
    assert [version.state for version in cache.versions.all("estate")] == ["active", "superseded"]


def test_approval_is_of_a_document_and_outlives_its_copy(caching: Caching, engine: Engine) -> None:
    by_hand = fetched().model_copy(update={"document_digest": "d1"})
    cache = caching(ScriptedFetcher(by_hand), by_hand=True)
    with pytest.raises(AwaitsApproval):
        cache.refresh(ESTATE)
    with engine.begin() as connection:
        connection.execute(update(source_versions).values(format="of an older release"))
    assert cache.approve(ESTATE, by="ann").state == "active"
    with engine.begin() as connection:
        connection.execute(update(cached_sources).values(format="of an older release"))
    assert cache.operations("estate") == ()
    cache.refresh(ESTATE)
    assert cache.operations("estate") == TEN


def test_only_what_is_there_can_be_approved(caching: Caching) -> None:
    cache = caching(ScriptedFetcher(fetched()), by_hand=True)
    with pytest.raises(NotFound, match="added by hand"):
        cache.approve(ESTATE, by="ann")
    with pytest.raises(AwaitsApproval):
        cache.refresh(ESTATE)
    with pytest.raises(NotFound, match="There are: 1"):
        cache.approve(ESTATE, 2, by="ann")
