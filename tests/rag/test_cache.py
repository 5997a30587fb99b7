"""The expiring cache."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from rag.cache import DocumentCache
from rag.refresh import RefreshReport
from schemas.errors import BackendUnavailable, NotFound, OpswrightError, SpecUnusable
from schemas.source import Validators
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


Caching = Callable[[ScriptedFetcher], DocumentCache]


@pytest.fixture
def caching(engine: Engine, clock: SteppedClock) -> Caching:
    return lambda fetcher: DocumentCache(engine, fetcher, clock)


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
    cache.get_or_fetch(ESTATE, "listHosts", A_DAY)
    assert len(fetcher.asked_with) == 2


def test_age_is_the_askers_to_choose(caching: Caching, clock: SteppedClock) -> None:
    cache = caching(fetcher := ScriptedFetcher(fetched()))
    cache.get_or_fetch(ESTATE, "listHosts", A_DAY)
    cache.get_or_fetch(ESTATE, "listHosts", max_age_hours=0)
    clock.pass_hours(100)
    cache.get_or_fetch(ESTATE, "listHosts", max_age_hours=101)
    assert len(fetcher.asked_with) == 2


def test_unchanged_copy_is_asked_for_with_its_validators_and_is_fresh_again(caching: Caching, clock: SteppedClock) -> None:
    cache = caching(fetcher := ScriptedFetcher(fetched(etag='"7"'), UNCHANGED))
    cache.get_or_fetch(ESTATE, "listHosts", A_DAY)
    clock.pass_hours(30)
    document = cache.get_or_fetch(ESTATE, "listHosts", A_DAY)
    assert fetcher.asked_with == [None, Validators(etag='"7"')]
    assert (document.fetched_at, document.slice) == (clock.now, piece(TEN[0]))
    clock.pass_hours(23)
    cache.get_or_fetch(ESTATE, "listHosts", A_DAY)
    assert len(fetcher.asked_with) == 2


@pytest.mark.parametrize("trouble", [AWAY, SpecUnusable("The document is HTML.")])
def test_server_in_trouble_leaves_the_stale_copy_and_its_reason(caching: Caching, clock: SteppedClock, trouble: OpswrightError) -> None:
    cache = caching(ScriptedFetcher(fetched(), trouble, fetched(version="2")))
    cache.get_or_fetch(ESTATE, "listHosts", A_DAY)
    clock.pass_hours(25)
    document = cache.get_or_fetch(ESTATE, "listHosts", A_DAY)
    assert (document.stale_because, document.fetched_at) == (str(trouble), START)
    back = cache.get_or_fetch(ESTATE, "listHosts", A_DAY)
    assert (back.stale_because, back.source_version) == ("", "2")


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
    assert cache.refresh(ESTATE).added == tuple(sorted(made.name for made in TEN))
    assert cache.refresh(ESTATE) == RefreshReport(
        added=("listVolumes",), removed=("listCertificates",), changed=("listAlerts",), unchanged=8, warnings=("odd",)
    )
    assert cache.refresh(ESTATE) == RefreshReport(added=(), removed=(), changed=(), unchanged=10, warnings=("odd",))


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
