"""The outbox of change reports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from rag.change_log import ChangeLog, append
from rag.changes import ChangeReport, Detail, OperationChange, Severity

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def report(number: int, source: str = "estate") -> ChangeReport:
    detail = Detail(subject="field", change="type", severity=Severity.BREAKING, name="id", before="integer", after="string")
    change = OperationChange(operation="listHosts", kind="changed", severity=Severity.BREAKING, details=(detail,), slice_hash="h")
    at = NOW + timedelta(days=number)
    return ChangeReport(source=source, from_revision=f"r{number}", to_revision=f"r{number + 1}", at=at, operations=1, changes=(change,))


@pytest.fixture
def log(engine: Engine) -> ChangeLog:
    with engine.begin() as connection:
        for number in range(3):
            append(connection, report(number))
    return ChangeLog(engine)


def read(log: ChangeLog, reader: str) -> list[ChangeReport]:
    entries = log.unread(reader)
    if entries:
        log.acknowledge(reader, entries[-1].number)
    return [entry.report for entry in entries]


def test_each_reader_gets_each_report_once_and_in_order(log: ChangeLog, engine: Engine) -> None:
    assert read(log, "registry") == [report(0), report(1), report(2)]
    assert read(log, "registry") == []
    with engine.begin() as connection:
        append(connection, report(3))
    assert read(log, "registry") == [report(3)]
    assert len(read(log, "another")) == 4


def test_reader_that_dies_before_it_acknowledges_reads_the_same_again(log: ChangeLog) -> None:
    assert log.unread("registry") == log.unread("registry")


def test_reader_never_goes_back(log: ChangeLog) -> None:
    log.acknowledge("registry", 2)
    log.acknowledge("registry", 1)
    assert log.cursor("registry") == 2


def test_a_reading_is_bounded_and_goes_on_where_it_ended(log: ChangeLog) -> None:
    first = log.read_after(0, limit=2)
    rest = log.read_after(first[-1].number, limit=2)
    assert [entry.report for entry in (*first, *rest)] == [report(0), report(1), report(2)]


def test_people_read_the_newest_first_by_source_and_time(log: ChangeLog, engine: Engine) -> None:
    with engine.begin() as connection:
        append(connection, report(3, "other"))
    assert [entry.report.source for entry in log.latest()] == ["other", "estate", "estate", "estate"]
    assert [entry.report for entry in log.latest("estate", since=NOW + timedelta(days=2))] == [report(2)]


def test_old_reports_go_when_every_reader_has_read_them(log: ChangeLog) -> None:
    log.acknowledge("registry", 2)
    log.acknowledge("slow", 0)
    assert log.forget(NOW + timedelta(days=9)) == 0
    log.acknowledge("slow", 3)
    assert log.forget(NOW + timedelta(days=1)) == 1, "the younger ones stay"
    assert log.forget(NOW + timedelta(days=9)) == 1, "one reader has not read the last"
    assert [entry.report for entry in log.read_after(0)] == [report(2)]


def test_without_readers_age_alone_counts(log: ChangeLog) -> None:
    assert log.forget(NOW + timedelta(days=2)) == 2


def test_number_of_a_report_that_went_is_not_given_again(log: ChangeLog, engine: Engine) -> None:
    log.forget(NOW + timedelta(days=9))
    with engine.begin() as connection:
        append(connection, report(3))
    assert [entry.number for entry in log.read_after(0)] == [4]


def test_severity_is_a_word_in_json_and_comes_back() -> None:
    text = report(0).model_dump_json()
    assert '"severity":"breaking"' in text
    assert ChangeReport.model_validate_json(text) == report(0)
    assert report(0).severity is Severity.BREAKING
