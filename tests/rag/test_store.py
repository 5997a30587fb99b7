"""Specifications at rest."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, event, select, update

from rag.change_log import ChangeLog
from rag.changes import Severity
from rag.store import DocumentStore
from rag.tables import cached_operations, cached_sources
from schemas.operation import Effect, Slice
from schemas.source import FetchedSpec
from tests.rag.operations import ESTATE, TEN, fetched, operation, piece

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def store(engine: Engine) -> DocumentStore:
    return DocumentStore(engine)


def test_all_that_was_fetched_comes_back(store: DocumentStore) -> None:
    spec = fetched(warnings=["odd `$ref`"])
    store.replace(ESTATE, spec, NOW)
    held = store.source("estate")
    assert held is not None
    assert (held.title, held.version, held.base_url, held.warnings) == (spec.title, spec.version, spec.base_url, spec.warnings)
    assert (held.spec_url, held.validators, held.fetched_at) == (ESTATE.spec_url, spec.validators, NOW)
    for made in TEN:
        assert store.read("estate", made.name) == (held, piece(made))


def test_operations_keep_the_specifications_order(store: DocumentStore) -> None:
    store.replace(ESTATE, fetched(TEN[::-1]), NOW)
    snapshot = store.snapshot("estate")
    assert snapshot is not None
    assert snapshot.operations == TEN[::-1]


def test_keys_that_yaml_made_numbers_are_stored_as_text(store: DocumentStore) -> None:
    odd = Slice(operation=TEN[0], document={"responses": {200: {"description": "OK"}}})
    store.replace(ESTATE, fetched().model_copy(update={"slices": (odd,)}), NOW)
    found = store.read("estate", TEN[0].name)
    assert found is not None
    assert found[1] is not None
    assert found[1].document == {"responses": {"200": {"description": "OK"}}}


def test_unknown_source_and_unknown_operation_are_told_apart(store: DocumentStore) -> None:
    assert store.read("estate", "listHosts") is None
    store.replace(ESTATE, fetched(), NOW)
    held = store.source("estate")
    assert held is not None
    assert store.read("estate", "nothing") == (held, None)


def test_time_is_utc_whatever_it_was_given_in(store: DocumentStore) -> None:
    store.replace(ESTATE, fetched(), NOW.astimezone(timezone(timedelta(hours=8))))
    held = store.source("estate")
    assert held is not None
    assert (held.fetched_at, held.fetched_at.tzinfo) == (NOW, UTC)


def test_revision_follows_content_and_nothing_else(store: DocumentStore) -> None:
    store.replace(ESTATE, fetched(version="1"), NOW)
    first = store.revision("estate")
    store.replace(ESTATE, fetched(version="2", etag='"2"'), NOW + timedelta(hours=1))
    assert store.revision("estate") == first
    secret = TEN[0].model_copy(update={"effect": Effect.REVEAL})
    store.replace(ESTATE, fetched([secret, *TEN[1:]]), NOW)
    assert store.revision("estate") != first, "the slice is the same, what it does is judged otherwise"


def test_source_without_operations_is_held(store: DocumentStore) -> None:
    store.replace(ESTATE, fetched([]), NOW)
    snapshot = store.snapshot("estate")
    assert snapshot is not None
    assert snapshot.operations == ()


def test_failed_replacement_leaves_the_copy_whole(store: DocumentStore, engine: Engine) -> None:
    store.replace(ESTATE, fetched(), NOW)
    before = store.source("estate"), store.snapshot("estate")
    twins = [operation("listVolumes"), operation("listVolumes", "/other")]
    with pytest.raises(ValueError, match="1 operations have the name of another"):
        store.replace(ESTATE, fetched(twins, etag='"2"'), NOW + timedelta(hours=1))
    assert (store.source("estate"), store.snapshot("estate")) == before


def test_copy_of_another_release_counts_as_absent_and_is_replaced(store: DocumentStore, engine: Engine) -> None:
    store.replace(ESTATE, fetched(), NOW)
    with engine.begin() as connection:
        connection.execute(update(cached_sources).values(format="an older one"))
    assert store.source("estate") is None
    assert store.read("estate", "listHosts") is None
    assert store.revision("estate") is None
    assert store.snapshot("estate") is None
    store.replace(ESTATE, fetched(), NOW)
    assert store.read("estate", "listHosts") is not None


def test_touch_moves_the_time_alone(store: DocumentStore) -> None:
    store.replace(ESTATE, fetched(warnings=["odd"]), NOW)
    held = store.source("estate")
    assert held is not None
    report = store.touch(held, NOW + timedelta(hours=1))
    assert (report.operations, report.changes, report.warnings) == (len(TEN), (), ("odd",))
    touched = store.source("estate")
    assert touched is not None
    assert (touched.fetched_at, touched.revision) == (NOW + timedelta(hours=1), held.revision)


def test_touch_does_not_vouch_for_what_another_process_put_there_meanwhile(store: DocumentStore) -> None:
    store.replace(ESTATE, fetched(), NOW)
    held = store.source("estate")
    assert held is not None
    store.replace(ESTATE, fetched(TEN[:5]), NOW)
    store.touch(held, NOW + timedelta(hours=1))
    now_held = store.source("estate")
    assert now_held is not None
    assert now_held.fetched_at == NOW


def test_two_writers_leave_one_of_the_two_states_whole(engine: Engine) -> None:
    together = threading.Barrier(2)
    states = (TEN[:7], TEN[4:])

    def write(number: int) -> None:
        together.wait()
        for _ in range(10):
            DocumentStore(engine).replace(ESTATE, fetched(states[number], version=str(number)), NOW)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, range(2)))
    held, snapshot = DocumentStore(engine).source("estate"), DocumentStore(engine).snapshot("estate")
    assert held is not None
    assert snapshot is not None
    assert snapshot.operations == states[int(held.version)]


def test_only_what_differs_is_written(store: DocumentStore, engine: Engine) -> None:
    store.replace(ESTATE, fetched(), NOW)
    written: list[str] = []
    event.listen(engine, "before_execute", lambda _c, clause, many, one, _o: written.extend(row.get("name", "") for row in many or [one]))
    store.replace(ESTATE, fetched([*TEN[:9], operation("listBackups", summary="List them")]), NOW)
    assert [name for name in written if name] == ["estate", "listBackups"]


def test_operations_that_moved_are_held_in_their_new_order(store: DocumentStore) -> None:
    store.replace(ESTATE, fetched(), NOW)
    report = store.replace(ESTATE, fetched(TEN[::-1]), NOW)
    snapshot = store.snapshot("estate")
    assert snapshot is not None
    assert (snapshot.operations, report.changes) == (TEN[::-1], ())


def test_sizes_are_of_all_that_is_held_the_longest_unused_first(store: DocumentStore) -> None:
    other = ESTATE.model_copy(update={"name": "other"})
    store.replace(ESTATE, fetched(), NOW)
    store.replace(other, fetched(TEN[:1]), NOW)
    held = store.source("estate")
    assert held is not None
    store.note_use(held, NOW + timedelta(hours=1))
    (first, small), (second, large) = store.sizes()
    assert (first, second) == ("other", "estate")
    assert 0 < small < large


def test_use_is_noted_to_the_hour(store: DocumentStore) -> None:
    store.replace(ESTATE, fetched(), NOW)
    for minutes, noted in ((0, 0), (59, 0), (60, 60)):
        held = store.source("estate")
        assert held is not None
        store.note_use(held, NOW + timedelta(minutes=minutes))
        held = store.source("estate")
        assert held is not None
        assert held.used_at == NOW + timedelta(minutes=noted)


def test_of_a_removed_source_nothing_is_held(store: DocumentStore, engine: Engine) -> None:
    store.replace(ESTATE, fetched(), NOW)
    store.remove("estate")
    assert store.source("estate") is None
    with engine.connect() as connection:
        assert connection.execute(select(cached_operations)).all() == []


# Change reports


def test_first_reading_is_reported_without_changes(store: DocumentStore, engine: Engine) -> None:
    report = store.replace(ESTATE, fetched(), NOW)
    assert (report.is_first, report.operations, report.changes, report.severity) == (True, 10, (), None)
    assert [entry.report for entry in ChangeLog(engine).read_after(0)] == [report]


def test_change_is_in_the_log_with_the_documents_and_equal_content_is_not(store: DocumentStore, engine: Engine) -> None:
    store.replace(ESTATE, fetched(), NOW)
    report = store.replace(ESTATE, fetched(TEN[:9]), NOW)
    store.replace(ESTATE, fetched(TEN[:9], etag='"3"'), NOW)
    assert [entry.report for entry in ChangeLog(engine).read_after(1)] == [report]
    assert (report.removed, report.severity) == (("listBackups",), Severity.BREAKING)
    assert report.to_revision == store.revision("estate")


def test_failed_replacement_reports_nothing(store: DocumentStore, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    store.replace(ESTATE, fetched(), NOW)

    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("rag.store.change_log.append", fail)
    with pytest.raises(OSError, match="full"):
        store.replace(ESTATE, fetched(TEN[:9]), NOW)
    monkeypatch.undo()
    assert store.snapshot("estate") is not None
    assert len(ChangeLog(engine).read_after(0)) == 1
    assert store.read("estate", "listBackups") is not None


def judged_otherwise(document: str) -> FetchedSpec:
    secret = TEN[0].model_copy(update={"effect": Effect.REVEAL})
    return fetched([secret, *TEN[1:]]).model_copy(update={"document_digest": document})


@pytest.mark.parametrize(("before", "after"), [("d1", "d1"), ("", ""), ("d1", "d2")])
def test_slices_that_we_only_read_otherwise_changed_by_our_doing(store: DocumentStore, before: str, after: str) -> None:
    store.replace(ESTATE, fetched().model_copy(update={"document_digest": before}), NOW)
    assert store.replace(ESTATE, judged_otherwise(after), NOW).cause == "ours"


@pytest.mark.parametrize(("document", "cause"), [("d1", "ours"), ("d2", "theirs"), ("", "theirs")])
def test_other_slices_are_their_doing_unless_the_document_is_the_same(store: DocumentStore, document: str, cause: str) -> None:
    store.replace(ESTATE, fetched().model_copy(update={"document_digest": "d1"}), NOW)
    assert store.replace(ESTATE, fetched(TEN[:9]).model_copy(update={"document_digest": document}), NOW).cause == cause


def test_operations_of_another_release_are_compared_by_their_slices(store: DocumentStore, engine: Engine) -> None:
    store.replace(ESTATE, fetched(), NOW)
    with engine.begin() as connection:
        connection.execute(update(cached_sources).values(format="an older one"))
        connection.execute(update(cached_operations).values(operation='{"of": "another release"}'))
    report = store.replace(ESTATE, fetched([operation("listHosts", "/hosts"), *TEN[1:]]), NOW)
    assert [(change.operation, change.severity, change.details) for change in report.changes] == [("listHosts", Severity.BREAKING, ())]
