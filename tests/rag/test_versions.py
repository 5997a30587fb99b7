"""Versions of descriptions that were added by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, update

from rag.tables import source_versions
from rag.versions import KEPT, VersionStore, activate
from schemas.errors import NotFound, SpecUnusable
from schemas.source import FetchedSpec
from tests.rag.operations import ESTATE, TEN, fetched

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def store(engine: Engine) -> VersionStore:
    return VersionStore(engine)


def document(number: int, operations: int = 10) -> FetchedSpec:
    return fetched(TEN[:operations]).model_copy(update={"document_digest": f"d{number}"})


def test_same_document_is_the_same_version(store: VersionStore) -> None:
    first = store.admit(ESTATE, document(1), NOW)
    assert (first.number, first.state, first.operations, first.added_at) == (1, "added", 10, NOW)
    assert store.admit(ESTATE, document(1), NOW) == first
    assert store.admit(ESTATE, document(2), NOW).number == 2


def test_document_without_a_digest_is_known_by_its_operations(store: VersionStore) -> None:
    assert [store.admit(ESTATE, fetched(TEN[:count]), NOW).number for count in (9, 9, 8)] == [1, 1, 2]


def test_sources_count_for_themselves(store: VersionStore) -> None:
    store.admit(ESTATE, document(1), NOW)
    assert store.admit(ESTATE.model_copy(update={"name": "other"}), document(1), NOW).number == 1


def test_the_latest_are_kept_and_the_one_that_answers(store: VersionStore, engine: Engine) -> None:
    store.admit(ESTATE, document(1), NOW)
    with engine.begin() as connection:
        activate(connection, "estate", 1)
    for number in range(2, KEPT + 3):
        store.admit(ESTATE, document(number), NOW)
    assert [version.number for version in store.all("estate")] == [7, 6, 5, 4, 3, 1]


def test_approval_is_noted_once(store: VersionStore) -> None:
    version = store.admit(ESTATE, document(1), NOW)
    store.approve(version, "ann", NOW)
    store.approve(version, "bob", NOW)
    assert (store.get("estate").state, store.get("estate").approved_by) == ("approved", "ann")


def test_changes_are_against_the_version_that_answers(store: VersionStore, engine: Engine) -> None:
    for number, operations in ((1, 10), (2, 9), (3, 8)):
        store.admit(ESTATE, document(number, operations), NOW)
    assert [change.operation for change in store.changes(store.get("estate", 3))] == ["listCertificates"]
    with engine.begin() as connection:
        activate(connection, "estate", 1)
    assert [change.operation for change in store.changes(store.get("estate", 3))] == ["listBackups", "listCertificates"]
    assert store.changes(store.get("estate", 1)) == ()


def test_version_of_another_release_says_how_to_read_it_again(store: VersionStore, engine: Engine) -> None:
    version = store.admit(ESTATE, document(1), NOW)
    assert store.operations(version) == TEN
    with engine.begin() as connection:
        connection.execute(update(source_versions).values(format="older"))
    with pytest.raises(SpecUnusable, match="opswright sources refresh estate"):
        store.operations(version)


def test_unknown_version_is_answered_with_the_known_ones(store: VersionStore) -> None:
    store.admit(ESTATE, document(1), NOW)
    store.admit(ESTATE, document(2), NOW)
    with pytest.raises(NotFound, match="There are: 2, 1"):
        store.get("estate", 3)
