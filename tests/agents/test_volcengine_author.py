"""What is written over Volcano Engine's listings, of which all are called at one path and told apart by the query."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest

from agents.knowledge import Knowledge
from agents.material import called
from agents.rules.engine import RulesEngine
from doc_sources.catalogue import load_catalogue
from doc_sources.download import Downloader
from doc_sources.fetcher import OpenApiFetcher
from sandbox.rehearsal.rehearse import rehearse
from schemas.operation import CursorPagination, PagePagination, Slice
from schemas.source import Source
from schemas.tool import Candidate
from tests.agents.authors import knowledge_of
from tests.agents.conftest import NoSecrets
from tests.sandbox.rehearsal.fleet import InProcess

METADATA = Path(__file__).parent / "data" / "volcengine.json"
FIXED = '"Action": "DescribeMachines", "Version": "2020-04-01"'


@pytest.fixture(scope="module")
def racks() -> Mapping[str, Slice]:
    """By operation id."""
    source = Source(name="volc", spec_url=METADATA.as_posix(), base_url="https://open.volcengineapi.com")
    fetched = OpenApiFetcher(Downloader(NoSecrets()), load_catalogue()).fetch(source)
    assert fetched is not None
    return {piece.operation.id: piece for piece in fetched.slices}


@pytest.fixture(scope="module")
def about_racks(racks: Mapping[str, Slice]) -> Knowledge:
    return knowledge_of(racks)


def written(question: str, engine: RulesEngine, about_racks: Knowledge, racks: Mapping[str, Slice]) -> Candidate:
    return engine.write(engine.plan(question, about_racks), racks, ())


def test_rows_and_pages_stand_below_the_result(racks: Mapping[str, Slice]) -> None:
    machines, disks = (racks[f"volc:rack.{name}"].operation for name in ("DescribeMachines", "DescribeDisks"))
    assert (machines.rows_path, disks.rows_path) == ("Result.Machines", "Result.Disks")
    assert machines.pagination == CursorPagination(cursor_parameter="NextToken", next_path="Result.NextToken", size_parameter="MaxResults")
    assert disks.pagination == PagePagination(page_parameter="PageNumber", size_parameter="PageSize", total_path="Result.TotalCount")


@pytest.mark.parametrize(
    "question",
    [
        "list machines",
        "count machines by status",
        "machines with more than 8 cpus",
        "machines where status is running",
        "list disks",
        "count disks",
        "disks with size above 100",
        "list zones",
    ],
)
def test_what_is_written_passes(question: str, engine: RulesEngine, about_racks: Knowledge, racks: Mapping[str, Slice]) -> None:
    candidate = written(question, engine, about_racks, racks)
    found = rehearse(candidate, racks, InProcess(granted=tuple(racks.values())), seed=1)
    assert [*found.rehearsal.findings, *found.contract.findings] == []


def test_a_tool_that_leaves_the_query_in_the_address_loses_it_and_is_caught(
    engine: RulesEngine, about_racks: Knowledge, racks: Mapping[str, Slice]
) -> None:
    candidate = written("list machines", engine, about_racks, racks)
    lost = candidate.source.replace(f", {FIXED}", "")
    assert lost != candidate.source
    found = rehearse(candidate.model_copy(update={"source": lost}), racks, InProcess(granted=tuple(racks.values())), seed=1)
    assert found.rehearsal.findings


@pytest.mark.parametrize("question", ["list machines", "disks by machine id", "list zones"])
def test_its_own_tests_tell_calls_apart_by_the_query(
    question: str, engine: RulesEngine, about_racks: Knowledge, racks: Mapping[str, Slice], monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = written(question, engine, about_racks, racks)
    module = ModuleType("tool")
    exec(candidate.source, module.__dict__)
    monkeypatch.setitem(sys.modules, "tool", module)
    tests: dict[str, object] = {}
    exec(candidate.tests, tests)
    written_tests = [test for name, test in tests.items() if name.startswith("test_") and callable(test)]
    assert len(written_tests) >= 4
    for test in written_tests:
        test()


def test_it_is_named_after_its_rows(engine: RulesEngine, about_racks: Knowledge, racks: Mapping[str, Slice]) -> None:
    assert written("count machines by status", engine, about_racks, racks).name == "count_machines_by_status"


def test_a_model_is_told_to_send_it_apart(engine: RulesEngine, about_racks: Knowledge, racks: Mapping[str, Slice]) -> None:
    query = engine.plan("list machines", about_racks)
    material = called(query, {name: piece.operation for name, piece in racks.items()})
    assert 'call: path `/`, always with {"Action":"DescribeMachines","Version":"2020-04-01"} in params' in material
